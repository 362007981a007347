package timeline

import (
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/timelinedb"
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/postgres"
)

const (
	// movedAtOnce bounds the edges of one move, and so its transactions.
	movedAtOnce = 1000
	// copiedAtOnce bounds the posts that one move reads, and the rows that one
	// statement writes.
	copiedAtOnce = 10_000
	// rounds bounds how often a handler begins again because others changed the
	// same edges; after that the queue tries later.
	rounds = 5
)

var errRestless = errors.New("the edges keep changing")

// edge is an author and a reader who follows, or followed, him; since names the
// incarnation of the follow, 0 where there is none.
type edge struct {
	author, reader uuid.UUID
	since          int64
}

// OnFollowsChanged makes the edges that an event names agree with the graph. It
// goes by the graph's present state and asks again after its own write: whoever
// writes last has seen the truth, so events may come in any order.
func (s *Service) OnFollowsChanged(ctx context.Context, ev *eventv1.Event) error {
	edges, err := edgesOf(ev.GetFollowsChanged())
	if err != nil {
		return err
	}
	for range rounds {
		standing, err := s.standing(ctx, edges)
		if err != nil {
			return err
		}
		overtaken, err := s.apply(ctx, standing)
		if err != nil {
			return err
		}
		again, err := s.standing(ctx, edges)
		if err != nil {
			return err
		}
		if edges = append(changed(standing, again), overtaken...); len(edges) == 0 {
			return nil
		}
	}
	return errRestless
}

func edgesOf(ev *eventv1.FollowsChanged) ([]edge, error) {
	edges := make([]edge, len(ev.GetEdges()))
	for i, e := range ev.GetEdges() {
		pair, err := id.ParseAll("edges", []string{e.GetFolloweeId(), e.GetFollowerId()})
		if err != nil {
			return nil, err
		}
		edges[i] = edge{author: pair[0], reader: pair[1]}
	}
	return edges, nil
}

// standing asks the graph how the edges stand now.
func (s *Service) standing(ctx context.Context, edges []edge) ([]edge, error) {
	authors, readers := columns(edges)
	res, err := s.Graph.CheckEdges(ctx, &graphv1.CheckEdgesRequest{FollowerIds: id.Strings(readers), FolloweeIds: id.Strings(authors)})
	if err != nil {
		return nil, err
	}
	now := slices.Clone(edges)
	for i, since := range res.GetSince() {
		now[i].since = since
	}
	return now, nil
}

// apply deletes the edges that ended and promotes the others. It answers those
// whose promotion was overtaken by another move.
func (s *Service) apply(ctx context.Context, edges []edge) (overtaken []edge, err error) {
	var begun, ended []edge
	for _, e := range edges {
		if e.since != 0 {
			begun = append(begun, e)
		} else {
			ended = append(ended, e)
		}
	}
	if len(ended) > 0 {
		authors, readers := columns(ended)
		if _, err := s.q.DeleteEdges(ctx, s.DB.Writer(ctx), timelinedb.DeleteEdgesParams{AuthorIds: authors, ReaderIds: readers}); err != nil {
			return nil, err
		}
	}
	for part := range slices.Chunk(begun, movedAtOnce) {
		left, err := s.promote(ctx, part)
		if err != nil {
			return nil, err
		}
		overtaken = append(overtaken, left...)
	}
	return overtaken, nil
}

func changed(before, after []edge) []edge {
	var differ []edge
	for i, e := range after {
		if before[i] != e {
			differ = append(differ, e)
		}
	}
	return differ
}

// promote moves edges to push. Where not all could be settled it answers all of
// them, to be looked at again: push edges pass through unharmed.
func (s *Service) promote(ctx context.Context, edges []edge) (overtaken []edge, err error) {
	m, err := s.beginMove(ctx, edges)
	if err != nil || len(m.edges) == 0 {
		return nil, err
	}
	if err := s.copyLogs(ctx, m); err != nil {
		return nil, err
	}
	settled, err := s.settle(ctx, m)
	if err != nil || settled == len(m.edges) {
		return nil, err
	}
	return m.edges, nil
}

// move is edges on their way to push.
type move struct {
	generation int64
	edges      []edge
	// copiedFrom is the place down to which each edge's log was copied; raised
	// holds the readers who cannot be promised posts that far down.
	copiedFrom []uuid.UUID
	raised     map[uuid.UUID]uuid.UUID
}

// beginMove is step (a): from its commit on, fan-outs write to the edges, and
// reads still pull them.
func (s *Service) beginMove(ctx context.Context, edges []edge) (*move, error) {
	m := &move{raised: map[uuid.UUID]uuid.UUID{}}
	authors, readers := columns(edges)
	since := make([]int64, len(edges))
	for i, e := range edges {
		since[i] = e.since
	}
	err := s.DB.InTx(ctx, func(tx postgres.Tx) error {
		if err := s.q.MakeReaders(ctx, tx, readers); err != nil {
			return err
		}
		var err error
		if m.generation, err = s.q.NextGeneration(ctx, tx); err != nil {
			return err
		}
		rows, err := s.q.PromoteEdges(ctx, tx, timelinedb.PromoteEdgesParams{Generation: m.generation, AuthorIds: authors, ReaderIds: readers, Since: since})
		m.edges = m.edges[:0]
		for _, r := range rows {
			m.edges = append(m.edges, edge{author: r.AuthorID, reader: r.ReaderID})
		}
		return err
	})
	return m, err
}

// settle is step (c): the edges are push, if each is still the one that was
// promoted and its reader's horizon is not older than what was copied. An edge
// that fails stays promoting, which is correct, and is moved anew.
func (s *Service) settle(ctx context.Context, m *move) (settled int, err error) {
	authors, readers := columns(m.edges)
	raised := timelinedb.RaiseHorizonsParams{}
	for reader, horizon := range m.raised {
		raised.ReaderIds, raised.Horizons = append(raised.ReaderIds, reader), append(raised.Horizons, horizon)
	}
	err = s.DB.InTx(ctx, func(tx postgres.Tx) error {
		if _, err := s.q.LockReaders(ctx, tx, unique(readers)); err != nil {
			return err
		}
		if len(raised.ReaderIds) > 0 {
			if err := s.q.RaiseHorizons(ctx, tx, raised); err != nil {
				return err
			}
		}
		n, err := s.q.SettleEdges(ctx, tx, timelinedb.SettleEdgesParams{AuthorIds: authors, ReaderIds: readers, CopiedFrom: m.copiedFrom, Generation: m.generation})
		settled = int(n)
		return err
	})
	return settled, err
}

func columns(edges []edge) (authors, readers []uuid.UUID) {
	authors, readers = make([]uuid.UUID, len(edges)), make([]uuid.UUID, len(edges))
	for i, e := range edges {
		authors[i], readers[i] = e.author, e.reader
	}
	return authors, readers
}

func unique(ids []uuid.UUID) []uuid.UUID {
	sorted := slices.Clone(ids)
	slices.SortFunc(sorted, compare)
	return slices.Compact(sorted)
}
