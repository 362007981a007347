package user

import (
	"context"
	"time"

	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/uuid"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
)

const (
	// issuer and audience of access tokens.
	issuer = "throng"
	// accessLife is how long an access token of a sign-in is good.
	accessLife = 15 * time.Minute
	// maxTokenLife bounds those that operators ask for.
	maxTokenLife = 24 * time.Hour
)

// claims is what an access token says.
type claims struct {
	jwt.Claims
	Session string        `json:"sid,omitempty"`
	Role    accessv1.Role `json:"role"`
}

// issue signs an access token and answers when it is over.
func (k *keySet) issue(user, session uuid.UUID, role accessv1.Role, now time.Time, life time.Duration) (string, time.Time, error) {
	now = now.Truncate(time.Second).UTC()
	expires := now.Add(life)
	c := claims{
		Claims: jwt.Claims{
			Issuer: issuer, Audience: jwt.Audience{issuer}, Subject: user.String(),
			IssuedAt: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(expires),
		},
		Session: id.String(session),
		Role:    role,
	}
	token, err := jwt.Signed(k.signer).Claims(c).Serialize()
	return token, expires, err
}

// IssueToken makes an access token for an account without a sign-in, for
// operators and their scripts. It belongs to no session, so nothing ends it
// early. life is at least a second and at most a day.
func (s *Service) IssueToken(ctx context.Context, user uuid.UUID, life time.Duration) (string, time.Time, error) {
	if life < time.Second || life > maxTokenLife {
		return "", time.Time{}, fault.New(fault.Invalid, "token_life", "a token lives between a second and %d hours", int(maxTokenLife.Hours()))
	}
	role, err := s.q.GetRole(ctx, s.db.Primary(ctx), user)
	if err != nil {
		return "", time.Time{}, ofAccount(err)
	}
	keys, err := s.keys.current(ctx)
	if err != nil {
		return "", time.Time{}, err
	}
	return keys.issue(user, uuid.Nil, accessv1.Role(role), s.now(), life.Truncate(time.Second))
}
