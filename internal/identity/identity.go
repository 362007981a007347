// Package identity says who asks.
//
// internal/rpc establishes the caller once, from the access token and the
// connection, and puts it into the context. A service reads it once, at the top
// of a method, and passes on what it needs as plain values: across the seam
// between nouns who asks is a field of the message, never a context value.
package identity

import (
	"context"
	"net/netip"

	"github.com/google/uuid"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	"github.com/throng-social/throng/internal/fault"
)

// Caller is who asks. The zero UserID is somebody who is not signed in.
type Caller struct {
	UserID    uuid.UUID
	SessionID uuid.UUID
	Role      accessv1.Role
	// Address is where the call came from, after trusted proxies.
	Address   netip.Addr
	UserAgent string
}

// SignedIn tells whether the caller is an account.
func (c Caller) SignedIn() bool { return c.UserID != uuid.Nil }

// Holds tells whether the caller's account has at least that role.
func (c Caller) Holds(role accessv1.Role) bool { return c.SignedIn() && c.Role >= role }

type key struct{}

// With puts the caller into the context.
func With(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, key{}, c)
}

// From reads the caller; the zero Caller where nobody was established.
func From(ctx context.Context) Caller {
	c, _ := ctx.Value(key{}).(Caller)
	return c
}

// Account reads a signed-in caller. Methods that only such callers reach, by
// the access rule of their contract, use it; the error is for callers within.
func Account(ctx context.Context) (Caller, error) {
	c := From(ctx)
	if !c.SignedIn() {
		return c, fault.New(fault.Unauthenticated, "sign_in_required", "please sign in")
	}
	return c, nil
}
