package campaign

import (
	"context"
	"encoding/binary"
	"slices"

	"github.com/google/uuid"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/campaign/board"
)

// part is a part of a board as everybody sees it. Nobody changes one: it is shared.
type part struct {
	standings []*campaignv1.Standing
	// first is the rank of the first standing.
	first, size int64
	// next is the token of the page behind it; empty on the last.
	next string
}

// pageKey names a page of one state of a board.
type pageKey struct {
	board    board.Key
	position int64
	// after is the zero Entry for the top.
	after board.Entry
	n     int
}

// sharedPart is a page that many ask for, made once, and the caller's own places.
func (s *Service) sharedPart(ctx context.Context, a ask, v view, mine []uuid.UUID) (*part, []board.Found, error) {
	key := pageKey{board: v.key, position: v.position, n: a.n}
	if a.after != nil {
		key.after = *a.after
	}
	p, _, err := s.boards.pages.Get(ctx, key, func(ctx context.Context, _ []pageKey) (map[pageKey]*part, error) {
		answer, err := s.boards.keeper.read(ctx, v.key, v.boardPlace, board.Query{N: a.n, After: a.after})
		if err != nil {
			return nil, err
		}
		p, err := s.partOf(ctx, a, answer)
		return map[pageKey]*part{key: p}, err
	})
	if err != nil || len(mine) == 0 {
		return p, nil, err
	}
	answer, err := s.boards.keeper.read(ctx, v.key, v.boardPlace, board.Query{Find: mine, Ranked: true})
	return p, answer.Found, err
}

// partAround is a part that few ask for.
func (s *Service) partAround(ctx context.Context, a ask, v view, around, mine []uuid.UUID) (*part, []board.Found, error) {
	answer, err := s.boards.keeper.read(ctx, v.key, v.boardPlace, board.Query{N: a.n, Around: around, Find: mine, Ranked: true})
	if err != nil {
		return nil, nil, err
	}
	p, err := s.partOf(ctx, a, answer)
	return p, answer.Found, err
}

func (s *Service) partOf(ctx context.Context, a ask, answer board.Answer) (*part, error) {
	p := &part{first: answer.First, size: answer.Size}
	scope := board.Members
	if a.scope == campaignv1.Scope_SCOPE_TEAMS {
		scope = board.Teams
	}
	if n := len(answer.Entries); n > 0 && answer.First+int64(n)-1 < answer.Size {
		p.next = s.sealPlace(a, answer.Entries[n-1])
	}
	ranked := make([]board.Found, len(answer.Entries))
	for i, e := range answer.Entries {
		ranked[i] = board.Found{Entry: e, Rank: answer.First + int64(i)}
	}
	var err error
	p.standings, err = s.standings(ctx, scope, ranked)
	return p, err
}

// own marks what is the caller's among the standings, and answers the caller's own
// places wherever they are.
func (s *Service) own(ctx context.Context, scope board.Scope, p *part, found []board.Found) (all, mine []*campaignv1.Standing, err error) {
	all = p.standings
	if len(found) == 0 {
		return all, nil, nil
	}
	var outside []board.Found
	copied := false
	for _, f := range found {
		i := f.Rank - p.first
		if i < 0 || i >= int64(len(all)) {
			outside = append(outside, f)
			continue
		}
		if !copied {
			all, copied = slices.Clone(all), true
		}
		all[i] = marked(all[i])
		mine = append(mine, all[i])
	}
	elsewhere, err := s.standings(ctx, scope, outside)
	for _, standing := range elsewhere {
		standing.Mine = true
	}
	mine = append(mine, elsewhere...)
	slices.SortFunc(mine, func(a, b *campaignv1.Standing) int { return int(a.GetRank() - b.GetRank()) })
	return all, mine, err
}

// marked is a copy: the original is everybody's.
func marked(s *campaignv1.Standing) *campaignv1.Standing {
	return &campaignv1.Standing{Rank: s.GetRank(), ScoreMicros: s.GetScoreMicros(), ReachedAt: s.GetReachedAt(), Who: s.GetWho(), Mine: true}
}

// placeSize is of a place in a token: score, position, fact and subject.
const placeSize = 3*8 + 16

// listOf names the list that tokens are of. That of friends is everybody's own.
func listOf(a ask) string {
	list := "board/" + a.campaign.String() + "/" + a.scope.String()
	if a.scope == campaignv1.Scope_SCOPE_FRIENDS {
		list += "/" + a.caller.UserID.String()
	}
	return list
}

func (s *Service) sealPlace(a ask, e board.Entry) string {
	raw := make([]byte, 0, placeSize)
	for _, n := range []int64{e.Score, e.Position, e.FactID} {
		raw = binary.BigEndian.AppendUint64(raw, uint64(n)) //nolint:gosec // read back the same way
	}
	return s.pages.SealBytes(listOf(a), append(raw, e.SubjectID[:]...))
}

// openPlace reads a token; nil is the first page.
func (s *Service) openPlace(a ask, token string) (*board.Entry, error) {
	if token == "" {
		return nil, nil //nolint:nilnil // a page is behind a place, or is the first
	}
	raw, err := s.pages.OpenBytes(listOf(a), token, placeSize)
	if err != nil {
		return nil, err
	}
	number := func(i int) int64 { return int64(binary.BigEndian.Uint64(raw[8*i:])) } //nolint:gosec // written the same way
	e := &board.Entry{Score: number(0), Position: number(1), FactID: number(2)}
	copy(e.SubjectID[:], raw[3*8:])
	return e, nil
}
