package queue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"
	"google.golang.org/protobuf/proto"

	"github.com/throng-social/throng/gen/db/queuedb"
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	"github.com/throng-social/throng/internal/postgres"
)

const (
	// rescueAfter is when a running job's worker must be gone.
	rescueAfter = TryTime + 3*time.Second
	rescueEvery = 3 * time.Second
	pollEvery   = 50 * time.Millisecond
	pollLeast   = 10 * time.Millisecond
	keepDone    = 5 * time.Minute
)

// polls is how often a worker looks into a queue that was empty: more often where
// somebody waits for what comes of it.
var polls = map[string]time.Duration{
	Events: 20 * time.Millisecond, Fanout: 20 * time.Millisecond, Moves: pollEvery, Bulk: 5 * pollEvery, Upkeep: 10 * pollEvery, Relay: 20 * time.Millisecond,
	CheckIns: 2 * pollEvery,
}

// Handler does what a message asks for. It may run again with the same payload.
type Handler func(ctx context.Context, payload []byte) error

// OnEvent makes a handler of a noun's method for an event.
func OnEvent(fn func(context.Context, *eventv1.Event) error) Handler {
	return On(func() *eventv1.Event { return &eventv1.Event{} }, fn)
}

// On makes a handler of a noun's method for one type of message.
func On[M proto.Message](empty func() M, fn func(context.Context, M) error) Handler {
	return func(ctx context.Context, payload []byte) error {
		m := empty()
		if err := proto.Unmarshal(payload, m); err != nil {
			return fmt.Errorf("read the message: %w", err)
		}
		return fn(ctx, m)
	}
}

// Handlers maps topics to what handles them.
type Handlers map[string]Handler

// Limits is how many jobs of each queue run at once in a process.
type Limits map[string]int

// DefaultLimits suit a small machine.
func DefaultLimits() Limits {
	return Limits{Events: 4, Fanout: 4, Moves: 2, Bulk: 1, Upkeep: 1, CheckIns: 1}
}

// Observer is told of every try; for metrics.
type Observer func(topic string, took time.Duration, err error)

// Worker runs handlers.
type Worker struct {
	river *river.Client[pgx.Tx]
	db    *postgres.DB
	q     *queuedb.Queries
	log   *slog.Logger
}

// NewWorker makes a worker for all topics of the handlers.
func NewWorker(db *postgres.DB, handlers Handlers, periodic []Periodic, limits Limits, observe Observer, log *slog.Logger) (*Worker, error) {
	return newWorker(db, &Publisher{}, Work{Handlers: handlers, Limits: limits, Observe: observe}, periodic, log)
}

func newWorker(db *postgres.DB, pub *Publisher, w Work, periodic []Periodic, log *slog.Logger) (*Worker, error) {
	workers := river.NewWorkers()
	for topic := range w.Handlers {
		river.AddWorkerArgs(workers, message{topic: topic}, &work{work: w, log: log})
	}
	queues := map[string]river.QueueConfig{}
	for name, n := range w.Limits {
		queues[name] = river.QueueConfig{MaxWorkers: n, FetchPollInterval: polls[name]}
	}
	client, err := river.NewClient(driver{riverpgxv5.New(db.QueuePool())}, &river.Config{
		Queues:                      queues,
		Workers:                     workers,
		PeriodicJobs:                periodicJobs(periodic, pub),
		Logger:                      slog.New(quiet{log.Handler()}),
		JobTimeout:                  TryTime,
		RescueStuckJobsAfter:        time.Minute,
		FetchCooldown:               pollLeast,
		FetchPollInterval:           pollEvery,
		RetryPolicy:                 retryPolicy{},
		CompletedJobRetentionPeriod: keepDone,
		DiscardedJobRetentionPeriod: -1,
		MaxAttempts:                 MaxTries,
		PollOnly:                    true,
	})
	return &Worker{river: client, db: db, q: queuedb.New(), log: log}, err
}

// periodicJobs are stored as what the publisher would store.
func periodicJobs(periodic []Periodic, pub *Publisher) []*river.PeriodicJob {
	jobs := make([]*river.PeriodicJob, len(periodic))
	for i, p := range periodic {
		jobs[i] = river.NewPeriodicJob(river.PeriodicInterval(p.Every), func() (river.JobArgs, *river.InsertOpts) {
			m, err := Pack(context.Background(), p.Task)
			if err != nil {
				return nil, nil
			}
			made, err := pub.jobs([]Message{m})
			if err != nil {
				return nil, nil
			}
			return made[0].Args, made[0].InsertOpts
		}, nil)
	}
	return jobs
}

// Run works until ctx ends, then lets the jobs under way finish, for at most
// their time limit.
func (w *Worker) Run(ctx context.Context) error {
	if err := w.river.Start(context.WithoutCancel(ctx)); err != nil {
		return postgres.Fault(err)
	}
	w.rescueUntil(ctx)
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), TryTime)
	defer cancel()
	if err := w.river.Stop(stop); errors.Is(err, context.DeadlineExceeded) {
		return w.river.StopAndCancel(context.WithoutCancel(ctx))
	}
	return nil
}

// rescueUntil frees the jobs of killed workers until ctx ends. River does the
// same, but not sooner than half a minute after it has found a new leader.
func (w *Worker) rescueUntil(ctx context.Context) {
	tick := time.NewTicker(rescueEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		n, err := w.q.RescueStuckJobs(ctx, w.db.Writer(ctx), rescueAfter.Seconds())
		switch {
		case err != nil && ctx.Err() == nil:
			w.log.WarnContext(ctx, "cannot look for stuck jobs", slog.Any("error", err))
		case n > 0:
			w.log.WarnContext(ctx, "freed jobs of workers that are gone", slog.Int64("jobs", n))
		}
	}
}

// work adapts handlers to River.
type work struct {
	river.WorkerDefaults[message]
	work Work
	log  *slog.Logger
}

// Work implements river.Worker.
func (w *work) Work(ctx context.Context, job *river.Job[message]) error {
	return w.work.Run(ctx, Try{
		Topic: job.Kind, Payload: job.Args.Payload, Trace: job.Args.Trace,
		ID: strconv.FormatInt(job.ID, 10), Number: job.Attempt, Of: job.MaxAttempts,
	}, w.log)
}

// retryPolicy pauses as Pause says.
type retryPolicy struct{}

// NextRetry implements river.ClientRetryPolicy.
func (retryPolicy) NextRetry(job *rivertype.JobRow) time.Time {
	return time.Now().Add(Pause(job.Attempt))
}

// quiet passes River's warnings and errors on and drops its chatter.
type quiet struct{ slog.Handler }

// Enabled implements slog.Handler.
func (quiet) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelWarn }
