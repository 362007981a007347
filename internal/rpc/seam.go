package rpc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"connectrpc.com/connect"
	"go.opentelemetry.io/otel/trace"

	"github.com/throng-social/throng/internal/consistency"
)

// seamDeadline bounds one call from noun to noun.
const seamDeadline = 10 * time.Second

// Within calls a method of a noun in this process as the network would: with a
// deadline, past panics, with errors as clients see them, and with no context
// value but the few that a network call carries. It is what one line a method of
// the adapters in internal/app is made of.
func Within[Req, Res any](ctx context.Context, method func(context.Context, *Req) (*Res, error), req *Req) (res *Res, err error) {
	inner, cancel := context.WithTimeout(carried(ctx), seamDeadline)
	defer cancel()
	defer func() {
		if r := recover(); r != nil {
			res, err = nil, fmt.Errorf("a method panicked: %v\n%s", r, debug.Stack())
		}
	}()
	res, err = method(inner, req)
	if err != nil {
		return nil, crossed(err)
	}
	return res, nil
}

// crossed is what is left of an error behind the seam. An error of no kind keeps
// its text, for the log alone.
func crossed(err error) error {
	out := toFault(toConnect(err))
	if connect.CodeOf(out) == connect.CodeInternal {
		return err
	}
	return out
}

// carried keeps of ctx its end, its trace, its request id and its session.
func carried(ctx context.Context) context.Context {
	out := trace.ContextWithSpan(endsWith{ctx}, trace.SpanFromContext(ctx))
	if id := RequestID(ctx); id != "" {
		out = context.WithValue(out, requestIDKey{}, id)
	}
	if s := consistency.From(ctx); s != nil {
		out = consistency.With(out, s)
	}
	return out
}

// endsWith is a context without values that ends with another.
type endsWith struct{ context.Context }

// Value implements context.Context.
func (endsWith) Value(any) any { return nil }

// secretHeader proves to the internal listener that a process of the same
// deployment calls.
const secretHeader = "Throng-Internal"

var errOutside = errors.New("only services of this deployment may call")

// ClientOptions are what clients of other nouns' internal services are made
// with: they carry the same few values as Within, and read errors back.
func ClientOptions(secret string) connect.ClientOption {
	return connect.WithInterceptors(seamClient(secret))
}

// seamClient speaks for this process to another.
func seamClient(secret string) connect.UnaryInterceptorFunc {
	return func(next connect.UnaryFunc) connect.UnaryFunc {
		return func(ctx context.Context, req connect.AnyRequest) (connect.AnyResponse, error) {
			ctx, cancel := context.WithTimeout(ctx, seamDeadline)
			defer cancel()
			session := consistency.From(ctx)
			req.Header().Set(secretHeader, secret)
			req.Header().Set(requestIDHeader, RequestID(ctx))
			if token := session.Demand().Token(); token != "" {
				req.Header().Set(consistency.Header, token)
			}
			res, err := next(ctx, req)
			if err != nil {
				return nil, toFault(err)
			}
			session.Saw(consistency.Parse(res.Header().Get(floorHeader)), consistency.Parse(res.Header().Get(consistency.Header)))
			return res, nil
		}
	}
}

// guarded lets in only those who know the deployment's secret.
func guarded(secret string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !sameSecret(r.Header.Get(secretHeader), secret) {
				http.Error(w, errOutside.Error(), http.StatusForbidden)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}
