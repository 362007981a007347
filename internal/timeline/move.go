package timeline

import (
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/timelinedb"
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/postgres"
)

const (
	// movedAtOnce bounds the edges of one move to push, and so its transactions.
	movedAtOnce = 1000
	// movesAtOnce is how many moves of one task are under way: while one waits for
	// the disk another works.
	movesAtOnce = 3
	// copiedAtOnce bounds the posts that one move reads, and the rows that one
	// statement writes.
	copiedAtOnce = 10_000
	// copiedByMove is how many posts one move writes, or a few more: the edges that
	// are left are moved anew, so a task gets on however long the logs are.
	copiedByMove = 100_000
	// rounds bounds how often a handler begins again because others changed the
	// same edges; after that the queue tries later.
	rounds = 5
)

var (
	errRestless = errors.New("the edges keep changing")
	errHalfEdge = errors.New("an event ends in the middle of an edge")
)

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
	_, readers := columns(edges)
	for range rounds {
		f, err := s.loadForce(ctx)
		if err != nil {
			return err
		}
		standing, err := s.standing(ctx, edges)
		if err != nil {
			return err
		}
		overtaken, err := s.apply(ctx, f, standing)
		if err != nil {
			return err
		}
		again, err := s.standing(ctx, edges)
		if err != nil {
			return err
		}
		left := append(changed(standing, again), overtaken...)
		if s.switchedSince(ctx, f) {
			left = edges
		}
		if edges = left; len(edges) == 0 {
			return s.live.announceFollows(ctx, unique(readers))
		}
	}
	return errRestless
}

// switchedSince says whether a sweep may have passed edges by that were made
// under the policy before it.
func (s *Service) switchedSince(ctx context.Context, f force) bool {
	now, err := s.loadForce(ctx)
	return err != nil || now.version != f.version
}

func edgesOf(ev *eventv1.FollowsChanged) ([]edge, error) {
	if len(ev.GetPacked())%(2*len(uuid.Nil)) != 0 {
		return nil, errHalfEdge
	}
	ids := split(ev.GetPacked())
	for _, e := range ev.GetEdges() { //nolint:staticcheck // what was announced before still waits
		pair, err := id.ParseAll("edges", []string{e.GetFollowerId(), e.GetFolloweeId()})
		if err != nil {
			return nil, err
		}
		ids = append(ids, pair...)
	}
	edges := make([]edge, 0, len(ids)/2)
	for pair := range slices.Chunk(ids, 2) {
		edges = append(edges, edge{author: pair[1], reader: pair[0]})
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

// apply deletes the edges that ended and makes the others what the policy wants
// of a new follow. It answers those whose promotion was overtaken by another move.
func (s *Service) apply(ctx context.Context, f force, edges []edge) (overtaken []edge, err error) {
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
	if !f.PushesNew() && len(begun) > 0 {
		return nil, s.add(ctx, begun)
	}
	for part := range slices.Chunk(begun, movedAtOnce) {
		left, err := s.promote(ctx, part, depth{copies: f.Copies(s.Config.Keep)}, s.promoteEdges)
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

// add makes edges that are pulled. Mostly none of them is there yet.
func (s *Service) add(ctx context.Context, edges []edge) error {
	err := s.addBy(ctx, edges, func(tx postgres.Tx, p timelinedb.AddEdgesParams) error {
		return s.q.AddFreshEdges(ctx, tx, timelinedb.AddFreshEdgesParams(p))
	})
	if !fault.Is(err, fault.Exists) {
		return err
	}
	return s.addBy(ctx, edges, func(tx postgres.Tx, p timelinedb.AddEdgesParams) error { return s.q.AddEdges(ctx, tx, p) })
}

func (s *Service) addBy(ctx context.Context, edges []edge, store func(postgres.Tx, timelinedb.AddEdgesParams) error) error {
	authors, readers := columns(edges)
	return s.DB.InTx(ctx, func(tx postgres.Tx) error {
		if err := s.q.MakeReaders(ctx, tx, readers); err != nil {
			return err
		}
		generation, err := s.q.NextGeneration(ctx, tx)
		if err != nil {
			return err
		}
		return store(tx, timelinedb.AddEdgesParams{Generation: generation, AuthorIds: authors, ReaderIds: readers, Since: incarnations(edges)})
	})
}

// depth is how far back a move copies: so many posts of each author, and none
// down to a place.
type depth struct {
	copies int
	floor  uuid.UUID
}

// promote moves edges to push, with copies of older posts of each author.
// It answers those to be looked at again: all of them where not all could be
// settled, as push edges pass through unharmed, and those that were too many.
func (s *Service) promote(ctx context.Context, edges []edge, d depth, begin beginning) (overtaken []edge, err error) {
	m := &move{depth: d}
	if err := s.beginMove(ctx, m, edges, begin); err != nil || len(m.edges) == 0 {
		return nil, err
	}
	if err := s.copyLogs(ctx, m); err != nil {
		return nil, err
	}
	settled, err := s.settle(ctx, m)
	if err == nil && settled < len(m.edges) {
		m.left = slices.Concat(m.edges, m.left)
	}
	return m.left, err
}

// move is edges on their way to push.
type move struct {
	depth
	generation int64
	edges      []edge
	// left are edges that stay promoting, as enough was copied without them.
	left []edge
	// pushedAfter is for each edge the place after which what is written of its
	// author is complete; versions are its reader's when the copy began.
	pushedAfter []uuid.UUID
	versions    []int64
}

// beginning is a statement that makes edges promoting, and answers which.
type beginning func(ctx context.Context, tx postgres.Tx, generation int64, edges []edge) ([]edge, error)

// beginMove is step (a): from its commit on, fan-outs write to the edges, and
// reads still pull them.
func (s *Service) beginMove(ctx context.Context, m *move, edges []edge, begin beginning) error {
	_, readers := columns(edges)
	return s.DB.InTx(ctx, func(tx postgres.Tx) error {
		err := s.q.MakeReaders(ctx, tx, readers)
		if err != nil {
			return err
		}
		if m.generation, err = s.q.NextGeneration(ctx, tx); err != nil {
			return err
		}
		m.edges, err = begin(ctx, tx, m.generation, edges)
		return err
	})
}

// promoteEdges takes the edges of follows as the graph has them.
func (s *Service) promoteEdges(ctx context.Context, tx postgres.Tx, generation int64, edges []edge) ([]edge, error) {
	authors, readers := columns(edges)
	rows, err := s.q.PromoteEdges(ctx, tx, timelinedb.PromoteEdgesParams{Generation: generation, AuthorIds: authors, ReaderIds: readers, Since: incarnations(edges)})
	promoted := make([]edge, len(rows))
	for i, r := range rows {
		promoted[i] = edge{author: r.AuthorID, reader: r.ReaderID, since: r.Since}
	}
	return promoted, err
}

// promoteKnown takes edges that the timeline had when it looked; those that ended
// since stay gone.
func (s *Service) promoteKnown(ctx context.Context, tx postgres.Tx, generation int64, edges []edge) ([]edge, error) {
	authors, readers := columns(edges)
	rows, err := s.q.PromoteKnownEdges(ctx, tx, timelinedb.PromoteKnownEdgesParams{Generation: generation, AuthorIds: authors, ReaderIds: readers, Since: incarnations(edges)})
	promoted := make([]edge, len(rows))
	for i, r := range rows {
		promoted[i] = edge{author: r.AuthorID, reader: r.ReaderID, since: r.Since}
	}
	return promoted, err
}

// settle is step (c): the edges are push, if each is still the one that was
// promoted and its reader's timeline is what was copied into. An edge that fails
// stays promoting, which is correct, and is moved anew.
func (s *Service) settle(ctx context.Context, m *move) (settled int, err error) {
	authors, readers := columns(m.edges)
	err = s.DB.InTx(ctx, func(tx postgres.Tx) error {
		if _, err := s.q.LockReaders(ctx, tx, unique(readers)); err != nil {
			return err
		}
		n, err := s.q.SettleEdges(ctx, tx, timelinedb.SettleEdgesParams{
			AuthorIds: authors, ReaderIds: readers, PushedAfter: m.pushedAfter, Versions: m.versions, Generation: m.generation, Moment: s.Now(),
		})
		settled = int(n)
		return err
	})
	s.counts.moves.Add(int64(settled))
	return settled, err
}

func columns(edges []edge) (authors, readers []uuid.UUID) {
	authors, readers = make([]uuid.UUID, len(edges)), make([]uuid.UUID, len(edges))
	for i, e := range edges {
		authors[i], readers[i] = e.author, e.reader
	}
	return authors, readers
}

func incarnations(edges []edge) []int64 {
	since := make([]int64, len(edges))
	for i, e := range edges {
		since[i] = e.since
	}
	return since
}

func unique(ids []uuid.UUID) []uuid.UUID {
	sorted := slices.Clone(ids)
	slices.SortFunc(sorted, compare)
	return slices.Compact(sorted)
}
