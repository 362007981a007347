package user

import (
	"context"
	"strings"

	"github.com/throng-social/throng/gen/db/userdb"
	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	"github.com/throng-social/throng/internal/fault"
)

// SetRole gives an account a role, for operators. The account has it with its
// next access token, so after 15 minutes at the latest.
func (s *Service) SetRole(ctx context.Context, handle string, role accessv1.Role) error {
	if _, known := accessv1.Role_name[int32(role)]; !known || role == accessv1.Role_ROLE_UNSPECIFIED {
		return fault.InField("role", "role_invalid", "there is no such role")
	}
	handle = strings.ToLower(strings.TrimPrefix(handle, "@"))
	who, err := s.q.SetRole(ctx, s.db.Writer(ctx), userdb.SetRoleParams{Handle: handle, Role: int16(role)}) //nolint:gosec // checked above
	if err != nil {
		return ofAccount(err)
	}
	s.cache.Invalidate(who)
	return nil
}
