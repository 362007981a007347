package fanout

import (
	"context"
	"net/http"

	"github.com/throng-social/throng/internal/lab/process"
)

// The metrics that a run reads off the server. What it is without one of them is
// in problems.
const (
	metricDeliveries = "throng_timeline_deliveries_total"
	metricCopies     = "throng_timeline_copies_total"
	metricPulls      = "throng_timeline_pulls_total"
	metricMoves      = "throng_timeline_moves_total"
	metricMissing    = "throng_timeline_missing_ratio"
	metricAudited    = "throng_timeline_audited_total"
	metricJobs       = "throng_queue_jobs"
	metricCPU        = "process_cpu_seconds_total"
)

var wanted = []string{metricDeliveries, metricCopies, metricPulls, metricMoves, metricMissing, metricCPU}

// metrics are what a server exports at a moment.
type metrics struct{ process.Metrics }

// scrape reads them.
func scrape(ctx context.Context, client *http.Client, base string) (metrics, error) {
	m, err := process.Scrape(ctx, client, base)
	return metrics{m}, err
}

// missing are the metrics that a run needs and a server does not have, each as a
// problem.
func (m metrics) missing() []string {
	var problems []string
	for _, name := range wanted {
		if _, ok := m.Metrics[name]; !ok {
			problems = append(problems, "the server does not export "+name)
		}
	}
	return problems
}

// since is by how much a counter grew; nil where it is not known at both moments.
func (m metrics) since(before metrics, name string) *float64 {
	return m.Since(before.Metrics, name)
}

// ratio is the auditor's share of missing posts; nil until it has looked once.
func (m metrics) ratio() *float64 {
	if audited, ok := m.Metrics[metricAudited]; ok && audited == 0 {
		return nil
	}
	return m.Get(metricMissing)
}
