package rpc

import (
	"context"
	"testing"

	"connectrpc.com/connect"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
)

func TestATraceIsCarriedOnThoughSpansAreSentNowhere(t *testing.T) {
	t.Parallel()
	otel.SetTextMapPropagator(propagation.TraceContext{})
	spans, err := newTraced(false)
	if err != nil {
		t.Fatal(err)
	}
	const given = "0af7651916cd43dd8448eb211c80319c"
	for header, want := range map[string]string{"00-" + given + "-b7ad6b7169203331-01": given, "": trace.TraceID{}.String()} {
		var got string
		call := spans.WrapUnary(func(ctx context.Context, _ connect.AnyRequest) (connect.AnyResponse, error) {
			got = trace.SpanContextFromContext(ctx).TraceID().String()
			return connect.NewResponse(&reviewv1.GetReviewMetaResponse{}), nil
		})
		req := connect.NewRequest(&reviewv1.GetReviewMetaRequest{})
		req.Header().Set(traceHeader, header)
		if _, err := call(t.Context(), req); err != nil || got != want {
			t.Errorf("of %q the method has trace %s, want %s: %v", header, got, want, err)
		}
	}
}
