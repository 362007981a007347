package dynamostore

import (
	"bytes"
	"context"
	"slices"
	"sync"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/post"
)

// parallelLogs is how many logs one call reads at the same time.
const parallelLogs = 32

// ListLog implements post.Reads. Each log is a query of its own; one that begins when
// others have found enough newer posts reads no further back than those.
func (s *Store) ListLog(ctx context.Context, r post.LogRange) ([]post.Entry, error) {
	m := &merge{limit: int(r.Limit), from: r.From}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallelLogs)
	for _, author := range r.Authors {
		g.Go(func() error {
			posts, err := s.log(ctx, author, m.least(), r)
			m.add(author, posts)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return m.newest(), nil
}

// log is what one author adds: his newest posts in the range.
func (s *Store) log(ctx context.Context, author, least uuid.UUID, r post.LogRange) ([]uuid.UUID, error) {
	if bytes.Compare(least[:], r.Before[:]) >= 0 {
		return nil, nil
	}
	q := dynamo.Query{Table: dynamo.Post, PK: prefixLog + author.String(), From: least.String(), To: before(r.Before).String(), Backwards: true}
	return s.places(ctx, from(r.Primary), q, int(r.PerAuthor))
}

// merge collects the newest entries of many logs. What it holds is bounded by twice
// the limit and one log.
type merge struct {
	limit int

	mu  sync.Mutex
	log []post.Entry
	// from is the least id that can be among the newest.
	from uuid.UUID
}

func (m *merge) least() uuid.UUID {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.from
}

func (m *merge) add(author uuid.UUID, posts []uuid.UUID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, postID := range posts {
		m.log = append(m.log, post.Entry{ID: postID, Author: author})
	}
	if len(m.log) >= 2*m.limit {
		m.cut()
	}
}

// cut is called with the lock held. As many entries as are asked for are left, so no
// post before the last of them matters any more.
func (m *merge) cut() {
	slices.SortFunc(m.log, func(a, b post.Entry) int { return bytes.Compare(b.ID[:], a.ID[:]) })
	if len(m.log) >= m.limit {
		m.log = m.log[:m.limit]
		m.from = m.log[m.limit-1].ID
	}
}

func (m *merge) newest() []post.Entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cut()
	return m.log
}
