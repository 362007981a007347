package rpc

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics observes RPCs.
type Metrics struct{ duration *prometheus.HistogramVec }

// NewMetrics registers the metrics of RPCs.
func NewMetrics(r prometheus.Registerer) *Metrics {
	m := &Metrics{duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "throng_rpc_duration_seconds",
		Help:    "Time from the arrival of an RPC to its answer, by procedure and Connect code.",
		Buckets: prometheus.ExponentialBuckets(0.0005, 2, 16),
	}, []string{"procedure", "code"})}
	r.MustRegister(m.duration)
	return m
}

func (m *Metrics) observe(procedure, code string, took time.Duration) {
	m.duration.WithLabelValues(procedure, code).Observe(took.Seconds())
}
