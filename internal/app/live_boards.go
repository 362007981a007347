package app

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/throng-social/throng/internal/campaign"
)

var (
	descBoardStreams   = prometheus.NewDesc("throng_campaign_streams", "Live streams of leaderboards that are open.", nil, nil)
	descBoardCampaigns = prometheus.NewDesc("throng_campaign_watched", "Campaigns whose boards are watched.", nil, nil)
	descBoardLooks     = prometheus.NewDesc("throng_campaign_live_looks_total", "Times that a watched campaign was looked at, for all its streams at once.", nil, nil)
	descBoardStates    = prometheus.NewDesc("throng_campaign_live_states_total", "New states of watched boards.", nil, nil)
	descBoardSent      = prometheus.NewDesc("throng_campaign_live_messages_total", "Messages that were sent over live streams of leaderboards.", nil, nil)
)

// liveBoards collects what a process does for those who watch leaderboards.
type liveBoards struct{ campaign *campaign.Service }

// Describe implements prometheus.Collector.
func (liveBoards) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descBoardStreams, descBoardCampaigns, descBoardLooks, descBoardStates, descBoardSent} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (l liveBoards) Collect(ch chan<- prometheus.Metric) {
	c := l.campaign.Watching()
	ch <- prometheus.MustNewConstMetric(descBoardStreams, prometheus.GaugeValue, float64(c.Streams))
	ch <- prometheus.MustNewConstMetric(descBoardCampaigns, prometheus.GaugeValue, float64(c.Campaigns))
	for d, n := range map[*prometheus.Desc]int64{descBoardLooks: c.Looks, descBoardStates: c.States, descBoardSent: c.Sent} {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n))
	}
}
