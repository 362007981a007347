package dynamo

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/throng-social/throng/internal/fault"
)

// retryHint is told to clients when the service is away or throttles.
const retryHint = 2 * time.Second

var (
	unavailable = fault.New(fault.Unavailable, "store_unavailable", "the service is unavailable at the moment").After(retryHint)
	throttled   = fault.New(fault.Unavailable, "store_throttled", "the service is busy at the moment").After(retryHint)
	conflict    = fault.New(fault.Unavailable, "conflict", "others changed the same thing; please try again").After(time.Second)
	unmet       = fault.New(fault.Precondition, "condition_unmet", "the state of things forbids it")
)

// UnmetError is why a write was refused: conditions did not hold.
type UnmetError struct {
	// Items are those whose condition did not hold, as they are, by the position of
	// the write; empty where there is none.
	Items map[int]Item
	cause error
}

// Error implements error.
func (u *UnmetError) Error() string { return "a condition did not hold: " + u.cause.Error() }

// At tells whether the condition of the write at that position did not hold.
func (u *UnmetError) At(i int) bool {
	_, ok := u.Items[i]
	return ok
}

// AsUnmet finds out whether err is an unmet condition; nil if not.
func AsUnmet(err error) *UnmetError {
	u, _ := errors.AsType[*UnmetError](err)
	return u
}

// kind is how a failure of one try is taken.
type kind int

const (
	// final failures would fail again.
	final kind = iota
	// busy is throttling.
	busy
	// lost are failures of the service or the network: it may have been done.
	lost
	// contended writes met another transaction on the same item.
	contended
)

// kindOf judges a failure of one try.
func kindOf(err error) kind {
	if errors.Is(err, errUndone) {
		return busy
	}
	if canceled, ok := errors.AsType[*types.TransactionCanceledException](err); ok {
		return kindOfCanceled(canceled)
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		switch api.ErrorCode() {
		case "ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded", "Throttling":
			return busy
		case "TransactionConflictException", "TransactionInProgressException":
			return contended
		case "InternalServerError", "InternalServerErrorException", "ServiceUnavailable", "ServiceUnavailableException":
			return lost
		}
	}
	if answer, ok := errors.AsType[*smithyhttp.ResponseError](err); ok {
		switch status := answer.HTTPStatusCode(); {
		case status == http.StatusTooManyRequests:
			return busy
		case status >= http.StatusInternalServerError:
			return lost
		}
	}
	// A refusal whose words did not come through is a failure of the network, too.
	return kindOfNetwork(err)
}

// kindOfCanceled: a condition that does not hold decides, whatever else happened.
func kindOfCanceled(canceled *types.TransactionCanceledException) kind {
	found := final
	for _, reason := range canceled.CancellationReasons {
		switch aws.ToString(reason.Code) {
		case "ConditionalCheckFailed", "ValidationError", "ItemCollectionSizeLimitExceeded":
			return final
		case "TransactionConflict":
			found = contended
		case "ThrottlingError", "ProvisionedThroughputExceeded":
			found = busy
		}
	}
	return found
}

func kindOfNetwork(err error) kind {
	var netErr net.Error
	var send *smithyhttp.RequestSendError
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &netErr), errors.As(err, &send),
		errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return lost
	}
	return final
}

// asFault gives the last failure its kind. What is not known stays as it is: an
// internal error. ctx is the caller's.
func asFault(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(ctx.Err(), context.Canceled):
		return fault.New(fault.Canceled, "canceled", "the call was canceled").Because(err)
	case ctx.Err() != nil:
		return fault.New(fault.TimedOut, "deadline_exceeded", "the call took too long").Because(err)
	}
	if u := unmetOf(err); u != nil {
		return unmet.Because(u)
	}
	switch kindOf(err) {
	case busy:
		return throttled.Because(err)
	case lost:
		return unavailable.Because(err)
	case contended:
		return conflict.Because(err)
	case final:
	}
	return err
}

func unmetOf(err error) *UnmetError {
	if single, ok := errors.AsType[*types.ConditionalCheckFailedException](err); ok {
		return &UnmetError{Items: map[int]Item{0: single.Item}, cause: err}
	}
	canceled, ok := errors.AsType[*types.TransactionCanceledException](err)
	if !ok {
		return nil
	}
	u := &UnmetError{Items: map[int]Item{}, cause: err}
	for i, reason := range canceled.CancellationReasons {
		if aws.ToString(reason.Code) == "ConditionalCheckFailed" {
			u.Items[i] = reason.Item
		}
	}
	if len(u.Items) == 0 {
		return nil
	}
	return u
}
