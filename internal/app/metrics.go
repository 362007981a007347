package app

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/throng-social/throng/internal/timeline"
)

const scrapeTime = 2 * time.Second

var (
	descPool   = prometheus.NewDesc("throng_db_connections", "Connections of a pool, by what they do.", []string{"pool", "state"}, nil)
	descWait   = prometheus.NewDesc("throng_db_waits_total", "Callers that had to wait for a connection.", []string{"pool"}, nil)
	descJobs   = prometheus.NewDesc("throng_queue_jobs", "Jobs that have not succeeded yet; dead ones are dead letters.", []string{"topic", "state"}, nil)
	descPushes = prometheus.NewDesc("throng_timeline_deliveries_total", "Entries that fan-outs wrote into timelines.", nil, nil)
	descCopies = prometheus.NewDesc("throng_timeline_copies_total", "Entries that moves of edges wrote into timelines.", nil, nil)
	descPulls  = prometheus.NewDesc("throng_timeline_pulls_total", "Authors whose logs were read for a timeline.", nil, nil)
	descMoves  = prometheus.NewDesc("throng_timeline_moves_total", "Edges that came to another mode.", nil, nil)
	descFlips  = prometheus.NewDesc("throng_timeline_flips_total", "Authors who began or ceased to be pulled as a whole.", nil, nil)
	descAge    = prometheus.NewDesc("throng_queue_oldest_seconds", "How long the oldest job has been due.", []string{"topic", "state"}, nil)
)

// depths collects what is asked for at each scrape: pools and queues.
type depths struct{ app *App }

// Describe implements prometheus.Collector.
func (depths) Describe(ch chan<- *prometheus.Desc) {
	ch <- descPool
	ch <- descWait
	ch <- descJobs
	ch <- descAge
}

// Collect implements prometheus.Collector.
func (d depths) Collect(ch chan<- prometheus.Metric) {
	for _, p := range d.app.db.Use() {
		ch <- prometheus.MustNewConstMetric(descPool, prometheus.GaugeValue, float64(p.InUse), p.Pool, "in_use")
		ch <- prometheus.MustNewConstMetric(descPool, prometheus.GaugeValue, float64(p.Idle), p.Pool, "idle")
		ch <- prometheus.MustNewConstMetric(descPool, prometheus.GaugeValue, float64(p.Most), p.Pool, "most")
		ch <- prometheus.MustNewConstMetric(descWait, prometheus.CounterValue, float64(p.Waited), p.Pool)
	}
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
	defer cancel()
	d.app.collectDepths(ctx, ch)
}

// engine collects what the timeline engine did.
type engine struct{ timeline *timeline.Service }

// Describe implements prometheus.Collector.
func (engine) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descPushes, descCopies, descPulls, descMoves, descFlips} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (w engine) Collect(ch chan<- prometheus.Metric) {
	c := w.timeline.Counts()
	for d, n := range map[*prometheus.Desc]int64{descPushes: c.Deliveries, descCopies: c.Copies, descPulls: c.Pulls, descMoves: c.Moves, descFlips: c.Flips} {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n))
	}
}
