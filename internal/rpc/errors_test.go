package rpc

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"connectrpc.com/connect"

	"github.com/throng-social/throng/internal/fault"
)

// Every kind but internal ones comes out of one noun and into another as it was.
func TestFaultsCrossTheSeamUnchanged(t *testing.T) {
	t.Parallel()
	for kind := range codes {
		raised := fault.New(kind, "some_reason", "a sentence").After(3 * time.Second).Because(errors.New("row 7 of table secrets"))
		raised.Field = "names[2].first"
		sent := toConnect(fmt.Errorf("in a noun: %w", raised))
		if connect.CodeOf(sent) != codes[kind] || strings.Contains(sent.Error(), "secrets") {
			t.Errorf("kind %d leaves as %v", kind, sent)
		}
		if kind == fault.Internal {
			continue
		}
		got, ok := errors.AsType[*fault.Error](toFault(sent))
		if !ok || got.Kind != kind || got.Reason != "some_reason" || got.Message != "a sentence" || got.Field != raised.Field || got.RetryAfter != 3*time.Second {
			t.Errorf("kind %d arrives as %+v", kind, got)
		}
	}
}

func TestWhatHasNoKindLeavesAsInternalError(t *testing.T) {
	t.Parallel()
	err := toConnect(errors.New("no such column: password"))
	if connect.CodeOf(err) != connect.CodeInternal || strings.Contains(err.Error(), "password") {
		t.Errorf("it leaves as %v", err)
	}
	for cause, code := range map[error]connect.Code{
		context.DeadlineExceeded: connect.CodeDeadlineExceeded,
		context.Canceled:         connect.CodeCanceled,
		connect.NewError(connect.CodeResourceExhausted, errors.New("too large")): connect.CodeResourceExhausted,
	} {
		if got := toConnect(fmt.Errorf("wrapped: %w", cause)); connect.CodeOf(got) != code {
			t.Errorf("%v leaves as %v", cause, got)
		}
	}
	if toConnect(nil) != nil {
		t.Error("no error became one")
	}
}

func TestAFaultInAFieldNamesItAsAnInputRuleDoes(t *testing.T) {
	t.Parallel()
	c, ok := errors.AsType[*connect.Error](toConnect(fault.InField("user_id", "follow_self", "nobody can follow himself")))
	if !ok || c.Code() != connect.CodeInvalidArgument || len(c.Details()) != 2 {
		t.Fatalf("it leaves as %v", c)
	}
	value, err := c.Details()[1].Value()
	violations, ok := value.(*validate.Violations)
	if err != nil || !ok {
		t.Fatalf("the detail is %v, %v", value, err)
	}
	v := violations.GetViolations()[0]
	if v.GetField().GetElements()[0].GetFieldName() != "user_id" || v.GetRuleId() != "follow_self" || v.GetMessage() != "nobody can follow himself" {
		t.Errorf("the violation is %v", v)
	}
}

func TestAHintWhenToComeBackIsAHeaderToo(t *testing.T) {
	t.Parallel()
	for wait, want := range map[time.Duration]string{90 * time.Second: "90", 10 * time.Millisecond: "1", 0: ""} {
		c, ok := errors.AsType[*connect.Error](toConnect(fault.New(fault.Exhausted, "busy", "busy").After(wait)))
		if !ok || c.Meta().Get("Retry-After") != want {
			t.Errorf("a wait of %v is told as %q, want %q", wait, c.Meta().Get("Retry-After"), want)
		}
	}
}
