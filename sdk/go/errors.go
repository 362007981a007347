package throng

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"

	faultv1 "github.com/throng-social/throng/gen/go/throng/fault/v1"
)

// Reason is the stable cause that the server gave, such as `handle_taken`; empty
// where it gave none.
func Reason(err error) string {
	for _, d := range details[*faultv1.Detail](err) {
		return d.GetReason()
	}
	return ""
}

// RetryAfter is how long to wait before the same call may succeed; 0 where the
// server did not say.
func RetryAfter(err error) time.Duration {
	for _, d := range details[*faultv1.Detail](err) {
		return d.GetRetryAfter().AsDuration()
	}
	return 0
}

// Violation is an input rule that a request broke.
type Violation struct {
	// Field is the path in names of the contract, such as `media_ids[1]`; empty
	// for a rule of the whole message.
	Field string
	// Rule names it, such as `string.min_len`.
	Rule string
	// Message is for people.
	Message string
}

// Violations lists the input rules that an `invalid_argument` error names.
func Violations(err error) []Violation {
	var list []Violation
	for _, d := range details[*validate.Violations](err) {
		for _, v := range d.GetViolations() {
			list = append(list, Violation{Field: path(v.GetField()), Rule: v.GetRuleId(), Message: v.GetMessage()})
		}
	}
	return list
}

func path(field *validate.FieldPath) string {
	var b strings.Builder
	for i, e := range field.GetElements() {
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(e.GetFieldName())
		switch s := e.GetSubscript().(type) {
		case *validate.FieldPathElement_Index:
			fmt.Fprintf(&b, "[%d]", s.Index)
		case *validate.FieldPathElement_StringKey:
			fmt.Fprintf(&b, "[%q]", s.StringKey)
		}
	}
	return b.String()
}

// details are those of one type; others, and those this client does not know,
// are passed over.
func details[M proto.Message](err error) []M {
	var list []M
	refused, ok := errors.AsType[*connect.Error](err)
	if !ok {
		return nil
	}
	for _, d := range refused.Details() {
		if value, err := d.Value(); err == nil {
			if m, ok := value.(M); ok {
				list = append(list, m)
			}
		}
	}
	return list
}

// NewIdempotencyKey makes a key for a request that creates something. Make one
// when the user decides to do a thing, and send the same with every try of it.
func NewIdempotencyKey() string {
	key := make([]byte, 16)
	_, _ = rand.Read(key) // never fails
	return hex.EncodeToString(key)
}
