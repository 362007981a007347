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
// that were, drop out.
func (s *Service) hydrate(ctx context.Context, viewer uuid.UUID, entries []entry) ([]*timelinev1.TimelineItem, error) {
	if len(entries) == 0 {
		return nil, nil
	}
	var posts map[string]*postv1.Post
	var users map[string]*userv1.User
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) { posts, err = s.posts(gctx, viewer, entries); return err })
	g.Go(func() (err error) { users, err = s.authors(gctx, entries); return err })
	if err := g.Wait(); err != nil {
		return nil, err
	}
	items := make([]*timelinev1.TimelineItem, 0, len(entries))
	for _, e := range entries {
		post := posts[e.post.String()]
		author := users[e.author.String()]
		if post != nil && author != nil {
			items = append(items, &timelinev1.TimelineItem{Post: post, Author: author, Why: why(e, viewer)})
		}
	}
	return items, nil
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

func (s *Service) posts(ctx context.Context, viewer uuid.UUID, entries []entry) (map[string]*postv1.Post, error) {
	req := &postv1.HydratePostsRequest{PostIds: make([]string, len(entries)), ViewerId: viewer.String()}
	for i, e := range entries {
		req.PostIds[i] = e.post.String()
	}
	res, err := s.Posts.HydratePosts(ctx, req)
	if err != nil {
		return nil, err
	}
	found := make(map[string]*postv1.Post, len(entries))
	for _, p := range res.GetPosts() {
		found[p.GetId()] = p
	}
	return found, nil
}

func (s *Service) authors(ctx context.Context, entries []entry) (map[string]*userv1.User, error) {
	found := make(map[string]*userv1.User, len(entries))
	req := &userv1.HydrateUsersRequest{}
	for _, e := range entries {
		author := e.author.String()
		if _, ok := found[author]; !ok {
			found[author] = nil
			req.UserIds = append(req.UserIds, author)
		}
	}
	res, err := s.Users.HydrateUsers(ctx, req)
	if err != nil {
		return nil, err
	}
	for _, u := range res.GetUsers() {
		found[u.GetId()] = u
	}
	return found, nil
}
