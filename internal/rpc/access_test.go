package rpc

import (
	"testing"

	"github.com/google/uuid"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/identity"
)

const let = fault.Kind(-1)

func TestAMethodIsForThoseWhomItsRuleNames(t *testing.T) {
	t.Parallel()
	table := Access{
		"/public":    {Level: accessv1.Level_LEVEL_PUBLIC},
		"/signed-in": {Level: accessv1.Level_LEVEL_SIGNED_IN},
		"/moderator": {Level: accessv1.Level_LEVEL_ROLE, Role: accessv1.Role_ROLE_MODERATOR},
		"/internal":  {Level: accessv1.Level_LEVEL_INTERNAL},
		"/no-level":  {},
	}
	someone := uuid.New()
	callers := map[string]identity.Caller{
		"nobody": {}, "a member": {UserID: someone, Role: accessv1.Role_ROLE_MEMBER}, "an admin": {UserID: someone, Role: accessv1.Role_ROLE_ADMIN},
	}
	for procedure, want := range map[string]map[string]fault.Kind{
		"/public":    {"nobody": let, "a member": let, "an admin": let},
		"/signed-in": {"nobody": fault.Unauthenticated, "a member": let, "an admin": let},
		"/moderator": {"nobody": fault.Unauthenticated, "a member": fault.Denied, "an admin": let},
		"/internal":  {"nobody": fault.Denied, "a member": fault.Denied, "an admin": fault.Denied},
		"/no-level":  {"nobody": fault.Denied, "a member": fault.Denied, "an admin": fault.Denied},
		"/unknown":   {"nobody": fault.Denied, "a member": fault.Denied, "an admin": fault.Denied},
	} {
		for who, kind := range want {
			got := let
			if err := table.check(procedure, callers[who], false); err != nil {
				got = fault.KindOf(err)
			}
			if got != kind {
				t.Errorf("%s for %s: kind %d, want %d", procedure, who, got, kind)
			}
		}
	}
	if err := table.check("/internal", identity.Caller{}, true); err != nil {
		t.Errorf("another noun may not call an internal method: %v", err)
	}
}
