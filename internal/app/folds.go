package app

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/throng-social/throng/internal/campaign"
)

var (
	descFoldLag   = prometheus.NewDesc("throng_campaign_fold_lag_seconds", "Age of the oldest fact of a campaign that was not counted.", nil, nil)
	descFacts     = prometheus.NewDesc("throng_campaign_facts_folded_total", "Facts of campaigns that were counted here.", nil, nil)
	descFolds     = prometheus.NewDesc("throng_campaign_folds_total", "Positions of campaigns that were reached here.", nil, nil)
	descRebuilds  = prometheus.NewDesc("throng_campaign_rebuilds_total", "States of campaigns that were made anew from all facts.", nil, nil)
	descFoldFails = prometheus.NewDesc("throng_campaign_fold_failures_total", "Folds that came to nothing, and were tried again.", nil, nil)
)

// folds collects what a worker counts. The lag is left out where the database cannot
// be asked.
type folds struct{ campaign *campaign.Service }

// Describe implements prometheus.Collector.
func (folds) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descFoldLag, descFacts, descFolds, descRebuilds, descFoldFails} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (f folds) Collect(ch chan<- prometheus.Metric) {
	c := f.campaign.FoldCounts()
	for d, n := range map[*prometheus.Desc]int64{descFacts: c.Facts, descFolds: c.Folds, descRebuilds: c.Rebuilds, descFoldFails: c.Failures} {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n))
	}
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
	defer cancel()
	if lag, err := f.campaign.FoldLag(ctx); err == nil {
		ch <- prometheus.MustNewConstMetric(descFoldLag, prometheus.GaugeValue, lag.Seconds())
	}
}
