package app

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/queue/outbox"
)

// Stores says which store each noun has that may have another than Postgres.
type Stores struct {
	GraphStore    string `name:"graph-store" env:"THRONG_GRAPH_STORE" enum:"postgres,dynamo," default:"" help:"Where follows and blocks are kept: postgres or dynamo; empty: by the shape."`
	PostStore     string `name:"post-store" env:"THRONG_POST_STORE" enum:"postgres,dynamo," default:"" help:"Where posts are kept: postgres or dynamo; empty: by the shape."`
	TimelineStore string `name:"timeline-store" env:"THRONG_TIMELINE_STORE" enum:"postgres,dynamo," default:"" help:"Where timelines are kept: postgres or dynamo; empty: by the shape."`
}

// AWS says where the parts are that run on AWS, or on emulators of it.
type AWS struct {
	Region         string `name:"region" env:"THRONG_AWS_REGION" help:"Region of tables, topics and queues; empty for what AWS's own variables and files say."`
	Prefix         string `name:"prefix" env:"THRONG_AWS_PREFIX" default:"throng-" help:"What the names of tables, topics and queues begin with: the parameter Prefix of the stack."`
	DynamoEndpoint string `name:"dynamo-endpoint" env:"THRONG_DYNAMO_ENDPOINT" help:"URL of an emulator of DynamoDB; empty for AWS."`
}

// storeDynamo is how a store on DynamoDB is chosen.
const storeDynamo = "dynamo"

// onDynamo are the nouns whose store is DynamoDB, which has one table for each.
func (s *Settings) onDynamo() []string {
	var nouns []string
	for noun, store := range map[string]string{dynamo.Graph: s.GraphStore, dynamo.Post: s.PostStore, dynamo.Timeline: s.TimelineStore} {
		if store == storeDynamo {
			nouns = append(nouns, noun)
		}
	}
	slices.Sort(nouns)
	return nouns
}

func (s *Settings) checkStores() error {
	if len(s.onDynamo()) > 0 && s.DynamoEndpoint != "" && s.Region == "" {
		return errors.New("THRONG_AWS_REGION is not set: an emulator of DynamoDB wants one too, any will do")
	}
	return nil
}

// openDynamo opens what stores on DynamoDB stand on, if there are any.
func (a *App) openDynamo(ctx context.Context) (err error) {
	nouns := a.settings.onDynamo()
	if len(nouns) == 0 {
		return nil
	}
	if a.dynamo, err = a.settings.openTables(ctx); err != nil {
		return fmt.Errorf("dynamo: %w", err)
	}
	a.metrics.MustRegister(requests{a.dynamo})
	return nil
}

func (s *Settings) openTables(ctx context.Context) (*dynamo.DB, error) {
	return dynamo.Open(ctx, dynamo.Config{Region: s.Region, Endpoint: s.DynamoEndpoint, Prefix: s.Prefix})
}

// checkTables asks each table that the settings need.
func checkTables(ctx context.Context, s Settings) error {
	nouns := s.onDynamo()
	if len(nouns) == 0 {
		return nil
	}
	db, err := s.openTables(ctx)
	if err != nil {
		return err
	}
	return db.Ping(ctx, append(nouns, dynamo.Outbox)...)
}

// pingDynamo asks the tables of this deployment.
func (a *App) pingDynamo(ctx context.Context) error {
	if a.dynamo == nil {
		return nil
	}
	return a.dynamo.Ping(ctx, append(a.settings.onDynamo(), dynamo.Outbox)...)
}

var (
	descRequests = prometheus.NewDesc("throng_dynamo_requests_total", "Requests to DynamoDB, each try counted.", []string{"operation", "table"}, nil)
	descRetries  = prometheus.NewDesc("throng_dynamo_retries_total", "Requests that were refused or lost, and tried again while there was time.", []string{"operation", "table", "reason"}, nil)
	descUnits    = prometheus.NewDesc("throng_dynamo_units_total", "Capacity units that DynamoDB charged.", []string{"operation", "table"}, nil)
	descClock    = prometheus.NewDesc("throng_dynamo_clock_off_seconds", "How far this process's clock is surely off DynamoDB's; no posts are made past one second.", nil, nil)
	descOutbox   = prometheus.NewDesc("throng_outbox_oldest_seconds", "How long the oldest message in the outbox has waited.", nil, nil)
)

// requests collects what was asked of DynamoDB.
type requests struct{ db *dynamo.DB }

// Describe implements prometheus.Collector.
func (requests) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descRequests, descRetries, descUnits, descClock, descOutbox} {
		ch <- d
	}
}

// Collect implements prometheus.Collector. An outbox that cannot be read leaves its
// metric out.
func (r requests) Collect(ch chan<- prometheus.Metric) {
	for _, c := range r.db.Counts() {
		ch <- prometheus.MustNewConstMetric(descRequests, prometheus.CounterValue, float64(c.Requests), c.Operation, c.Table)
		ch <- prometheus.MustNewConstMetric(descUnits, prometheus.CounterValue, c.ReadUnits+c.WriteUnits, c.Operation, c.Table)
		for reason, n := range map[string]int64{"throttled": c.Throttled, "failed": c.Failed, "conflict": c.Conflicts} {
			ch <- prometheus.MustNewConstMetric(descRetries, prometheus.CounterValue, float64(n), c.Operation, c.Table, reason)
		}
	}
	ch <- prometheus.MustNewConstMetric(descClock, prometheus.GaugeValue, r.db.ClockOff().Seconds())
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
	defer cancel()
	if age, err := outbox.Oldest(ctx, r.db); err == nil {
		ch <- prometheus.MustNewConstMetric(descOutbox, prometheus.GaugeValue, age.Seconds())
	}
}
