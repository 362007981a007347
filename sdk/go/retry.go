package throng

import (
	"context"
	"math/rand/v2"
	"time"

	"connectrpc.com/connect"
)

const (
	tries      = 3
	firstPause = 200 * time.Millisecond
	// longestHint is how long a call waits when the server says so; whoever is
	// told to wait longer decides for himself.
	longestHint = 5 * time.Second
)

// retrier repeats calls that the server could not take, if doing them twice does
// no more than doing them once.
type retrier struct{ clientSide }

// WrapUnary implements connect.Interceptor.
func (retrier) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, req connect.AnyRequest) (connect.AnyResponse, error) {
		if !repeatable(req) {
			return next(ctx, req)
		}
		for try := 1; ; try++ {
			res, err := next(ctx, req)
			if err == nil || try == tries {
				return res, err
			}
			pause, ok := pauseAfter(err, try)
			if !ok || !wait(ctx, pause) {
				return res, err
			}
		}
	}
}

// repeatable calls are reads, and writes that carry an idempotency key.
func repeatable(req connect.AnyRequest) bool {
	if req.Spec().IdempotencyLevel == connect.IdempotencyNoSideEffects {
		return true
	}
	keyed, ok := req.Any().(interface{ GetIdempotencyKey() string })
	return ok && keyed.GetIdempotencyKey() != ""
}

// pauseAfter is how long to wait after a failure; not ok means that it is final.
// A server that is overloaded is asked again only if it said when, and never
// sooner.
func pauseAfter(err error, try int) (pause time.Duration, ok bool) {
	hint := RetryAfter(err)
	switch code := connect.CodeOf(err); {
	case code != connect.CodeUnavailable && code != connect.CodeResourceExhausted:
		return 0, false
	case hint > 0:
		return hint + rand.N(hint/4+1), hint <= longestHint
	default:
		pause = firstPause << (try - 1)
		return pause/2 + rand.N(pause/2), code == connect.CodeUnavailable
	}
}

// wait is false when the context would be over before.
func wait(ctx context.Context, d time.Duration) bool {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < d {
		return false
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
