package timeline

import (
	"context"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
)

// hydrate makes items of entries. Posts that were deleted, and those of accounts
// that were, drop out; where accounts cannot be reached an item has its author's
// id alone. Both are counted as degraded.
func (s *Service) hydrate(ctx context.Context, viewer uuid.UUID, entries []entry) (items []*timelinev1.TimelineItem, degraded int, err error) {
	if len(entries) == 0 {
		return nil, 0, nil
	}
	var users map[uuid.UUID]*userv1.User
	var g errgroup.Group
	g.Go(func() (err error) { users, err = s.authors(ctx, entries); return err })
	posts, err := s.posts(ctx, viewer, entries)
	unreachable := g.Wait() != nil
	if err != nil {
		return nil, 0, err
	}
	items = make([]*timelinev1.TimelineItem, 0, len(entries))
	for i, e := range entries {
		author := users[e.author]
		if unreachable {
			author = &userv1.User{Id: e.author.String()}
		}
		if posts[i] == nil || author == nil || unreachable {
			degraded++
		}
		if posts[i] != nil && author != nil {
			items = append(items, &timelinev1.TimelineItem{Post: posts[i], Author: author, Why: why(e, viewer)})
		}
	}
	return items, degraded, nil
}

func why(e entry, viewer uuid.UUID) timelinev1.Why {
	switch {
	case e.author == viewer:
		return timelinev1.Why_WHY_OWN
	case e.pulled:
		return timelinev1.Why_WHY_FOLLOWED_PULLED
	default:
		return timelinev1.Why_WHY_FOLLOWED_PUSHED
	}
}

// posts answers one for each entry, nil where it is gone.
func (s *Service) posts(ctx context.Context, viewer uuid.UUID, entries []entry) ([]*postv1.Post, error) {
	req := &postv1.HydratePostsRequest{PostIds: make([]string, len(entries)), ViewerId: viewer.String()}
	for i, e := range entries {
		req.PostIds[i] = e.post.String()
	}
	res, err := s.Posts.HydratePosts(ctx, req)
	if err != nil {
		return nil, err
	}
	posts, rest := make([]*postv1.Post, len(entries)), res.GetPosts()
	for i, asked := range req.GetPostIds() {
		if len(rest) > 0 && rest[0].GetId() == asked {
			posts[i], rest = rest[0], rest[1:]
		}
	}
	return posts, nil
}

// authors answers those that are not gone.
func (s *Service) authors(ctx context.Context, entries []entry) (map[uuid.UUID]*userv1.User, error) {
	users := make(map[uuid.UUID]*userv1.User, len(entries))
	req := &userv1.HydrateUsersRequest{UserIds: make([]string, 0, len(entries))}
	asked := make([]uuid.UUID, 0, len(entries))
	for _, e := range entries {
		if _, ok := users[e.author]; !ok {
			users[e.author] = nil
			req.UserIds, asked = append(req.UserIds, e.author.String()), append(asked, e.author)
		}
	}
	res, err := s.Users.HydrateUsers(ctx, req)
	if err != nil {
		return nil, err
	}
	rest := res.GetUsers()
	for i, author := range asked {
		if len(rest) > 0 && rest[0].GetId() == req.GetUserIds()[i] {
			users[author], rest = rest[0], rest[1:]
		}
	}
	return users, nil
}
