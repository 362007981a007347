package user

import (
	"context"
	"log/slog"
	"strings"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/throng-social/throng/gen/db/userdb"
	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
)

// account is an account as everybody may see it. All queries that answer one
// have its columns.
type account userdb.ListUsersRow

// hydrate answers accounts in the order asked for; unknown and deleted ones are
// left out. The messages are shared with others: nobody may change them.
func (s *Service) hydrate(ctx context.Context, ids []uuid.UUID) ([]*userv1.User, error) {
	found, err := s.cache.GetMany(ctx, ids, s.load)
	if err != nil {
		return nil, err
	}
	users := make([]*userv1.User, 0, len(ids))
	for _, u := range ids {
		if m, ok := found[u]; ok {
			users = append(users, m)
		}
	}
	return users, nil
}

// load reads accounts from the database: in one query, and another one of the
// media noun if any of them has a picture.
func (s *Service) load(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*userv1.User, error) {
	rows, err := s.q.ListUsers(ctx, s.db.Reader(ctx), ids)
	if err != nil {
		return nil, err
	}
	accounts := make([]account, len(rows))
	for i, row := range rows {
		accounts[i] = account(row)
	}
	pictures := s.pictures(ctx, accounts)
	users := make(map[uuid.UUID]*userv1.User, len(accounts))
	for _, a := range accounts {
		users[a.ID] = a.message(pictures)
	}
	return users, nil
}

// message is an account that has just been read or written.
func (s *Service) message(ctx context.Context, a account) *userv1.User {
	return a.message(s.pictures(ctx, []account{a}))
}

// pictures describes the accounts' pictures, by id. Names are worth showing
// without pictures, so a failure leaves them out, until the cache asks again.
func (s *Service) pictures(ctx context.Context, accounts []account) map[string]*mediav1.Media {
	var ids []string
	for _, a := range accounts {
		if a.AvatarMediaID != nil {
			ids = append(ids, a.AvatarMediaID.String())
		}
	}
	if len(ids) == 0 {
		return nil
	}
	res, err := s.media.Resolve(ctx, &mediav1.ResolveRequest{MediaIds: ids})
	if err != nil {
		s.log.WarnContext(ctx, "cannot resolve pictures of accounts", slog.Any("error", err))
		return nil
	}
	found := make(map[string]*mediav1.Media, len(ids))
	for _, m := range res.GetMedia() {
		found[m.GetId()] = m
	}
	return found
}

func (a account) message(pictures map[string]*mediav1.Media) *userv1.User {
	m := &userv1.User{
		Id: a.ID.String(), Handle: a.Handle, DisplayName: a.DisplayName, Bio: a.Bio,
		CreatedAt: timestamppb.New(id.Time(a.ID)), Role: accessv1.Role(a.Role),
	}
	if m.GetDisplayName() == "" {
		m.DisplayName = a.Handle
	}
	if a.AvatarMediaID != nil {
		m.Avatar = pictures[a.AvatarMediaID.String()]
	}
	return m
}

// displayName is what is kept of a name. One of mere spaces is none.
func displayName(s string) string { return strings.TrimSpace(s) }

// nameKey is a name as searches compare it.
func nameKey(name string) string { return strings.ToLower(name) }

var errNoUser = fault.New(fault.NotFound, "user_not_found", "there is no such account")

// ofAccount says that an account is not there.
func ofAccount(err error) error {
	if fault.Is(err, fault.NotFound) {
		return errNoUser.Because(err)
	}
	return err
}
