package timeline

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"

	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	"github.com/throng-social/throng/internal/id"
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

// OnFollowsChanged makes the edges that an event names, which were changed or loaded,
// agree with the graph. It
// goes by the graph's present state and asks again after its own write: whoever
// writes last has seen the truth, so events may come in any order.
func (s *Service) OnFollowsChanged(ctx context.Context, ev *eventv1.Event) error {
	edges, err := edgesOf(cmp.Or(ev.GetFollowsChanged(), ev.GetFollowsLoaded()))
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

func edgesOf(ev *eventv1.FollowsChanged) ([]Edge, error) {
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
	edges := make([]Edge, 0, len(ids)/2)
	for pair := range slices.Chunk(ids, 2) {
		edges = append(edges, Edge{Author: pair[1], Reader: pair[0]})
	}
	return edges, nil
}

// standing asks the graph how the edges stand now.
func (s *Service) standing(ctx context.Context, edges []Edge) ([]Edge, error) {
	authors, readers := columns(edges)
	res, err := s.Graph.CheckEdges(ctx, &graphv1.CheckEdgesRequest{FollowerIds: id.Strings(readers), FolloweeIds: id.Strings(authors)})
	if err != nil {
		return nil, err
	}
	now := slices.Clone(edges)
	for i, since := range res.GetSince() {
		now[i].Since = since
	}
	return now, nil
}

// apply deletes the edges that ended and makes the others what the policy wants
// of a new follow. It answers those whose promotion was overtaken by another move.
func (s *Service) apply(ctx context.Context, f force, edges []Edge) (overtaken []Edge, err error) {
	var begun, ended []Edge
	for _, e := range edges {
		if e.Since != 0 {
			begun = append(begun, e)
		} else {
			ended = append(ended, e)
		}
	}
	if len(ended) > 0 {
		if err := s.Store.DeleteEdges(ctx, ended); err != nil {
			return nil, err
		}
	}
	if !f.PushesNew() && len(begun) > 0 {
		return nil, s.Store.AddEdges(ctx, begun)
	}
	for part := range slices.Chunk(begun, movedAtOnce) {
		left, err := s.promote(ctx, part, depth{copies: f.Copies(s.Config.Keep)}, s.Store.PromoteEdges)
		if err != nil {
			return nil, err
		}
		overtaken = append(overtaken, left...)
	}
	return overtaken, nil
}

func changed(before, after []Edge) []Edge {
	var differ []Edge
	for i, e := range after {
		if before[i] != e {
			differ = append(differ, e)
		}
	}
	return differ
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
func (s *Service) promote(ctx context.Context, edges []Edge, d depth, begin beginning) (overtaken []Edge, err error) {
	m := &move{depth: d}
	if m.generation, m.edges, err = begin(ctx, edges); err != nil || len(m.edges) == 0 {
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
	edges      []Edge
	// left are edges that stay promoting, as enough was copied without them.
	left []Edge
	// pushedAfter is for each edge the place after which what is written of its
	// author is complete; versions are its reader's when the copy began.
	pushedAfter []uuid.UUID
	versions    []int64
}

// beginning is step (a), which makes edges promoting and answers which: from its
// return on, fan-outs write to the edges, and reads still pull them.
type beginning func(ctx context.Context, edges []Edge) (generation int64, promoted []Edge, err error)

// settle is step (c): the edges are push, if each is still the one that was
// promoted and its reader's timeline is what was copied into. An edge that fails
// stays promoting, which is correct, and is moved anew.
func (s *Service) settle(ctx context.Context, m *move) (settled int, err error) {
	settled, err = s.Store.SettleEdges(ctx, Settlement{
		Generation: m.generation, Edges: m.edges, PushedAfter: m.pushedAfter, Versions: m.versions, Moment: s.Now(),
	})
	s.counts.moves.Add(int64(settled))
	return settled, err
}

func columns(edges []Edge) (authors, readers []uuid.UUID) {
	authors, readers = make([]uuid.UUID, len(edges)), make([]uuid.UUID, len(edges))
	for i, e := range edges {
		authors[i], readers[i] = e.Author, e.Reader
	}
	return authors, readers
}

func unique(ids []uuid.UUID) []uuid.UUID {
	sorted := slices.Clone(ids)
	slices.SortFunc(sorted, compare)
	return slices.Compact(sorted)
}
