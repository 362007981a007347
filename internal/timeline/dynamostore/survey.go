package dynamostore

import (
	"context"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/timeline"
)

// A walk goes through a register and, for each who is in it, through his partition.

// ListEdgesByAuthor implements timeline.Store.
func (s *Store) ListEdgesByAuthor(ctx context.Context, after timeline.Edge, limit int) ([]timeline.SurveyedEdge, error) {
	var edges []timeline.SurveyedEdge
	keys := []dynamo.Key{}
	err := s.walk(ctx, authors, followers, after.Author, after.Reader, limit, func(author, reader uuid.UUID, i dynamo.Item) {
		e := edgeOf(i, author, reader)
		edges = append(edges, timeline.SurveyedEdge{Edge: e.Edge, Mode: e.mode})
		keys = append(keys, authorKey(author))
	})
	if err != nil {
		return nil, err
	}
	items, err := s.db.BatchGet(ctx, dynamo.Primary, dynamo.Timeline, keys, attrPulled)
	for i, k := range keys {
		edges[i].AuthorPulled = items[k].Bool(attrPulled)
	}
	return edges, err
}

// ListEdgesByReader implements timeline.Store.
func (s *Store) ListEdgesByReader(ctx context.Context, after timeline.Edge, limit int) ([]timeline.Edge, error) {
	var edges []timeline.Edge
	err := s.walk(ctx, readers, following, after.Reader, after.Author, limit, func(reader, author uuid.UUID, i dynamo.Item) {
		edges = append(edges, edgeOf(i, author, reader).Edge)
	})
	return edges, err
}

type visit func(outer, inner uuid.UUID, i dynamo.Item)

// walk visits the next edges after one.
func (s *Store) walk(ctx context.Context, register func(int) string, partition func(uuid.UUID) string, outer, inner uuid.UUID, limit int, see visit) error {
	left := limit
	if outer != uuid.Nil {
		if err := s.visit(ctx, partition(outer), outer, inner, &left, see); err != nil {
			return err
		}
	}
	for left > 0 {
		next, err := s.register(ctx, register, outer, min(left, atOnce*atOnce))
		if err != nil || len(next) == 0 {
			return err
		}
		for _, i := range next {
			outer = idOf(i.Key().SK)
			if err := s.visit(ctx, partition(outer), outer, uuid.Nil, &left, see); err != nil || left == 0 {
				return err
			}
		}
	}
	return nil
}

// visit goes through the edges of one.
func (s *Store) visit(ctx context.Context, pk string, outer, inner uuid.UUID, left *int, see visit) error {
	q := dynamo.Query{Table: dynamo.Timeline, PK: pk, After: self, Limit: *left}
	if inner != uuid.Nil {
		q.After = inner.String()
	}
	for i, err := range s.db.Each(ctx, dynamo.Primary, q) {
		if err != nil {
			return err
		}
		see(outer, idOf(i.Key().SK), i)
		if *left--; *left == 0 {
			return nil
		}
	}
	return nil
}

// CountEdges implements timeline.Store, reader by reader: for operators.
func (s *Store) CountEdges(ctx context.Context) (push, all int64, err error) {
	known, err := s.epochs.latest(ctx)
	for after := uuid.Nil; err == nil; {
		var next []dynamo.Item
		if next, err = s.register(ctx, readers, after, atOnce*atOnce); err != nil || len(next) == 0 {
			return push, all, err
		}
		for _, i := range next {
			after = idOf(i.Key().SK)
			r, edges, err := s.follows(ctx, after)
			if err != nil {
				return push, all, err
			}
			all += int64(len(edges))
			for _, e := range edges {
				if e.pushed(r.settled) && known[e.Author].counts(e.epoch) {
					push++
				}
			}
		}
	}
	return push, all, err
}
