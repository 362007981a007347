package s3files

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"github.com/throng-social/throng/internal/fault"
)

// retryHint is told to clients when the store is away or busy.
const retryHint = 2 * time.Second

var (
	errNotThere = fault.New(fault.NotFound, "media_not_found", "this picture does not exist")
	errAway     = fault.New(fault.Unavailable, "pictures_unavailable", "pictures are unavailable at the moment").After(retryHint)
	errBusy     = fault.New(fault.Unavailable, "pictures_busy", "many pictures are being shown at the moment; please try again").After(retryHint)
)

// isTaken tells whether a conditional write found something at its key.
func isTaken(err error) bool { return statusOf(err) == http.StatusPreconditionFailed }

// translate gives an error of the driver its kind; ctx is the caller's. What says
// that the deployment is set up wrongly (no such bucket, access denied) has none.
func translate(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(ctx.Err(), context.Canceled):
		return fault.New(fault.Canceled, "canceled", "the call was canceled").Because(err)
	case ctx.Err() != nil:
		return fault.New(fault.TimedOut, "deadline_exceeded", "the call took too long").Because(err)
	case codeOf(err) == "NoSuchKey":
		return errNotThere.Because(err)
	case isAway(err):
		return errAway.Because(err)
	}
	return err
}

// passing are codes of the store's own failures, of its wish for fewer calls, and of
// writes that met.
var passing = []string{"InternalError", "ServiceUnavailable", "SlowDown", "RequestTimeout", "OperationAborted", "ConditionalRequestConflict"}

// isAway is for whatever passes: those failures, and connections that break or take
// too long.
func isAway(err error) bool {
	if status := statusOf(err); status >= http.StatusInternalServerError || status == http.StatusTooManyRequests {
		return true
	}
	if code := codeOf(err); code != "" {
		return slices.Contains(passing, code)
	}
	var netErr net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || errors.As(err, &netErr)
}

func statusOf(err error) int {
	if res, ok := errors.AsType[*awshttp.ResponseError](err); ok {
		return res.HTTPStatusCode()
	}
	return 0
}

func codeOf(err error) string {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return api.ErrorCode()
	}
	return ""
}
