package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"text/tabwriter"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/queue/outbox"
	"github.com/throng-social/throng/internal/queue/sqsqueue"
)

// Carrier says which queue carries events and tasks.
type Carrier struct {
	Queue         string `name:"queue" env:"THRONG_QUEUE" enum:"river,sqs," default:"" help:"What carries events and tasks: river (jobs in Postgres) or sqs (SNS and SQS); empty: by the shape."`
	QueueEndpoint string `name:"sqs-endpoint" env:"THRONG_SQS_ENDPOINT" help:"URL of an emulator of SNS and SQS; empty for AWS."`
}

func (s *Settings) onSQS() bool { return s.Queue == "sqs" }

func (s *Settings) checkQueue() error {
	if s.onSQS() && s.QueueEndpoint != "" && s.Region == "" {
		return errors.New("THRONG_AWS_REGION is not set: an emulator of SQS wants one too, any will do")
	}
	return nil
}

// openQueue makes what nouns on Postgres announce with. River is there in every
// deployment: where SQS carries everything, it keeps what is announced in a transaction
// until that is handed over, and it starts periodic tasks.
func (a *App) openQueue(ctx context.Context) (pub *queue.Publisher, err error) {
	if !a.settings.onSQS() {
		pub = queue.NewPublisher()
		a.river = queue.NewRiver(a.db, pub, a.log)
		a.queue = a.river
		return pub, nil
	}
	pub = queue.NewRelayed()
	a.river = queue.NewRiver(a.db, pub, a.log)
	opened, err := a.settings.openSQS(ctx, a.log)
	if err != nil {
		return nil, fmt.Errorf("queue: %w", err)
	}
	a.queue, a.sqs = opened, opened
	return pub, nil
}

func (s *Settings) openSQS(ctx context.Context, log *slog.Logger) (*sqsqueue.Queue, error) {
	return sqsqueue.Open(ctx, sqsqueue.Config{Region: s.Region, Endpoint: s.QueueEndpoint, Prefix: s.Prefix}, log)
}

// checkCarrier asks each queue of a deployment that has them.
func checkCarrier(ctx context.Context, s Settings) error {
	if !s.onSQS() {
		return nil
	}
	q, err := s.openSQS(ctx, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	_, err = q.Depths(ctx)
	return err
}

func (a *App) pingQueue(ctx context.Context) error {
	if a.sqs == nil {
		return nil
	}
	return a.sqs.Ping(ctx)
}

// newWork is what this process does as a worker.
func (a *App) newWork() (*queue.Work, error) {
	limits := queue.Limits{}
	for _, name := range a.settings.Queues {
		n, ok := queue.DefaultLimits()[name]
		if !ok {
			return nil, fmt.Errorf("there is no queue %q", name)
		}
		limits[name] = n
	}
	jobs := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "throng_job_duration_seconds",
		Help:    "Time that one try of a job took, by topic and outcome.",
		Buckets: prometheus.ExponentialBuckets(0.001, 2, 14),
	}, []string{"topic", "outcome"})
	a.metrics.MustRegister(jobs)
	a.metrics.MustRegister(folds{a.nouns.campaign})
	if a.auditor.Source != nil {
		a.metrics.MustRegister(a.auditor)
	}
	observe := func(topic string, took time.Duration, err error) {
		outcome := "ok"
		if err != nil {
			outcome = "failed"
		}
		jobs.WithLabelValues(topic, outcome).Observe(took.Seconds())
	}
	handlers, _ := a.audits()
	// What was to be relayed when the deployment was set to SQS is River's own else.
	handlers[queue.TopicRelay] = queue.RelayTo(a.queue)
	work := &queue.Work{Handlers: handlers, Limits: limits, Observe: observe}
	if a.gate != nil {
		work.GiveWay = a.gate.GiveWay
	}
	return work, nil
}

// relays is how many batches of messages a process hands over at once.
const relays = 4

// runWorkers runs jobs, and counts scores, until ctx ends. A worker of SQS also does what is left in River
// from before the deployment was set to SQS.
func (a *App) runWorkers(ctx context.Context) error {
	onRiver := *a.work
	onRiver.Limits = maps.Clone(a.work.Limits)
	onRiver.Limits[queue.Relay] = relays
	_, periodic := a.audits()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		return a.again(ctx, func() error { return a.river.WorkWith(ctx, onRiver, periodic) })
	})
	if a.sqs != nil {
		g.Go(func() error { return a.again(ctx, func() error { return a.sqs.Work(ctx, *a.work) }) })
	}
	if a.relay != nil {
		g.Go(func() error { a.relay.Run(ctx); return nil })
	}
	g.Go(func() error { a.nouns.campaign.RunFolds(ctx); return nil })
	return g.Wait()
}

// again starts a worker anew when what it needs was away.
func (a *App) again(ctx context.Context, run func() error) error {
	for ctx.Err() == nil {
		err := run()
		if err == nil {
			return nil
		}
		a.log.ErrorContext(ctx, "the worker could not start; trying again", slog.Any("error", err))
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
	return nil
}

// backends are the queues in which something may wait, in the order in which messages
// come through them.
func (a *App) backends() []queue.Backend {
	if a.sqs == nil {
		return []queue.Backend{a.river}
	}
	return []queue.Backend{a.river, a.sqs}
}

const listedDeadLetters = 100

// QueueStatus prints what waits in the queues, and the dead letters.
func (a *App) QueueStatus(ctx context.Context, out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "TOPIC\tQUEUE\tSTATE\tJOBS\tOLDEST")
	for _, b := range a.backends() {
		depths, err := b.Depths(ctx)
		if err != nil {
			return err
		}
		for _, d := range depths {
			fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\n", d.Topic, d.Queue, d.State, d.Jobs, d.Oldest.Round(time.Second))
		}
	}
	if a.dynamo != nil {
		n, err := outbox.Count(ctx, a.dynamo)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "(outbox)\t\t%s\t%d\t\n", queue.StateReady, n)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, b := range a.backends() {
		dead, err := b.DeadLetters(ctx, listedDeadLetters)
		if err != nil {
			return err
		}
		for _, d := range dead {
			fmt.Fprintf(out, "dead letter %s of %s after %d tries: %s\n", d.ID, d.Topic, d.Tries, d.LastError)
		}
	}
	return nil
}

// Redrive gives dead letters their tries again.
func (a *App) Redrive(ctx context.Context, topic string, out io.Writer) error {
	var total int64
	for _, b := range a.backends() {
		n, err := b.Redrive(ctx, topic)
		total += n
		if err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "%d dead letters are in their queues again\n", total)
	return nil
}

// OpenJobs counts the jobs that are still to succeed, those among them that an outbox
// still has. What is handed on meanwhile is seen once at least.
func (a *App) OpenJobs(ctx context.Context) (total int64, err error) {
	if a.dynamo != nil {
		if total, err = outbox.Count(ctx, a.dynamo); err != nil {
			return 0, err
		}
	}
	for _, b := range a.backends() {
		depths, err := b.Depths(ctx)
		if err != nil {
			return 0, err
		}
		total += queue.Open(depths)
	}
	return total, nil
}

// depthKey is what a depth is exported under.
type depthKey struct{ topic, state string }

// collectDepths exports what waits. A queue that cannot be read leaves its metrics out.
func (a *App) collectDepths(ctx context.Context, ch chan<- prometheus.Metric) {
	sums := map[depthKey]queue.Depth{}
	for _, b := range a.backends() {
		depths, err := b.Depths(ctx)
		if err != nil {
			continue
		}
		for _, d := range depths {
			k := depthKey{d.Topic, d.State}
			sum := sums[k]
			sum.Jobs += d.Jobs
			sum.Oldest = max(sum.Oldest, d.Oldest)
			sums[k] = sum
		}
	}
	for k, d := range sums {
		ch <- prometheus.MustNewConstMetric(descJobs, prometheus.GaugeValue, float64(d.Jobs), k.topic, k.state)
		ch <- prometheus.MustNewConstMetric(descAge, prometheus.GaugeValue, d.Oldest.Seconds(), k.topic, k.state)
	}
}
