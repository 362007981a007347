package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/multitracer"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/throng-social/throng/internal/fault"
)

// maxWait is how long a statement or a transaction waits for a connection where the
// configuration says nothing: many times what all before it ought to take.
const maxWait = 2 * time.Second

// busy is of the kind of a database that is away, as whoever can do without for a
// moment can do so either way.
var busy = fault.New(fault.Unavailable, "database_busy", "the service is very busy at the moment; please try again").After(time.Second)

// waits bounds the wait for a connection. The driver asks a tracer for the context of
// that wait, and uses it for nothing else: what is done with the connection has all
// the time that its caller has.
type waits struct{ most time.Duration }

// bound is the driver's tracer: the one of the configuration, and the bound.
func bound(c Config) *multitracer.Tracer {
	t := &multitracer.Tracer{}
	if c.Tracer != nil {
		t = multitracer.New(c.Tracer)
		t.BatchTracers = append(t.BatchTracers, placedTracer{c.Tracer})
	}
	if c.MaxWait == 0 {
		c.MaxWait = maxWait
	}
	// The last one, so that its context is what the driver gets.
	t.PoolAcquireTracers = append(t.PoolAcquireTracers, waits{c.MaxWait})
	return t
}

// TraceAcquireStart implements pgxpool.AcquireTracer.
func (w waits) TraceAcquireStart(ctx context.Context, pool *pgxpool.Pool, _ pgxpool.TraceAcquireStartData) context.Context {
	limited, cancel := context.WithTimeout(ctx, w.most)
	return &wait{Context: limited, cancel: cancel, caller: ctx.Err, pool: pool}
}

// TraceAcquireEnd implements pgxpool.AcquireTracer.
func (waits) TraceAcquireEnd(ctx context.Context, _ *pgxpool.Pool, _ pgxpool.TraceAcquireEndData) {
	if w, ok := ctx.(*wait); ok {
		w.cancel()
	}
}

// wait is the context of one. Its error says why it came to nothing.
type wait struct {
	context.Context //nolint:containedctx // it is a context itself

	cancel context.CancelFunc
	// caller is the error of the caller's own context.
	caller func() error
	pool   *pgxpool.Pool
}

// Err implements context.Context. A pool that could not have all the connections that
// it may have waits for a server, and not for others.
func (w *wait) Err() error {
	switch err := w.Context.Err(); {
	case err == nil:
		return nil
	case w.caller() != nil:
		return w.caller()
	case w.pool.Stat().AcquiredConns() < w.pool.Stat().MaxConns():
		return unavailable.Because(err)
	default:
		return busy.Because(err)
	}
}
