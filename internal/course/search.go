package course

import (
	"context"
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/page"
)

// A search has three stages, each in its own order: two of beginnings, then what
// resembles the query. A later stage leaves out what an earlier one has found, and is
// asked only when that has no more. Without a query the first one is all.
const (
	byFirst = iota
	bySecond
	byResemblance
	stages
)

const (
	// candidates bounds how many that resemble a query are ranked.
	candidates = 1000
	// minResembling is the shortest query that can resemble anything, in characters.
	minResembling = 3
)

// place is an entry of a search and where it stands.
type place struct {
	stage int
	// key is what the first two stages are ordered by.
	key string
	// rank is the likeness, up to 1, in the last stage.
	rank float64
	id   uuid.UUID
}

// search is one for a query, in the form in which texts are compared with it.
type search struct {
	// of names what is looked for.
	of    string
	query string
	// stage answers up to n entries after a place, of its stage alone.
	stage func(ctx context.Context, after place, n int32) ([]place, error)
}

// find answers a page of ids, and the token of the next one.
func (s *Service) find(ctx context.Context, q search, token string, size int) (ids []uuid.UUID, next string, err error) {
	after, err := s.openPlace(q, token)
	if err != nil {
		return nil, "", err
	}
	found, err := q.after(ctx, after, size+1)
	if err != nil {
		return nil, "", err
	}
	if len(found) > size {
		found = found[:size]
		next = s.sealPlace(q, found[size-1])
	}
	ids = make([]uuid.UUID, len(found))
	for i, p := range found {
		ids[i] = p.id
	}
	return ids, next, nil
}

// after answers up to n entries after a place.
func (q search) after(ctx context.Context, after place, n int) ([]place, error) {
	var found []place
	for ; after.stage < stages && len(found) < n; after = startOf(after.stage + 1) {
		if q.skips(after.stage) {
			continue
		}
		more, err := q.stage(ctx, after, int32(n-len(found))) //nolint:gosec // a page size
		if err != nil {
			return nil, err
		}
		found = append(found, more...)
	}
	return found, nil
}

// skips tells whether a stage finds nothing for sure.
func (q search) skips(stage int) bool {
	return stage > byFirst && q.query == "" || stage == byResemblance && utf8.RuneCountInString(q.query) < minResembling
}

// startOf is before the first entry of a stage.
func startOf(stage int) place { return place{stage: stage, rank: 2} }

// endOf is after all texts that begin with a prefix, byte by byte.
func endOf(prefix string) string { return prefix + string(utf8.MaxRune) }

func places[R any](rows []R, err error, at func(R) place) ([]place, error) {
	found := make([]place, len(rows))
	for i, r := range rows {
		found[i] = at(r)
	}
	return found, err
}

// A page token is the key in the open, a dot, and the rest sealed together with key
// and query.

func (s *Service) sealPlace(q search, p place) string {
	c := page.Cursor{Rank: float64(p.stage), ID: p.id}
	if p.stage == byResemblance {
		c.Rank = stages + p.rank
	}
	return base64.RawURLEncoding.EncodeToString([]byte(p.key)) + "." + s.pages.Seal(q.list(p.key), c)
}

func (s *Service) openPlace(q search, token string) (place, error) {
	if token == "" {
		return startOf(byFirst), nil
	}
	plain, sealed, _ := strings.Cut(token, ".")
	key, err := base64.RawURLEncoding.DecodeString(plain)
	if err != nil || sealed == "" {
		return place{}, fault.InField("page_token", "page_token_invalid", "page_token is not a token of this list")
	}
	c, err := s.pages.Open(q.list(string(key)), sealed, page.Cursor{})
	if err != nil {
		return place{}, err
	}
	if c.Rank >= stages {
		return place{stage: byResemblance, rank: c.Rank - stages, id: c.ID}, nil
	}
	return place{stage: int(c.Rank), key: string(key), id: c.ID}, nil
}

func (q search) list(key string) string { return q.of + "/" + q.query + "\x00" + key }
