package timeline

import (
	"context"

	"github.com/google/uuid"

	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	"github.com/throng-social/throng/internal/id"
)

// followPage is how many follows one call asks for; few readers need a second.
const followPage = 10_000

// following is whom the viewer follows and sees, ascending by id, as fresh as
// the request demands. The list is shared: nobody may change it.
func (s *Service) following(ctx context.Context, viewer uuid.UUID) ([]uuid.UUID, error) {
	list, _, err := s.follows.Get(ctx, viewer, s.loadFollowing)
	return list, err
}

func (s *Service) loadFollowing(ctx context.Context, viewers []uuid.UUID) (map[uuid.UUID][]uuid.UUID, error) {
	found := make(map[uuid.UUID][]uuid.UUID, len(viewers))
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

func (s *Service) listFollowing(ctx context.Context, viewer uuid.UUID) ([]uuid.UUID, error) {
	var list []uuid.UUID
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
		list = append(list, ids...)
		if len(ids) < followPage {
			return list, nil
		}
		req = &graphv1.ListFollowingIdsRequest{UserId: viewer.String(), Limit: followPage, AfterId: ids[len(ids)-1].String()}
	}
}
