package sqsqueue

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/throng-social/throng/internal/fault"
)

const (
	// budget bounds a call with all its tries, tryTime one of them.
	budget     = 5 * time.Second
	tryTime    = 2 * time.Second
	leastPause = 20 * time.Millisecond
	mostPause  = time.Second
	retryHint  = 2 * time.Second
)

var unavailable = fault.New(fault.Unavailable, "queue_unavailable", "the service is unavailable at the moment").After(retryHint)

// errPart says that some messages of a batch were not taken, and may be another time.
var errPart = errors.New("a part of the batch was not taken")

// try calls until it succeeds, fails for good, or the budget is spent.
func try(ctx context.Context, call func(context.Context) error) error {
	bounded, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	for tries := 0; ; tries++ {
		err := once(bounded, tryTime, call)
		if err == nil {
			return nil
		}
		if !transient(err) || !rest(bounded, tries) {
			return asFault(ctx, err)
		}
	}
}

func once(ctx context.Context, limit time.Duration, call func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return call(ctx)
}

// rest waits longer each time, or says no where the context would end before.
func rest(ctx context.Context, tries int) bool {
	d := 1 + rand.N(min(leastPause<<min(tries, 10), mostPause))
	if until, ok := ctx.Deadline(); ok && time.Until(until) <= d {
		return false
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// transient tells whether the same call may succeed soon.
func transient(err error) bool {
	if errors.Is(err, errPart) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return true
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok && (strings.Contains(api.ErrorCode(), "Throttl") || strings.Contains(api.ErrorCode(), "Internal")) {
		return true
	}
	// There is a response without a status where none came.
	if answer, ok := errors.AsType[*smithyhttp.ResponseError](err); ok && answer.HTTPStatusCode() != 0 {
		status := answer.HTTPStatusCode()
		return status == http.StatusTooManyRequests || status >= http.StatusInternalServerError
	}
	var netErr net.Error
	var send *smithyhttp.RequestSendError
	return errors.As(err, &netErr) || errors.As(err, &send)
}

// asFault gives the last failure its kind. What is not known stays as it is: an
// internal error. ctx is the caller's.
func asFault(ctx context.Context, err error) error {
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return fault.New(fault.Canceled, "canceled", "the call was canceled").Because(err)
	case ctx.Err() != nil:
		return fault.New(fault.TimedOut, "deadline_exceeded", "the call took too long").Because(err)
	case transient(err):
		return unavailable.Because(err)
	}
	return err
}
