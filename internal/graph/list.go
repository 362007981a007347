package graph

import (
	"context"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/throng-social/throng/gen/db/graphdb"
	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/page"
)

// newest is before the first entry of every list.
var newest = page.Cursor{Time: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), ID: id.Max}

// ListFollowers implements graphv1connect.GraphServiceHandler.
func (s *Service) ListFollowers(ctx context.Context, req *graphv1.ListFollowersRequest) (*graphv1.ListFollowersResponse, error) {
	entries, next, err := s.list(ctx, "followers/", req, s.readFollowers)
	return &graphv1.ListFollowersResponse{Followers: entries, NextPageToken: next}, err
}

func (s *Service) readFollowers(ctx context.Context, user uuid.UUID, after page.Cursor, most int32) ([]end, error) {
	rows, err := s.q.ListFollowers(ctx, s.db.Reader(ctx), graphdb.ListFollowersParams{UserID: user, Before: after.Time, BeforeID: after.ID, Most: most})
	return endsOf(rows), err
}

// ListFollowing implements graphv1connect.GraphServiceHandler.
func (s *Service) ListFollowing(ctx context.Context, req *graphv1.ListFollowingRequest) (*graphv1.ListFollowingResponse, error) {
	entries, next, err := s.list(ctx, "following/", req, s.readFollowing)
	return &graphv1.ListFollowingResponse{Following: entries, NextPageToken: next}, err
}

func (s *Service) readFollowing(ctx context.Context, user uuid.UUID, after page.Cursor, most int32) ([]end, error) {
	rows, err := s.q.ListFollowing(ctx, s.db.Reader(ctx), graphdb.ListFollowingParams{UserID: user, Before: after.Time, BeforeID: after.ID, Most: most})
	return endsOf(rows), err
}

// list reads the page that a request for either list asks for.
func (s *Service) list(
	ctx context.Context, name string,
	req interface {
		GetUserId() string
		GetPageSize() int32
		GetPageToken() string
	},
	read func(ctx context.Context, user uuid.UUID, after page.Cursor, most int32) ([]end, error),
) ([]*graphv1.FollowEntry, string, error) {
	user, err := id.Parse("user_id", req.GetUserId())
	if err != nil {
		return nil, "", err
	}
	after, err := s.pages.Open(name+user.String(), req.GetPageToken(), newest)
	if err != nil {
		return nil, "", err
	}
	size := page.Size(req.GetPageSize())
	ends, err := read(ctx, user, after, size+1)
	if err != nil {
		return nil, "", err
	}
	return s.entries(ctx, name+user.String(), ends, int(size))
}

// end is the account at the other end of a follow.
type end struct {
	UserID    uuid.UUID
	CreatedAt time.Time
}

func endsOf[R ~struct {
	UserID    uuid.UUID
	CreatedAt time.Time
}](rows []R) []end {
	ends := make([]end, len(rows))
	for i, r := range rows {
		ends[i] = end(r)
	}
	return ends
}

// entries makes a page of at most size of one row more. The next page begins
// after the last row that was looked at, whether its account is shown or deleted.
func (s *Service) entries(ctx context.Context, list string, ends []end, size int) ([]*graphv1.FollowEntry, string, error) {
	if len(ends) == 0 {
		return nil, "", nil
	}
	next := ""
	if len(ends) > size {
		ends = ends[:size]
		last := ends[size-1]
		next = s.pages.Seal(list, page.Cursor{Time: last.CreatedAt, ID: last.UserID})
	}
	users, err := s.hydrate(ctx, ends)
	if err != nil {
		return nil, "", err
	}
	entries := make([]*graphv1.FollowEntry, 0, len(ends))
	for _, e := range ends {
		if u := users[e.UserID.String()]; u != nil {
			entries = append(entries, &graphv1.FollowEntry{User: u, FollowedAt: timestamppb.New(e.CreatedAt)})
		}
	}
	return entries, next, nil
}

func (s *Service) hydrate(ctx context.Context, ends []end) (map[string]*userv1.User, error) {
	req := &userv1.HydrateUsersRequest{UserIds: make([]string, len(ends))}
	for i, e := range ends {
		req.UserIds[i] = e.UserID.String()
	}
	res, err := s.users.HydrateUsers(ctx, req)
	if err != nil {
		return nil, err
	}
	users := make(map[string]*userv1.User, len(ends))
	for _, u := range res.GetUsers() {
		users[u.GetId()] = u
	}
	return users, nil
}
