package process

import (
	"context"
	"fmt"
	"net/http"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

const scrapeTime = 5 * time.Second

// Metrics are what a server exports at a moment, each summed over its labels.
type Metrics map[string]float64

// Scrape reads them.
func Scrape(ctx context.Context, client *http.Client, base string) (Metrics, error) {
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
	m := Metrics{}
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

// Get is nil where there is no such metric.
func (m Metrics) Get(name string) *float64 {
	v, ok := m[name]
	if !ok {
		return nil
	}
	return &v
}

// Since is by how much a counter grew; nil where it is not known at both moments.
func (m Metrics) Since(before Metrics, name string) *float64 {
	now, ok := m[name]
	then, had := before[name]
	if !ok || !had {
		return nil
	}
	grown := now - then
	return &grown
}
