package dynamostore

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/timeline"
)

// looks bounds how often a page is read anew because its reader was moved or trimmed
// meanwhile; after that everything is pulled.
const looks = 4

var errNotFound = fault.New(fault.NotFound, "not_found", "not found")

// ReadPage implements timeline.Store, in the order that the package comment argues
// for.
func (s *Store) ReadPage(ctx context.Context, who, before uuid.UUID, limit int) (timeline.Snapshot, error) {
	for range looks {
		snap, stands, err := s.readOnce(ctx, who, before, limit)
		if err != nil || stands {
			return snap, err
		}
	}
	return timeline.Snapshot{Horizon: id.Max}, nil
}

// readOnce says whether nothing came in between.
func (s *Store) readOnce(ctx context.Context, who, before uuid.UUID, limit int) (snap timeline.Snapshot, stands bool, err error) {
	r, edges, err := s.follows(ctx, who, ofPages...)
	if err != nil {
		return snap, false, err
	}
	snap.Horizon = r.horizon
	if err := s.readEntries(ctx, &snap, who, before, limit); err != nil {
		return snap, false, err
	}
	again, err := s.db.Get(ctx, dynamo.Primary, dynamo.Timeline, readerKey(who))
	if now := readerOf(again, who); err != nil || now.version != r.version || now.horizon != r.horizon {
		return snap, false, err
	}
	known, err := s.epochs.current(ctx)
	for _, e := range edges {
		if e.pushed(r.settled) && known[e.Author].counts(e.epoch) {
			snap.Pushed, snap.PushedSince, snap.PushedAfter = append(snap.Pushed, e.Author), append(snap.PushedSince, e.Since), append(snap.PushedAfter, e.after)
		}
	}
	return snap, true, err
}

// ofPages are the attributes of readers and edges that decide a page.
var ofPages = []string{attrHorizon, attrVersion, attrSettled, attrMode, attrGeneration, attrEpoch, attrSince, attrAfter}

// follows reads a reader and his edges, ascending by author, with these attributes or
// with all. He comes first, so a wake that settles in between is found by his version.
func (s *Store) follows(ctx context.Context, who uuid.UUID, attributes ...string) (r reader, edges []edge, err error) {
	r.id = who
	for i, err := range s.db.Each(ctx, dynamo.Primary, dynamo.Query{Table: dynamo.Timeline, PK: following(who), Attributes: attributes}) {
		if err != nil {
			return r, nil, err
		}
		if sk := i.Key().SK; sk == self {
			r = readerOf(i, who)
		} else {
			edges = append(edges, edgeOf(i, idOf(sk), who))
		}
	}
	return r, edges, nil
}

// readEntries reads the entries before a place down to the horizon.
func (s *Store) readEntries(ctx context.Context, snap *timeline.Snapshot, who, before uuid.UUID, limit int) error {
	if limit == 0 || compare(before, snap.Horizon) <= 0 {
		return nil
	}
	q := dynamo.Query{Table: dynamo.Timeline, PK: entries(who), From: snap.Horizon.String(), Backwards: true, Limit: limit, Attributes: []string{attrAuthor}}
	if before != id.Max {
		q.After = before.String()
	}
	for i, err := range s.db.Each(ctx, dynamo.Primary, q) {
		if err != nil {
			return err
		}
		snap.PostIDs, snap.AuthorIDs = append(snap.PostIDs, idOf(i.Key().SK)), append(snap.AuthorIDs, idOf(i.Str(attrAuthor)))
		if len(snap.PostIDs) == limit {
			break
		}
	}
	return nil
}

// FindEdge implements timeline.Store.
func (s *Store) FindEdge(ctx context.Context, authorID, readerID uuid.UUID) (timeline.EdgeState, error) {
	items, err := s.db.BatchGet(ctx, dynamo.Primary, dynamo.Timeline, []dynamo.Key{readerKey(readerID), edgeKey(authorID, readerID)})
	if err != nil {
		return timeline.EdgeState{}, err
	}
	i, ok := items[edgeKey(authorID, readerID)]
	if !ok {
		return timeline.EdgeState{}, errNotFound
	}
	known, err := s.epochs.current(ctx)
	e, r, ep := edgeOf(i, authorID, readerID), readerOf(items[readerKey(readerID)], readerID), known[authorID]
	state := timeline.EdgeState{Since: e.Since, Mode: e.mode, PushedAfter: e.after, AuthorPulled: ep.pulled, Horizon: r.horizon}
	switch {
	case !ep.counts(e.epoch):
		state.Mode = timeline.ModePull
	case e.pushed(r.settled):
		state.Mode = timeline.ModePush
	}
	return state, err
}

// FindEntry implements timeline.Store.
func (s *Store) FindEntry(ctx context.Context, who, post uuid.UUID) (time.Time, error) {
	i, err := s.db.Get(ctx, dynamo.Primary, dynamo.Timeline, entryKey(who, post))
	if err == nil && i == nil {
		err = errNotFound
	}
	return timeOf(i, attrWritten), err
}
