package campaign

import (
	"context"
	"slices"

	"github.com/google/uuid"

	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	"github.com/throng-social/throng/internal/campaign/board"
	"github.com/throng-social/throng/internal/id"
)

// mostFriends bounds a board of friends: of whoever follows more it has those whose
// accounts are oldest.
const mostFriends = 10_000

// friends ranks the caller and those he follows against one another.
func (s *Service) friends(ctx context.Context, a ask, v view) (*part, []board.Found, error) {
	res, err := s.graph.ListFollowingIds(ctx, &graphv1.ListFollowingIdsRequest{UserId: a.caller.UserID.String(), Limit: mostFriends})
	if err != nil {
		return nil, nil, err
	}
	friends, err := id.ParseAll("user_ids", res.GetUserIds())
	if err != nil {
		return nil, nil, err
	}
	read, err := s.boards.keeper.read(ctx, v.key, v.boardPlace, board.Query{Find: append(friends, a.caller.UserID)})
	if err != nil {
		return nil, nil, err
	}
	answer := amongFriends(read.Found, a)
	p, err := s.partOf(ctx, a, answer)
	return p, answer.Found, err
}

// amongFriends answers a part of the board that the found alone would make.
func amongFriends(found []board.Found, a ask) board.Answer {
	list := make([]board.Entry, len(found))
	for i, f := range found {
		list[i] = f.Entry
	}
	slices.SortFunc(list, board.Compare)
	rankOf := func(who uuid.UUID) int64 {
		return int64(slices.IndexFunc(list, func(e board.Entry) bool { return e.SubjectID == who })) + 1
	}
	answer := board.Answer{Size: int64(len(list)), First: 1}
	middle := int64(0)
	switch {
	case a.after != nil:
		i, there := slices.BinarySearchFunc(list, *a.after, board.Compare)
		if there {
			i++
		}
		answer.First = int64(i) + 1
	case a.aroundMe:
		middle = rankOf(a.caller.UserID)
	case a.around != uuid.Nil:
		middle = rankOf(a.around)
	}
	if middle > 0 {
		answer.First = board.First(middle, int64(a.n), answer.Size)
	}
	from := min(answer.First-1, answer.Size)
	answer.Entries = list[from:min(from+int64(a.n), answer.Size)]
	if rank := rankOf(a.caller.UserID); rank > 0 {
		answer.Found = []board.Found{{Entry: list[rank-1], Rank: rank}}
	}
	return answer
}
