package load

import (
	"context"
	"errors"
	"fmt"

	"connectrpc.com/connect"

	throng "github.com/throng-social/throng/sdk/go"
)

// Outcome is what became of a request.
type Outcome int

// The outcomes, the good one first.
const (
	// OK was answered, and the body is right.
	OK Outcome = iota
	// Refused by a server that protects itself, who says so at once:
	// resource_exhausted, or unavailable with a hint when to come back.
	Refused
	// ClientError is a request that the server takes for wrong. In a lab the
	// workload is wrong, or the server.
	ClientError
	// ServerError is everything else that the server answers, and connections that
	// broke.
	ServerError
	// TimedOut were not answered within the time that a request has.
	TimedOut
	// WrongBody was answered as if all were well, and the body is not right.
	WrongBody
	// Dropped by the generator, which could not begin it in time.
	Dropped

	outcomes = iota
)

var outcomeNames = [outcomes]string{"ok", "refused", "client error", "server error", "time-out", "wrong body", "dropped by the generator"}

// Outcomes are all of them in order.
func Outcomes() []Outcome {
	all := make([]Outcome, outcomes)
	for i := range all {
		all[i] = Outcome(i)
	}
	return all
}

// String is for people.
func (o Outcome) String() string { return outcomeNames[o] }

// wrongBodyError is an answer that is not right.
type wrongBodyError struct{ what string }

func (e *wrongBodyError) Error() string { return e.what }

// Wrong is for workloads to say what is not right about an answer's body.
func Wrong(format string, args ...any) error {
	return &wrongBodyError{fmt.Sprintf(format, args...)}
}

// OutcomeOf tells what became of a request from its error.
func OutcomeOf(err error) Outcome {
	if err == nil {
		return OK
	}
	if _, ok := errors.AsType[*wrongBodyError](err); ok {
		return WrongBody
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return TimedOut
	}
	switch code := connect.CodeOf(err); code {
	case connect.CodeDeadlineExceeded:
		return TimedOut
	case connect.CodeResourceExhausted:
		return Refused
	case connect.CodeUnavailable:
		if throng.RetryAfter(err) > 0 {
			return Refused
		}
		return ServerError
	case connect.CodeInvalidArgument, connect.CodeNotFound, connect.CodeAlreadyExists, connect.CodePermissionDenied,
		connect.CodeUnauthenticated, connect.CodeFailedPrecondition, connect.CodeOutOfRange, connect.CodeAborted, connect.CodeCanceled:
		return ClientError
	default:
		return ServerError
	}
}
