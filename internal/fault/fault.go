// Package fault holds the kinds of errors that Throng raises.
//
// A noun says what went wrong in its own terms (a kind, a stable reason, a
// sentence for people) and knows nothing of status codes: internal/rpc has the
// one table from kinds to Connect codes. An error without a kind is a defect or
// an accident; it is logged where it surfaces and leaves as "internal error".
//
// Stores translate the errors of their drivers into faults, so that a caller
// can ask `fault.Is(err, fault.NotFound)` whichever adapter answered, in this
// process or over a network.
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Kind is a class of errors to which callers react alike.
type Kind int

// The kinds, from the caller's mistakes to the server's.
const (
	// Internal is the kind of every error that is no fault.
	Internal Kind = iota
	// Invalid input; the same call never succeeds.
	Invalid
	// Unauthenticated callers must sign in (again).
	Unauthenticated
	// Denied callers are known and may not.
	Denied
	// NotFound things do not exist for this caller.
	NotFound
	// Exists already, under another owner or key.
	Exists
	// Precondition: the state of things forbids it at present.
	Precondition
	// Exhausted limits; RetryAfter says when to come back.
	Exhausted
	// Unavailable parts; the same call may succeed soon.
	Unavailable
	// TimedOut before the answer was known.
	TimedOut
	// Canceled by the caller.
	Canceled
)

// Error is a fault with everything a client may learn of it.
type Error struct {
	Kind Kind
	// Reason is stable, machine-readable, lower snake case.
	Reason string
	// Message is a sentence for people. It never quotes internals.
	Message string
	// Field is the path of the offending input field, if there is one.
	Field string
	// RetryAfter is set with Exhausted and Unavailable.
	RetryAfter time.Duration

	cause error
}

// New makes a fault.
func New(kind Kind, reason, format string, args ...any) *Error {
	return &Error{Kind: kind, Reason: reason, Message: fmt.Sprintf(format, args...)}
}

// InField makes an Invalid fault about one input field.
func InField(field, reason, format string, args ...any) *Error {
	e := New(Invalid, reason, format, args...)
	e.Field = field
	return e
}

// Because returns a copy that remembers its cause for logs; clients never see it.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// After returns a copy with a hint when to try again.
func (e *Error) After(d time.Duration) *Error {
	c := *e
	c.RetryAfter = d
	return &c
}

// Error is for logs: it includes the cause.
func (e *Error) Error() string {
	if e.cause != nil {
		return e.Message + ": " + e.cause.Error()
	}
	return e.Message
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

// KindOf is the kind of the first fault in err's chain, else Internal.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Is tells whether err is a fault of that kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }
