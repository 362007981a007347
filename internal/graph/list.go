package graph

import (
	"context"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/page"
)

// ListFollowers implements graphv1connect.GraphServiceHandler.
func (s *Service) ListFollowers(ctx context.Context, req *graphv1.ListFollowersRequest) (*graphv1.ListFollowersResponse, error) {
	entries, next, err := s.list(ctx, "followers/", req, s.store.ListFollowers)
	return &graphv1.ListFollowersResponse{Followers: entries, NextPageToken: next}, err
}

// ListFollowing implements graphv1connect.GraphServiceHandler.
func (s *Service) ListFollowing(ctx context.Context, req *graphv1.ListFollowingRequest) (*graphv1.ListFollowingResponse, error) {
	entries, next, err := s.list(ctx, "following/", req, s.store.ListFollowing)
	return &graphv1.ListFollowingResponse{Following: entries, NextPageToken: next}, err
}

// list reads the page that a request for either list asks for.
func (s *Service) list(
	ctx context.Context, name string,
	req interface {
		GetUserId() string
		GetPageSize() int32
		GetPageToken() string
	},
	read func(ctx context.Context, user uuid.UUID, before Follow, most int) ([]Follow, error),
) ([]*graphv1.FollowEntry, string, error) {
	user, err := id.Parse("user_id", req.GetUserId())
	if err != nil {
		return nil, "", err
	}
	after, err := s.pages.Open(name+user.String(), req.GetPageToken(), page.Cursor{Time: Newest.Since, ID: Newest.UserID})
	if err != nil {
		return nil, "", err
	}
	size := int(page.Size(req.GetPageSize()))
	ends, err := read(ctx, user, Follow{UserID: after.ID, Since: after.Time}, size+1)
	if err != nil {
		return nil, "", err
	}
	return s.entries(ctx, name+user.String(), ends, size)
}

// entries makes a page of at most size of one row more. The next page begins
// after the last row that was looked at, whether its account is shown or deleted.
func (s *Service) entries(ctx context.Context, list string, ends []Follow, size int) ([]*graphv1.FollowEntry, string, error) {
	if len(ends) == 0 {
		return nil, "", nil
	}
	next := ""
	if len(ends) > size {
		ends = ends[:size]
		last := ends[size-1]
		next = s.pages.Seal(list, page.Cursor{Time: last.Since, ID: last.UserID})
	}
	users, err := s.hydrate(ctx, ends)
	if err != nil {
		return nil, "", err
	}
	entries := make([]*graphv1.FollowEntry, 0, len(ends))
	for _, e := range ends {
		if u := users[e.UserID.String()]; u != nil {
			entries = append(entries, &graphv1.FollowEntry{User: u, FollowedAt: timestamppb.New(e.Since)})
		}
	}
	return entries, next, nil
}

func (s *Service) hydrate(ctx context.Context, ends []Follow) (map[string]*userv1.User, error) {
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
