package rpc

import (
	"context"
	"sync"
	"time"

	"connectrpc.com/connect"
)

// openingTime bounds how long a stream counts that sends nothing at its beginning.
const openingTime = 2 * time.Second

// gated lets calls pass a gate, as many at once as it allows. A stream counts until
// it has sent its first message, or taken it where the client sends them: then it is
// open, and waits more than it works.
type gated struct {
	gate        *Gate
	importances map[string]Importance
}

// WrapUnary implements connect.Interceptor.
func (g gated) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, req connect.AnyRequest) (res connect.AnyResponse, err error) {
		leave, err := g.enter(ctx, req.Spec())
		if err != nil {
			return nil, err
		}
		defer func() { leave(err == nil) }()
		return next(ctx, req)
	}
}

// WrapStreamingHandler implements connect.Interceptor.
func (g gated) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return func(ctx context.Context, conn connect.StreamingHandlerConn) error {
		leave, err := g.enter(ctx, conn.Spec())
		if err != nil {
			return err
		}
		opened := sync.OnceFunc(func() { leave(false) })
		defer opened()
		defer time.AfterFunc(openingTime, opened).Stop()
		return next(ctx, &opening{StreamingHandlerConn: conn, opened: opened})
	}
}

// WrapStreamingClient implements connect.Interceptor; this one stands at servers.
func (g gated) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return next
}

// enter takes a method that is in no table for one of the least importance: there is
// nothing behind it.
func (g gated) enter(ctx context.Context, spec connect.Spec) (leave func(well bool), err error) {
	if g.gate == nil {
		return func(bool) {}, nil
	}
	return g.gate.enter(ctx, g.importances[spec.Procedure])
}

// opening is a stream that counts.
type opening struct {
	connect.StreamingHandlerConn
	opened func()
}

// Send implements connect.StreamingHandlerConn.
func (o *opening) Send(m any) error {
	defer o.opened()
	return o.StreamingHandlerConn.Send(m)
}

// Receive implements connect.StreamingHandlerConn.
func (o *opening) Receive(m any) error {
	if o.Spec().StreamType != connect.StreamTypeServer {
		defer o.opened()
	}
	return o.StreamingHandlerConn.Receive(m)
}
