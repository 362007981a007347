package fault_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/throng-social/throng/internal/fault"
)

func TestKindIsThatOfTheFirstFaultInTheChain(t *testing.T) {
	t.Parallel()
	taken := fault.New(fault.Exists, "handle_taken", "the handle %q is taken", "ada")
	for name, c := range map[string]struct {
		err  error
		want fault.Kind
	}{
		"a fault":                    {taken, fault.Exists},
		"a wrapped fault":            {fmt.Errorf("register: %w", taken), fault.Exists},
		"a fault because of another": {fault.New(fault.Unavailable, "away", "away").Because(taken), fault.Unavailable},
		"one of several errors":      {errors.Join(errors.New("disk"), taken), fault.Exists},
		"an error of no kind":        {errors.New("disk"), fault.Internal},
		"no error":                   {nil, fault.Internal},
	} {
		if got := fault.KindOf(c.err); got != c.want {
			t.Errorf("%s has kind %d, want %d", name, got, c.want)
		}
		if c.err != nil && !fault.Is(c.err, c.want) {
			t.Errorf("%s is not of its own kind", name)
		}
	}
}

func TestNoErrorIsOfNoKind(t *testing.T) {
	t.Parallel()
	if fault.Is(nil, fault.Internal) {
		t.Error("nil is an internal error")
	}
}

func TestCauseIsForLogsAndNotForTheMessage(t *testing.T) {
	t.Parallel()
	cause := errors.New("connection refused to 10.0.0.7")
	err := fault.New(fault.Unavailable, "database_unavailable", "the service is unavailable").Because(cause)
	if err.Message != "the service is unavailable" {
		t.Errorf("clients read %q", err.Message)
	}
	if err.Error() != "the service is unavailable: connection refused to 10.0.0.7" || !errors.Is(err, cause) {
		t.Errorf("the log reads %q", err.Error())
	}
}

// Faults are kept in package variables, so what is added for one call must not
// stay for the next.
func TestAddingToAFaultLeavesItAsItWas(t *testing.T) {
	t.Parallel()
	shared := fault.New(fault.Unavailable, "away", "away")
	one := shared.After(time.Second).Because(errors.New("once"))
	if shared.RetryAfter != 0 || shared.Unwrap() != nil {
		t.Errorf("the shared fault is now %+v", shared)
	}
	if one.RetryAfter != time.Second || one.Reason != "away" {
		t.Errorf("the call's own fault is %+v", one)
	}
}

func TestFaultInAFieldIsInvalidInputAndNamesIt(t *testing.T) {
	t.Parallel()
	err := fault.InField("user_id", "follow_self", "nobody can follow himself")
	if err.Kind != fault.Invalid || err.Field != "user_id" || err.Reason != "follow_self" || err.Error() != "nobody can follow himself" {
		t.Errorf("it is %+v", err)
	}
}
