package dynamostore

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/timeline"
	"github.com/throng-social/throng/internal/timeline/policy"
)

// staleDemotion is from when on a demotion counts as left half done by whoever began
// it.
const staleDemotion = time.Minute

// part is how many edges are read while those before are written to.
const part = 1000

// WriteFanoutPage implements timeline.Store. The author is read before the edges: an edge
// that is promoted in a later epoch than his was copied after the post was stored.
func (s *Store) WriteFanoutPage(ctx context.Context, p timeline.FanoutPage, next func(uuid.UUID) queue.Task) (timeline.WrittenPage, error) {
	a, err := s.author(ctx, p.Author)
	if err != nil || a.pulled && !s.lingers(a) {
		return timeline.WrittenPage{Last: p.AfterReader}, err
	}
	done, err := s.writeParts(ctx, p, a)
	if err == nil && done.More && next != nil {
		err = s.Enqueue(ctx, next(done.Last))
	}
	return done, err
}

// writeParts reads edges and writes to their readers, both at once.
func (s *Store) writeParts(ctx context.Context, p timeline.FanoutPage, a author) (done timeline.WrittenPage, err error) {
	q := dynamo.Query{Table: dynamo.Timeline, PK: followers(p.Author), Attributes: []string{attrMode, attrEpoch, attrMoved}}
	if done.Last = p.AfterReader; done.Last != uuid.Nil {
		q.After = done.Last.String()
	}
	writes, wctx := errgroup.WithContext(ctx)
	writes.SetLimit(1)
	for left := p.Limit; left > 0; {
		q.Limit = min(left, part)
		page, err := s.db.Query(ctx, dynamo.Primary, q)
		if err != nil {
			return done, errors.Join(err, writes.Wait())
		}
		owed := s.owed(a, p.Author, page.Items)
		done.Readers += len(owed)
		owed, moved, err := s.review(ctx, p, owed)
		if err != nil {
			return done, errors.Join(err, writes.Wait())
		}
		done.Moved += moved
		writes.Go(func() error { return s.deliver(wctx, p, owed) })
		if done.More = page.After != ""; !done.More {
			break
		}
		done.Last, q.After, left = idOf(page.After), page.After, left-len(page.Items)
	}
	return done, writes.Wait()
}

// owed are the edges that are to be written to: all that are not pull, in the author's
// present epoch or, while a flip lingers, in any.
func (s *Store) owed(a author, author uuid.UUID, items []dynamo.Item) []*edge {
	var owed []*edge
	lingers := s.lingers(a)
	for _, i := range items {
		e := edgeOf(i, author, idOf(i.Key().SK))
		if e.mode != timeline.ModePull && (lingers || e.epoch == a.epoch) {
			owed = append(owed, &e)
		}
	}
	return owed
}

// review moves those to pull to whom it does not pay to push, and answers the others.
func (s *Store) review(ctx context.Context, p timeline.FanoutPage, owed []*edge) (left []*edge, moved int, err error) {
	if p.Review == nil {
		return owed, 0, nil
	}
	rare, err := s.rare(ctx, *p.Review, owed)
	if err != nil {
		return nil, 0, err
	}
	var pulled []timeline.Edge
	for _, e := range owed {
		if rare[e.Reader] {
			pulled = append(pulled, e.Edge)
		} else {
			left = append(left, e)
		}
	}
	_, err = s.DemoteEdges(ctx, pulled, p.Review.Moment)
	return left, len(pulled), err
}

// rare are the readers whom a review moves.
func (s *Store) rare(ctx context.Context, r timeline.Review, owed []*edge) (map[uuid.UUID]bool, error) {
	var keys []dynamo.Key
	for _, e := range owed {
		if !e.movedAt.After(r.MovedBefore) && e.mode != timeline.ModeDemoting {
			keys = append(keys, readerKey(e.Reader))
		}
	}
	items, err := s.db.BatchGet(ctx, dynamo.Primary, dynamo.Timeline, keys, attrViews, attrViewed, attrBegan)
	rare := map[uuid.UUID]bool{}
	for _, e := range owed {
		i, ok := items[readerKey(e.Reader)]
		if !ok {
			continue
		}
		c := policy.Counter{Count: i.Float(attrViews), At: timeOf(i, attrViewed), Since: timeOf(i, attrBegan)}
		if c.At.Before(r.DormantBefore) || c.Rate(r.Moment) < r.LeastViews {
			rare[e.Reader] = true
		}
	}
	return rare, err
}

// deliver writes to readers, and then brings the demotions to their end among them
// that were left half done.
func (s *Store) deliver(ctx context.Context, p timeline.FanoutPage, owed []*edge) error {
	var rows timeline.EntryRows
	var stale []timeline.Edge
	for _, e := range owed {
		rows.ReaderIDs, rows.PostIDs, rows.AuthorIDs = append(rows.ReaderIDs, e.Reader), append(rows.PostIDs, p.Post), append(rows.AuthorIDs, p.Author)
		if e.mode == timeline.ModeDemoting && time.Since(e.movedAt) > staleDemotion {
			stale = append(stale, e.Edge)
		}
	}
	if _, err := s.CopyEntries(ctx, rows); err != nil || len(stale) == 0 {
		return err
	}
	k, err := s.look(ctx, stale)
	if err != nil {
		return err
	}
	var demoting []*edge
	for _, e := range k.edges {
		if e.mode == timeline.ModeDemoting {
			demoting = append(demoting, e)
		}
	}
	return s.finish(ctx, demoting)
}
