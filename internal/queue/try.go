package queue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
)

// Bounds that all backends keep.
const (
	// MaxTries is how often a delivery is tried before it is a dead letter: with the
	// pauses between this takes about twelve minutes.
	MaxTries = 20
	// TryTime bounds one try. A handler that needs longer cuts its work into several
	// messages.
	TryTime  = 10 * time.Second
	maxPause = time.Minute
)

// Try is one delivery to one handler.
type Try struct {
	Topic   string
	Payload []byte
	// Trace is the traceparent of whoever sent it.
	Trace string
	// ID is what the log calls it; Number counts from 1, and Of is the last one.
	ID         string
	Number, Of int
}

// Run runs the handler with what every try has: a time limit, a span in the sender's
// trace, and a panic that is an error.
func (w Work) Run(ctx context.Context, t Try, log *slog.Logger) (err error) {
	ctx = otel.GetTextMapPropagator().Extract(ctx, propagation.MapCarrier{"traceparent": t.Trace})
	ctx, span := otel.Tracer("queue").Start(ctx, t.Topic)
	defer span.End()
	ctx, cancel := context.WithTimeout(ctx, TryTime)
	defer cancel()
	if w.GiveWay != nil {
		w.GiveWay(ctx)
	}
	began := time.Now()
	defer func() {
		if r := recover(); r != nil {
			log.ErrorContext(ctx, "a handler panicked", slog.String("topic", t.Topic), slog.Any("panic", r), slog.String("stack", string(debug.Stack())))
			err = errors.New("the handler panicked")
		}
		w.Observe(t.Topic, time.Since(began), err)
		t.report(ctx, err, log)
	}()
	handle, ok := w.Handlers[t.Topic]
	if !ok {
		return fmt.Errorf("nothing handles the topic %q", t.Topic)
	}
	return handle(ctx, t.Payload)
}

func (t Try) report(ctx context.Context, err error, log *slog.Logger) {
	if err == nil {
		return
	}
	level := slog.LevelWarn
	if t.Number >= t.Of {
		level = slog.LevelError
	}
	log.Log(ctx, level, "a job failed", slog.String("topic", t.Topic), slog.String("job", t.ID),
		slog.Int("try", t.Number), slog.Int("of", t.Of), slog.Any("error", err))
}

// Pause is how long to wait after so many failed tries: 1, 2, 4, ... seconds, at most a
// minute, give or take a quarter.
func Pause(tries int) time.Duration {
	pause := min(time.Second<<min(max(tries, 1)-1, 10), maxPause)
	return pause*3/4 + rand.N(pause/2)
}
