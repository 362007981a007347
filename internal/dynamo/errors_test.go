package dynamo

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

func TestAFailureIsTakenForWhatItIs(t *testing.T) {
	t.Parallel()
	answered := func(status int, cause error) error {
		return &smithyhttp.ResponseError{Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status}}, Err: cause}
	}
	cutOff := fmt.Errorf("failed to copy error response body, %w", context.DeadlineExceeded)
	for name, c := range map[string]struct {
		err  error
		want kind
	}{
		"a refusal":                          {answered(http.StatusBadRequest, &types.ResourceNotFoundException{}), final},
		"a refusal whose words were cut off": {answered(http.StatusBadRequest, cutOff), lost},
		"a failure of the service":           {answered(http.StatusInternalServerError, cutOff), lost},
		"too many requests":                  {answered(http.StatusTooManyRequests, nil), busy},
		"throttling":                         {answered(http.StatusBadRequest, &types.ProvisionedThroughputExceededException{}), busy},
		"a time-out without an answer":       {context.DeadlineExceeded, lost},
		"another transaction on the item":    {answered(http.StatusBadRequest, &types.TransactionConflictException{}), contended},
		"something that nobody has heard of": {answered(http.StatusTeapot, nil), final},
	} {
		if got := kindOf(c.err); got != c.want {
			t.Errorf("%s is taken for %d, want %d", name, got, c.want)
		}
	}
}
