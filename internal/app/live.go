package app

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/throng-social/throng/internal/timeline"
)

var (
	descStreams   = prometheus.NewDesc("throng_timeline_streams", "Live streams that are open.", nil, nil)
	descConnected = prometheus.NewDesc("throng_live_connected", "1 while announcements of other processes are heard; streams look every second while it is 0.", nil, nil)
	descHeard     = prometheus.NewDesc("throng_timeline_announcements_total", "Announcements of posts and of changed follows that were heard.", nil, nil)
	descHydrated  = prometheus.NewDesc("throng_timeline_live_hydrations_total", "Announced posts that were read, each once for all streams.", nil, nil)
	descLooks     = prometheus.NewDesc("throng_timeline_live_looks_total", "Times that a stream read for itself.", nil, nil)
	descSent      = prometheus.NewDesc("throng_timeline_live_items_total", "Items that were sent over live streams.", nil, nil)
)

// live collects what a process does for live streams.
type live struct{ timeline *timeline.Service }

// Describe implements prometheus.Collector.
func (live) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descStreams, descConnected, descHeard, descHydrated, descLooks, descSent} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (l live) Collect(ch chan<- prometheus.Metric) {
	c := l.timeline.Live()
	connected := 0.0
	if c.Connected {
		connected = 1
	}
	ch <- prometheus.MustNewConstMetric(descStreams, prometheus.GaugeValue, float64(c.Streams))
	ch <- prometheus.MustNewConstMetric(descConnected, prometheus.GaugeValue, connected)
	for d, n := range map[*prometheus.Desc]int64{descHeard: c.Heard, descHydrated: c.Hydrations, descLooks: c.Looks, descSent: c.Sent} {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n))
	}
}
