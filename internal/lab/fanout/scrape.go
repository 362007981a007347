package fanout

import (
	"context"
	"fmt"
	"net/http"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
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

const scrapeTime = 5 * time.Second

// metrics are what a server exports at a moment, each summed over its labels.
type metrics map[string]float64

// scrape reads them.
func scrape(ctx context.Context, client *http.Client, base string) (metrics, error) {
	ctx, cancel := context.WithTimeout(ctx, scrapeTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/ops/metrics", nil)
	if err != nil {
		return nil, err
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the server's metrics answer %s", res.Status)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(res.Body)
	if err != nil {
		return nil, err
	}
	m := metrics{}
	for name, f := range families {
		m[name] = sum(f)
	}
	return m, nil
}

// sum leaves out dead letters, which wait for nobody.
func sum(f *dto.MetricFamily) (total float64) {
	for _, m := range f.GetMetric() {
		dead := false
		for _, l := range m.GetLabel() {
			dead = dead || l.GetName() == "state" && l.GetValue() == "dead"
		}
		if !dead {
			total += m.GetCounter().GetValue() + m.GetGauge().GetValue() + m.GetUntyped().GetValue()
		}
	}
	return total
}

// missing are the metrics that a run needs and a server does not have, each as a
// problem.
func (m metrics) missing() []string {
	var problems []string
	for _, name := range wanted {
		if _, ok := m[name]; !ok {
			problems = append(problems, "the server does not export "+name)
		}
	}
	return problems
}

// get is nil where there is no such metric.
func (m metrics) get(name string) *float64 {
	v, ok := m[name]
	if !ok {
		return nil
	}
	return &v
}

// since is by how much a counter grew; nil where it is not known at both moments.
func (m metrics) since(before metrics, name string) *float64 {
	now, ok := m[name]
	then, had := before[name]
	if !ok || !had {
		return nil
	}
	grown := now - then
	return &grown
}

// ratio is the auditor's share of missing posts; nil until it has looked once.
func (m metrics) ratio() *float64 {
	if audited, ok := m[metricAudited]; ok && audited == 0 {
		return nil
	}
	return m.get(metricMissing)
}
