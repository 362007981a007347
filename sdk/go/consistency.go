package throng

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"net/http"
	"sync"

	"connectrpc.com/connect"
)

const positionHeader = "Throng-Consistency-Token"

// memory keeps a position that reaches all that any answer has carried, and sends
// it with every call: no later read is older.
type memory struct {
	clientSide
	mu   sync.Mutex
	held position
}

// position is what a token says: a place in a log and a time, of which a
// deployment may use one or both. Tokens have a byte that tells the form, then
// eight bytes for each part, big-endian.
type position struct{ log, clock uint64 }

const (
	tokenOfLog  = 1
	tokenOfBoth = 2
)

func parse(token string) (position, bool) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	switch {
	case err != nil || len(raw) == 0:
		return position{}, false
	case raw[0] == tokenOfLog && len(raw) == 9:
		return position{log: binary.BigEndian.Uint64(raw[1:])}, true
	case raw[0] == tokenOfBoth && len(raw) == 17:
		return position{binary.BigEndian.Uint64(raw[1:]), binary.BigEndian.Uint64(raw[9:])}, true
	}
	return position{}, false
}

func (p position) token() string {
	if p.clock == 0 {
		return base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint64([]byte{tokenOfLog}, p.log))
	}
	raw := binary.BigEndian.AppendUint64([]byte{tokenOfBoth}, p.log)
	return base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint64(raw, p.clock))
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
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.held != (position{}) {
		h.Set(positionHeader, m.held.token())
	}
}

// see takes note of a token; an older one, or none, changes nothing.
func (m *memory) see(h http.Header) {
	seen, ok := parse(h.Get(positionHeader))
	if !ok {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.held = position{max(m.held.log, seen.log), max(m.held.clock, seen.clock)}
}
