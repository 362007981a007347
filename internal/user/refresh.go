package user

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/userdb"
	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/postgres"
)

// refreshPrefix lets scanners for leaked secrets know a token by its looks.
const refreshPrefix = "throng_rt_"

var errRefresh = fault.New(fault.Unauthenticated, "refresh_invalid", "the session has ended; please sign in again")

// newRefreshToken makes a token and what is kept of it.
func newRefreshToken() (token string, hash []byte) {
	token = refreshPrefix + base64.RawURLEncoding.EncodeToString(random(32))
	return token, hashOf(token)
}

// hashOf is what is kept of a token. Its bits are random, so a quick hash is
// enough.
func hashOf(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// Refresh trades a refresh token for a new pair.
func (s *Service) Refresh(ctx context.Context, req *userv1.RefreshRequest) (*userv1.RefreshResponse, error) {
	caller := identity.From(ctx)
	if err := s.limits.refresh(ctx, caller.Address); err != nil {
		return nil, err
	}
	d, err := newDevice(caller, nil)
	if err != nil {
		return nil, err
	}
	// The token is spent with the commit, so what can fail comes before it.
	keys, err := s.keys.current(ctx)
	if err != nil {
		return nil, err
	}
	next, err := s.trade(ctx, hashOf(req.GetRefreshToken()), d)
	if err != nil {
		return nil, err
	}
	tokens, err := keys.pair(next.user, next.begun, next.role, s.now())
	if err != nil {
		return nil, err
	}
	return &userv1.RefreshResponse{Tokens: tokens}, nil
}

// traded is what a session is after a refresh.
type traded struct {
	begun
	user uuid.UUID
	role accessv1.Role
	// stolen sessions have ended, as their token had been used before.
	stolen bool
}

// trade marks the token as used and makes its successor, or ends the session of
// a token that was used before. Both are committed. All uses of a session's
// tokens wait for one another.
func (s *Service) trade(ctx context.Context, hash []byte, d device) (traded, error) {
	var t traded
	err := s.db.InTx(ctx, func(tx postgres.Tx) error {
		now := s.now()
		row, err := s.q.LockSessionOfToken(ctx, tx, userdb.LockSessionOfTokenParams{Hash: hash, Now: now})
		if err != nil {
			return err
		}
		t = traded{user: row.UserID, role: accessv1.Role(row.Role), begun: begun{session: row.ID}}
		used, err := s.q.UseRefreshToken(ctx, tx, userdb.UseRefreshTokenParams{Hash: hash, Now: now})
		if err != nil {
			return err
		}
		if t.stolen = used == 0; t.stolen {
			_, err = s.q.EndSession(ctx, tx, userdb.EndSessionParams{ID: row.ID, UserID: row.UserID, Now: now})
			return err
		}
		return s.goOn(ctx, tx, &t.begun, d, now)
	})
	switch {
	case fault.Is(err, fault.NotFound):
		return traded{}, errRefresh
	case err != nil:
		return traded{}, err
	case t.stolen:
		s.log.WarnContext(ctx, "a refresh token was used twice, its session has ended",
			slog.String("user", t.user.String()), slog.String("session", t.session.String()))
		return traded{}, errRefresh
	}
	return t, nil
}

func (s *Service) goOn(ctx context.Context, tx postgres.Tx, b *begun, d device, now time.Time) error {
	token, hash := newRefreshToken()
	b.refresh = token
	return s.q.ContinueSession(ctx, tx, userdb.ContinueSessionParams{
		ID: b.session, Hash: hash, Address: d.address, UserAgent: d.userAgent, Now: now, ExpiresAt: now.Add(sessionLife),
	})
}
