package rpc

import (
	"context"
	"net/http"

	"connectrpc.com/connect"
)

// call is what an interceptor may know of an RPC, unary or streaming.
type call struct {
	spec   connect.Spec
	header http.Header
	peer   connect.Peer
	// answer gives the headers that go back: response headers of a unary call
	// that succeeded, trailers of a stream. It is nil before there are any.
	answer http.Header
}

// around is an interceptor that does not care whether a call streams. next runs
// the rest; it may be called once.
type around func(ctx context.Context, c *call, next func(context.Context) error) error

// WrapUnary implements connect.Interceptor.
func (a around) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, req connect.AnyRequest) (connect.AnyResponse, error) {
		var res connect.AnyResponse
		c := &call{spec: req.Spec(), header: req.Header(), peer: req.Peer()}
		err := a(ctx, c, func(ctx context.Context) (err error) {
			if res, err = next(ctx, req); err == nil {
				c.answer = res.Header()
			}
			return err
		})
		return res, err
	}
}

// WrapStreamingHandler implements connect.Interceptor.
func (a around) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return func(ctx context.Context, conn connect.StreamingHandlerConn) error {
		c := &call{spec: conn.Spec(), header: conn.RequestHeader(), peer: conn.Peer(), answer: conn.ResponseTrailer()}
		return a(ctx, c, func(ctx context.Context) error { return next(ctx, conn) })
	}
}

// WrapStreamingClient implements connect.Interceptor; these stand at servers.
func (a around) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return next
}
