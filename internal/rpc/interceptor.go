package rpc

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"strconv"
	"time"

	"connectrpc.com/connect"
	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/identity"
)

const (
	// unaryDeadline bounds a call whose client set no nearer deadline.
	unaryDeadline = 10 * time.Second
	// streamDeadline bounds a stream; clients resume.
	streamDeadline  = time.Hour
	requestIDHeader = "X-Request-Id"
)

type requestIDKey struct{}

// RequestID is the id under which the request is logged.
func RequestID(ctx context.Context) string {
	s, _ := ctx.Value(requestIDKey{}).(string)
	return s
}

// requestID keeps the id that a proxy gave, if it is a sane one, else makes one.
func requestID(ctx context.Context, c *call, next func(context.Context) error) error {
	given := c.header.Get(requestIDHeader)
	if len(given) < 8 || len(given) > 64 || !plain(given) {
		given = uuid.NewString()
	}
	err := next(context.WithValue(ctx, requestIDKey{}, given))
	if c.answer != nil {
		c.answer.Set(requestIDHeader, given)
	}
	return err
}

func plain(s string) bool {
	for _, r := range s {
		if r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return false
		}
	}
	return true
}

// logged writes one line an RPC and observes its duration. It stands outside of
// the error mapping: it knows the true error, and logs what leaves as internal.
func logged(log *slog.Logger, m *Metrics) around {
	return func(ctx context.Context, c *call, next func(context.Context) error) error {
		began := time.Now()
		r := &report{}
		err := next(context.WithValue(ctx, reportKey{}, r))
		took := time.Since(began)
		code := codeOf(err)
		m.observe(c.spec.Procedure, code, took)
		level, attrs := slog.LevelInfo, []slog.Attr{
			slog.String("procedure", c.spec.Procedure), slog.String("code", code),
			slog.Duration("took", took), slog.String("request", RequestID(ctx)), slog.String("peer", c.peer.Protocol),
		}
		if r.caller.SignedIn() {
			attrs = append(attrs, slog.String("user", r.caller.UserID.String()))
		}
		if err != nil {
			attrs = append(attrs, slog.Any("error", r.cause(err)))
		}
		if code == connect.CodeInternal.String() || code == connect.CodeUnknown.String() {
			level = slog.LevelError
		}
		log.LogAttrs(ctx, level, "rpc", attrs...)
		return err
	}
}

// report carries to the log line what only inner interceptors know.
type report struct {
	err    error
	caller identity.Caller
}

type reportKey struct{}

func (r *report) cause(err error) error {
	if r.err != nil {
		return r.err
	}
	return err
}

func reportOf(ctx context.Context) *report {
	if r, ok := ctx.Value(reportKey{}).(*report); ok {
		return r
	}
	return &report{}
}

func codeOf(err error) string {
	if err == nil {
		return "ok"
	}
	return connect.CodeOf(err).String()
}

// mapped turns every error into what a client may see, and keeps the true one
// for the log line.
func mapped(ctx context.Context, _ *call, next func(context.Context) error) error {
	err := next(ctx)
	reportOf(ctx).err = err
	return toConnect(err)
}

// recovered turns a panic into an internal error.
func recovered(log *slog.Logger) around {
	return func(ctx context.Context, c *call, next func(context.Context) error) (err error) {
		defer func() {
			if r := recover(); r != nil {
				log.ErrorContext(ctx, "a method panicked", slog.String("procedure", c.spec.Procedure), slog.Any("panic", r), slog.String("stack", string(debug.Stack())))
				err = errors.New("the method panicked")
			}
		}()
		return next(ctx)
	}
}

// bounded gives every call a deadline.
func bounded(ctx context.Context, c *call, next func(context.Context) error) error {
	limit := unaryDeadline
	if c.spec.StreamType != connect.StreamTypeUnary {
		limit = streamDeadline
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return next(ctx)
}

// consistent begins the request's session with the place that the client has
// seen, and answers the place that it has seen now.
func consistent(ctx context.Context, c *call, next func(context.Context) error) error {
	ctx, session := consistency.Begin(ctx, consistency.Parse(c.header.Get(consistency.Header)))
	if err := next(ctx); err != nil {
		return err
	}
	p, err := session.Ceiling(ctx)
	if err != nil && !fault.Is(err, fault.Unavailable) && !fault.Is(err, fault.TimedOut) {
		return err
	}
	if token := p.Token(); token != "" && c.answer != nil {
		c.answer.Set(consistency.Header, token)
	}
	return nil
}

// floorHeader tells a calling noun what the answer is surely not older than, so
// that it may cache what it makes of it.
const floorHeader = "Throng-Consistency-Floor"

// consistentWithin is consistent for calls from other nouns.
func consistentWithin(ctx context.Context, c *call, next func(context.Context) error) error {
	var session *consistency.Session
	err := consistent(ctx, c, func(ctx context.Context) error {
		session = consistency.From(ctx)
		return next(ctx)
	})
	if token := session.Floor().Token(); err == nil && token != "" && c.answer != nil {
		c.answer.Set(floorHeader, token)
	}
	return err
}

// nobody passes on: between nouns, who asks is a field of the message.
func nobody(ctx context.Context, _ *call, next func(context.Context) error) error { return next(ctx) }

func durationSeconds(d time.Duration) string {
	return strconv.FormatInt(max(int64(d/time.Second), 1), 10)
}
