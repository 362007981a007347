package identity_test

import (
	"testing"

	"github.com/google/uuid"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/identity"
)

func TestWhoAsksTravelsInTheContext(t *testing.T) {
	t.Parallel()
	ada := identity.Caller{UserID: uuid.New(), Role: accessv1.Role_ROLE_MEMBER, UserAgent: "test"}
	ctx := identity.With(t.Context(), ada)
	got, err := identity.Account(ctx)
	if got != ada || err != nil || identity.From(ctx) != ada {
		t.Errorf("read back %+v, %v", got, err)
	}
}

func TestNobodyHasNoAccount(t *testing.T) {
	t.Parallel()
	if c, err := identity.Account(t.Context()); !fault.Is(err, fault.Unauthenticated) || c.SignedIn() {
		t.Errorf("nobody is %+v, %v", c, err)
	}
}

func TestRolesIncludeTheOnesBeforeThem(t *testing.T) {
	t.Parallel()
	someone := uuid.New()
	for _, c := range []struct {
		caller identity.Caller
		needed accessv1.Role
		want   bool
	}{
		{identity.Caller{UserID: someone, Role: accessv1.Role_ROLE_ADMIN}, accessv1.Role_ROLE_MODERATOR, true},
		{identity.Caller{UserID: someone, Role: accessv1.Role_ROLE_MODERATOR}, accessv1.Role_ROLE_MODERATOR, true},
		{identity.Caller{UserID: someone, Role: accessv1.Role_ROLE_MEMBER}, accessv1.Role_ROLE_MODERATOR, false},
		{identity.Caller{Role: accessv1.Role_ROLE_ADMIN}, accessv1.Role_ROLE_MEMBER, false},
	} {
		if got := c.caller.Holds(c.needed); got != c.want {
			t.Errorf("%+v holds %v: %v, want %v", c.caller, c.needed, got, c.want)
		}
	}
}
