package rpc

import (
	"context"

	"connectrpc.com/connect"
	"connectrpc.com/otelconnect"
)

// traceHeader is how W3C Trace Context hands a trace on.
const traceHeader = "Traceparent"

// traced has calls in spans: all of them where those are sent somewhere, else only such
// as come with a trace, which is carried on. For the others a span would be for nobody.
type traced struct {
	connect.Interceptor
	all bool
}

func newTraced(all bool) (traced, error) {
	spans, err := otelconnect.NewInterceptor(otelconnect.WithoutMetrics())
	return traced{spans, all}, err
}

// WrapUnary implements connect.Interceptor.
func (t traced) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	inSpan := t.Interceptor.WrapUnary(next)
	return func(ctx context.Context, req connect.AnyRequest) (connect.AnyResponse, error) {
		if t.all || req.Header().Get(traceHeader) != "" {
			return inSpan(ctx, req)
		}
		return next(ctx, req)
	}
}
