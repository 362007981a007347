package throng

import (
	"context"
	"net"
	"net/http"
	"time"

	"connectrpc.com/connect"
)

// newTransport speaks HTTP/2, without TLS as well, as client streams and gRPC
// want it; over TLS it takes HTTP/1.1 from servers that have nothing else.
func newTransport(plain bool) *http.Transport {
	t := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout: 5 * time.Second,
		IdleConnTimeout:     90 * time.Second,
		MaxIdleConnsPerHost: 16,
		Protocols:           &http.Protocols{},
		HTTP2:               &http.HTTP2Config{SendPingTimeout: 30 * time.Second, PingTimeout: 10 * time.Second},
	}
	if plain {
		t.Protocols.SetUnencryptedHTTP2(true)
		return t
	}
	t.Protocols.SetHTTP1(true)
	t.Protocols.SetHTTP2(true)
	return t
}

// clientSide is the part of an interceptor that leaves streams alone.
type clientSide struct{}

// WrapStreamingClient implements connect.Interceptor.
func (clientSide) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return next
}

// WrapStreamingHandler implements connect.Interceptor.
func (clientSide) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return next
}

// timeLimit gives calls a deadline that have none.
type timeLimit struct {
	clientSide
	unary time.Duration
}

// WrapUnary implements connect.Interceptor.
func (l timeLimit) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, req connect.AnyRequest) (connect.AnyResponse, error) {
		if _, ok := ctx.Deadline(); !ok {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, l.unary)
			defer cancel()
		}
		return next(ctx, req)
	}
}

// WrapStreamingClient implements connect.Interceptor.
func (timeLimit) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return func(ctx context.Context, spec connect.Spec) connect.StreamingClientConn {
		if _, ok := ctx.Deadline(); ok {
			return next(ctx, spec)
		}
		ctx, cancel := context.WithTimeout(ctx, streamTimeout)
		return limitedConn{next(ctx, spec), cancel}
	}
}

// limitedConn lets go of its deadline when it is closed.
type limitedConn struct {
	connect.StreamingClientConn
	cancel context.CancelFunc
}

// CloseResponse implements connect.StreamingClientConn.
func (c limitedConn) CloseResponse() error {
	defer c.cancel()
	return c.StreamingClientConn.CloseResponse()
}
