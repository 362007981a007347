package user

import (
	"context"
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/userdb"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/page"
	"github.com/throng-social/throng/internal/postgres"
)

// A search has three stages, each in its own order: handles that begin with the
// query, names that do, and then what resembles it. A later stage leaves out what
// an earlier one has found, and is asked only when that has no more.
const (
	byHandle = iota
	byName
	byResemblance
	stages
)

const (
	// candidates bounds how many accounts that resemble a query are ranked.
	candidates = 1000
	// minResembling is the shortest query that can resemble anything, in characters.
	minResembling = 3
)

// place is an entry of a search and where it stands.
type place struct {
	stage int
	// key is the handle or the name in lower case, in the stages by those.
	key string
	// rank is the likeness, up to 1, in the last stage.
	rank float64
	id   uuid.UUID
}

// SearchUsers finds accounts by what their handle or name begins with, then by
// what it resembles.
func (s *Service) SearchUsers(ctx context.Context, req *userv1.SearchUsersRequest) (*userv1.SearchUsersResponse, error) {
	query := normalQuery(req.GetQuery())
	after, err := s.openPlace(query, req.GetPageToken())
	if err != nil {
		return nil, err
	}
	if query == "" {
		return &userv1.SearchUsersResponse{}, nil
	}
	size := int(page.Size(req.GetPageSize()))
	found, err := s.search(ctx, query, after, size+1)
	if err != nil {
		return nil, err
	}
	res := &userv1.SearchUsersResponse{}
	if len(found) > size {
		found = found[:size]
		res.NextPageToken = s.sealPlace(query, found[size-1])
	}
	ids := make([]uuid.UUID, len(found))
	for i, p := range found {
		ids[i] = p.id
	}
	res.Users, err = s.hydrate(ctx, ids)
	return res, err
}

// normalQuery is the query as handles and names are compared with it.
func normalQuery(q string) string {
	return strings.ToLower(strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(q), "@")))
}

// search answers up to n entries after a place.
func (s *Service) search(ctx context.Context, query string, after place, n int) ([]place, error) {
	var found []place
	for ; after.stage < stages && len(found) < n; after = startOf(after.stage + 1) {
		more, err := s.stage(ctx, query, after, int32(n-len(found))) //nolint:gosec // a page size
		if err != nil {
			return nil, err
		}
		found = append(found, more...)
	}
	return found, nil
}

// startOf is before the first entry of a stage.
func startOf(stage int) place { return place{stage: stage, rank: 2} }

func (s *Service) stage(ctx context.Context, query string, after place, n int32) ([]place, error) {
	// All texts that begin with the query are before this one, byte by byte.
	end := query + string(utf8.MaxRune)
	switch after.stage {
	case byHandle:
		rows, err := s.q.SearchByHandle(ctx, s.db.Reader(ctx), userdb.SearchByHandleParams{Prefix: query, PrefixEnd: end, After: after.key, N: n})
		return places(rows, func(r userdb.SearchByHandleRow) place { return place{stage: byHandle, key: r.Handle, id: r.ID} }), err
	case byName:
		rows, err := s.q.SearchByName(ctx, s.db.Reader(ctx), userdb.SearchByNameParams{
			Prefix: query, PrefixEnd: end, After: after.key, AfterID: after.id, N: n,
		})
		return places(rows, func(r userdb.SearchByNameRow) place { return place{stage: byName, key: r.NameKey, id: r.ID} }), err
	default:
		return s.resembling(ctx, userdb.SearchByResemblanceParams{
			Query: query, QueryEnd: end, AfterRank: after.rank, AfterID: after.id, Candidates: candidates, N: n,
		})
	}
}

// resembling answers the last stage. It is an extra: where there is so much to
// compare that it takes too long, the search ends without it.
func (s *Service) resembling(ctx context.Context, p userdb.SearchByResemblanceParams) ([]place, error) {
	if utf8.RuneCountInString(p.Query) < minResembling {
		return nil, nil
	}
	var rows []userdb.SearchByResemblanceRow
	err := s.db.InSnapshot(ctx, func(tx postgres.Tx) error {
		if err := s.q.BoundSearch(ctx, tx); err != nil {
			return err
		}
		var err error
		rows, err = s.q.SearchByResemblance(ctx, tx, p)
		return err
	})
	if fault.Is(err, fault.TimedOut) && ctx.Err() == nil {
		s.log.WarnContext(ctx, "a search for resembling accounts took too long")
		return nil, nil
	}
	return places(rows, func(r userdb.SearchByResemblanceRow) place {
		return place{stage: byResemblance, rank: r.Rank, id: r.ID}
	}), err
}

func places[R any](rows []R, at func(R) place) []place {
	found := make([]place, len(rows))
	for i, r := range rows {
		found[i] = at(r)
	}
	return found
}

// A page token is the key in the open, a dot, and the rest sealed together with
// key and query.

func (s *Service) sealPlace(query string, p place) string {
	c := page.Cursor{Rank: float64(p.stage) + p.rank, ID: p.id}
	if p.stage == byResemblance {
		c.Rank = float64(stages) + p.rank
	}
	return base64.RawURLEncoding.EncodeToString([]byte(p.key)) + "." + s.pages.Seal(searchList(query, p.key), c)
}

func (s *Service) openPlace(query, token string) (place, error) {
	if token == "" {
		return startOf(byHandle), nil
	}
	plain, sealed, _ := strings.Cut(token, ".")
	key, err := base64.RawURLEncoding.DecodeString(plain)
	if err != nil || sealed == "" {
		return place{}, fault.InField("page_token", "page_token_invalid", "page_token is not a token of this list")
	}
	c, err := s.pages.Open(searchList(query, string(key)), sealed, page.Cursor{})
	if err != nil {
		return place{}, err
	}
	if c.Rank >= stages {
		return place{stage: byResemblance, rank: c.Rank - stages, id: c.ID}, nil
	}
	return place{stage: int(c.Rank), key: string(key), id: c.ID}, nil
}

func searchList(query, key string) string { return "users/" + query + "\x00" + key }
