package timeline

import (
	"context"
	"slices"

	"github.com/google/uuid"

	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	"github.com/throng-social/throng/internal/id"
)

// followPage is how many follows one call asks for; few readers need a second.
const followPage = 10_000

// follow is one incarnation of a follow: whoever is followed anew has another
// since.
type follow struct {
	author uuid.UUID
	since  int64
}

// following is whom the viewer follows and sees, ascending by id, as fresh as
// the request demands. The list is shared: nobody may change it.
func (s *Service) following(ctx context.Context, viewer uuid.UUID) ([]follow, error) {
	list, _, err := s.follows.Get(ctx, viewer, s.loadFollowing)
	return list, err
}

func (s *Service) loadFollowing(ctx context.Context, viewers []uuid.UUID) (map[uuid.UUID][]follow, error) {
	found := make(map[uuid.UUID][]follow, len(viewers))
	for _, v := range viewers {
		list, err := s.listFollowing(ctx, v)
		if err != nil {
			return nil, err
		}
		if len(list) > 0 {
			found[v] = list
		}
	}
	return found, nil
}

func (s *Service) listFollowing(ctx context.Context, viewer uuid.UUID) ([]follow, error) {
	var list []follow
	req := &graphv1.ListFollowingIdsRequest{UserId: viewer.String(), Limit: followPage}
	for {
		res, err := s.Graph.ListFollowingIds(ctx, req)
		if err != nil {
			return nil, err
		}
		ids, err := id.ParseAll("user_ids", res.GetUserIds())
		if err != nil {
			return nil, err
		}
		for i, author := range ids {
			list = append(list, follow{author: author, since: res.GetSince()[i]})
		}
		if len(ids) < followPage {
			return list, nil
		}
		req = &graphv1.ListFollowingIdsRequest{UserId: viewer.String(), Limit: followPage, AfterId: ids[len(ids)-1].String()}
	}
}

func follows(list []follow, author uuid.UUID) bool {
	_, ok := followOf(list, author)
	return ok
}

func followOf(list []follow, author uuid.UUID) (follow, bool) {
	i, ok := slices.BinarySearchFunc(list, author, func(f follow, author uuid.UUID) int { return compare(f.author, author) })
	if !ok {
		return follow{}, false
	}
	return list[i], true
}

// authorsOf is a list of its own.
func authorsOf(list []follow) []uuid.UUID {
	authors := make([]uuid.UUID, len(list), len(list)+1)
	for i, f := range list {
		authors[i] = f.author
	}
	return authors
}
