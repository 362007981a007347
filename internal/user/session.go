package user

import (
	"context"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/throng-social/throng/gen/db/userdb"
	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/page"
	"github.com/throng-social/throng/internal/postgres"
)

// sessionLife is how long a session lasts after its last use.
const sessionLife = 30 * 24 * time.Hour

// signedIn is an account with what it was just given.
type signedIn struct {
	account account
	begun   begun
	tokens  *userv1.Tokens
}

// begun is a session with the only copy of its first refresh token.
type begun struct {
	session uuid.UUID
	refresh string
}

// signIn begins a session for an account whose password was just verified. It
// fails if the password was changed or the account deleted since.
func (s *Service) signIn(ctx context.Context, verified credentials, d device) (signedIn, error) {
	// What can fail comes before the commit: a client must get what it pays for.
	keys, err := s.keys.current(ctx)
	if err != nil {
		return signedIn{}, err
	}
	var in signedIn
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		row, err := s.q.HoldAccount(ctx, tx, userdb.HoldAccountParams{ID: verified.ID, Verified: verified.PasswordHash})
		if err != nil {
			return err
		}
		in.account = account(row)
		in.begun, err = s.begin(ctx, tx, in.account.ID, d)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return signedIn{}, errWrongLogin
	}
	if err != nil {
		return signedIn{}, err
	}
	return in, in.issue(keys, s.now())
}

func (s *Service) begin(ctx context.Context, tx postgres.Tx, user uuid.UUID, d device) (begun, error) {
	token, hash := newRefreshToken()
	now := s.now()
	session, err := s.q.BeginSession(ctx, tx, userdb.BeginSessionParams{
		UserID: user, Address: d.address, UserAgent: d.userAgent, Details: d.details,
		Now: now, ExpiresAt: now.Add(sessionLife), Hash: hash,
	})
	return begun{session: session, refresh: token}, err
}

func (in *signedIn) issue(keys *keySet, now time.Time) (err error) {
	in.tokens, err = keys.pair(in.account.ID, in.begun, accessv1.Role(in.account.Role), now)
	return err
}

// pair is what a client gets for a sign-in or a refresh.
func (k *keySet) pair(user uuid.UUID, b begun, role accessv1.Role, now time.Time) (*userv1.Tokens, error) {
	access, expires, err := k.issue(user, b.session, role, now, accessLife)
	if err != nil {
		return nil, err
	}
	return &userv1.Tokens{AccessToken: access, RefreshToken: b.refresh, AccessExpiresAt: timestamppb.New(expires)}, nil
}

// Logout ends the session of the given refresh token.
func (s *Service) Logout(ctx context.Context, req *userv1.LogoutRequest) (*userv1.LogoutResponse, error) {
	err := s.q.EndSessionOfToken(ctx, s.db.Writer(ctx), userdb.EndSessionOfTokenParams{Hash: hashOf(req.GetRefreshToken()), Now: s.now()})
	if err != nil {
		return nil, err
	}
	return &userv1.LogoutResponse{}, nil
}

// ListSessions lists the caller's sessions that have not ended, newest first.
func (s *Service) ListSessions(ctx context.Context, req *userv1.ListSessionsRequest) (*userv1.ListSessionsResponse, error) {
	caller, err := identity.Account(ctx)
	if err != nil {
		return nil, err
	}
	list := "sessions/" + caller.UserID.String()
	after, err := s.pages.Open(list, req.GetPageToken(), page.Cursor{ID: id.Max})
	if err != nil {
		return nil, err
	}
	size := page.Size(req.GetPageSize())
	rows, err := s.q.ListSessions(ctx, s.db.Reader(ctx), userdb.ListSessionsParams{
		UserID: caller.UserID, Now: s.now(), Before: after.ID, N: size + 1,
	})
	if err != nil {
		return nil, err
	}
	res := &userv1.ListSessionsResponse{}
	for i, row := range rows {
		if i == int(size) {
			res.NextPageToken = s.pages.Seal(list, page.Cursor{ID: rows[i-1].ID})
			break
		}
		m, err := sessionMessage(row, caller.SessionID)
		if err != nil {
			return nil, err
		}
		res.Sessions = append(res.Sessions, m)
	}
	return res, nil
}

// RevokeSession ends one of the caller's sessions.
func (s *Service) RevokeSession(ctx context.Context, req *userv1.RevokeSessionRequest) (*userv1.RevokeSessionResponse, error) {
	caller, err := identity.Account(ctx)
	if err != nil {
		return nil, err
	}
	session, err := id.Parse("session_id", req.GetSessionId())
	if err != nil {
		return nil, err
	}
	n, err := s.q.EndSession(ctx, s.db.Writer(ctx), userdb.EndSessionParams{ID: session, UserID: caller.UserID, Now: s.now()})
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, fault.New(fault.NotFound, "session_not_found", "there is no such session")
	}
	return &userv1.RevokeSessionResponse{}, nil
}

func sessionMessage(row userdb.ListSessionsRow, current uuid.UUID) (*userv1.Session, error) {
	m := &userv1.Session{
		Id: row.ID.String(), UserAgent: row.UserAgent, Current: row.ID == current,
		CreatedAt: timestamppb.New(row.CreatedAt), LastUsedAt: timestamppb.New(row.LastUsedAt),
	}
	if row.Address.Valid {
		m.Address = row.Address.IPNet.IP.String()
	}
	var err error
	m.Details, err = readDetails(row.Details)
	return m, err
}
