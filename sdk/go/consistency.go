package throng

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"net/http"
	"sync/atomic"

	"connectrpc.com/connect"
)

const (
	positionHeader = "Throng-Consistency-Token"
	tokenVersion   = 1
)

// memory keeps the newest position in the server's log that any answer has
// carried, and sends it with every call: no later read is older.
type memory struct {
	clientSide
	position atomic.Uint64
}

// WrapUnary implements connect.Interceptor.
func (m *memory) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, req connect.AnyRequest) (connect.AnyResponse, error) {
		m.send(req.Header())
		res, err := next(ctx, req)
		if err == nil {
			m.see(res.Header())
		} else if refused, ok := errors.AsType[*connect.Error](err); ok {
			m.see(refused.Meta())
		}
		return res, err
	}
}

// WrapStreamingClient implements connect.Interceptor.
func (m *memory) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return func(ctx context.Context, spec connect.Spec) connect.StreamingClientConn {
		conn := next(ctx, spec)
		m.send(conn.RequestHeader())
		return rememberedConn{conn, m}
	}
}

// rememberedConn reads the position when the stream ends.
type rememberedConn struct {
	connect.StreamingClientConn
	memory *memory
}

// Receive implements connect.StreamingClientConn.
func (c rememberedConn) Receive(m any) error {
	err := c.StreamingClientConn.Receive(m)
	if err != nil {
		c.memory.see(c.ResponseHeader())
		c.memory.see(c.ResponseTrailer())
	}
	return err
}

func (m *memory) send(h http.Header) {
	if p := m.position.Load(); p > 0 {
		raw := binary.BigEndian.AppendUint64([]byte{tokenVersion}, p)
		h.Set(positionHeader, base64.RawURLEncoding.EncodeToString(raw))
	}
}

// see takes note of a token; an older one, or none, changes nothing.
func (m *memory) see(h http.Header) {
	raw, err := base64.RawURLEncoding.DecodeString(h.Get(positionHeader))
	if err != nil || len(raw) != 9 || raw[0] != tokenVersion {
		return
	}
	seen := binary.BigEndian.Uint64(raw[1:])
	for held := m.position.Load(); seen > held; held = m.position.Load() {
		if m.position.CompareAndSwap(held, seen) {
			return
		}
	}
}
