package rpc

import (
	"context"
	"errors"
	"time"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"buf.build/go/protovalidate"
	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	faultv1 "github.com/throng-social/throng/gen/go/throng/fault/v1"
	"github.com/throng-social/throng/internal/fault"
)

// codes is the one table from kinds of faults to Connect codes.
var codes = map[fault.Kind]connect.Code{
	fault.Internal:        connect.CodeInternal,
	fault.Invalid:         connect.CodeInvalidArgument,
	fault.Unauthenticated: connect.CodeUnauthenticated,
	fault.Denied:          connect.CodePermissionDenied,
	fault.NotFound:        connect.CodeNotFound,
	fault.Exists:          connect.CodeAlreadyExists,
	fault.Precondition:    connect.CodeFailedPrecondition,
	fault.Exhausted:       connect.CodeResourceExhausted,
	fault.Unavailable:     connect.CodeUnavailable,
	fault.TimedOut:        connect.CodeDeadlineExceeded,
	fault.Canceled:        connect.CodeCanceled,
}

var kinds = func() map[connect.Code]fault.Kind {
	m := make(map[connect.Code]fault.Kind, len(codes))
	for k, c := range codes {
		m[c] = k
	}
	return m
}()

var errInternal = connect.NewError(connect.CodeInternal, errors.New("internal error"))

// toConnect makes of any error what a client may see of it. Errors of Connect
// itself (a body over the limit, a violated input rule) pass as they are; an
// error of no kind leaves as "internal error".
func toConnect(err error) error {
	if err == nil {
		return nil
	}
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return ofFault(f)
	}
	if c, ok := errors.AsType[*connect.Error](err); ok {
		return c
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return connect.NewError(connect.CodeDeadlineExceeded, errors.New("the call took too long"))
	case errors.Is(err, context.Canceled):
		return connect.NewError(connect.CodeCanceled, errors.New("the call was canceled"))
	}
	return errInternal
}

func ofFault(f *fault.Error) *connect.Error {
	c := connect.NewError(codes[f.Kind], errors.New(f.Message))
	detail := &faultv1.Detail{Reason: f.Reason}
	if f.RetryAfter > 0 {
		detail.RetryAfter = durationpb.New(f.RetryAfter)
		c.Meta().Set("Retry-After", seconds(f.RetryAfter))
	}
	attach(c, detail)
	if f.Field != "" {
		attach(c, violation(f))
	}
	return c
}

func violation(f *fault.Error) *validate.Violations {
	return &validate.Violations{Violations: []*validate.Violation{{
		Field:   &validate.FieldPath{Elements: []*validate.FieldPathElement{{FieldName: new(f.Field)}}},
		RuleId:  new(f.Reason),
		Message: new(f.Message),
	}}}
}

func attach(c *connect.Error, m proto.Message) {
	if d, err := connect.NewErrorDetail(m); err == nil {
		c.AddDetail(d)
	}
}

// toFault reads an answer of another noun back, so that callers see the same
// errors whether the noun is in this process or not.
func toFault(err error) error {
	c, ok := errors.AsType[*connect.Error](err)
	if !ok {
		return err
	}
	kind, ok := kinds[c.Code()]
	if !ok || kind == fault.Internal {
		return err
	}
	f := fault.New(kind, "", "%s", c.Message())
	for _, d := range c.Details() {
		value, err := d.Value()
		if err != nil {
			continue
		}
		switch detail := value.(type) {
		case *faultv1.Detail:
			f.Reason, f.RetryAfter = detail.GetReason(), detail.GetRetryAfter().AsDuration()
		case *validate.Violations:
			f.Field = firstField(detail)
		}
	}
	return f.Because(err)
}

// firstField is the path of the field that is violated first; a fault names one.
func firstField(v *validate.Violations) string {
	if len(v.GetViolations()) == 0 {
		return ""
	}
	return protovalidate.FieldPathString(v.GetViolations()[0].GetField())
}

func seconds(d time.Duration) string {
	return durationSeconds(d.Round(time.Second))
}
