package dynamostore

import (
	"context"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/timeline"
	"github.com/throng-social/throng/internal/walk"
)

// Export implements timeline.Transfers: the policy, then those in the registers.
func (s *Store) Export(ctx context.Context, place string, most int) (e timeline.Extract, next string, err error) {
	next, err = walk.Page(ctx, place, most, s.exportPolicy(&e), s.exportAuthors(&e), s.exportReaders(&e))
	return e, next, err
}

func (s *Store) exportPolicy(into *timeline.Extract) walk.List {
	return func(ctx context.Context, _ walk.Key, _ int) (last walk.Key, more bool, err error) {
		p, err := s.FindPolicy(ctx)
		switch {
		case fault.Is(err, fault.NotFound):
			return last, false, nil
		case err == nil:
			into.Policy = &p
		}
		return last, false, err
	}
}

func (s *Store) exportAuthors(into *timeline.Extract) walk.List {
	return func(ctx context.Context, after walk.Key, most int) (last walk.Key, more bool, err error) {
		ids, err := s.registered(ctx, authors, after[0], most)
		if err != nil || len(ids) == 0 {
			return last, false, err
		}
		items, err := s.itemsOf(ctx, ids, authorKey)
		for _, who := range ids {
			i := items[authorKey(who)]
			if i.Has(attrCounted) {
				rates := timeline.AuthorRates{
					Posted: i.Float(attrPosted), Burst: i.Float(attrBurst), CountedAt: timeOf(i, attrCounted), Since: timeOf(i, attrBegan), ReviewedAt: timeOf(i, attrRevised),
				}
				into.Rates = append(into.Rates, timeline.PostingRate{Author: who, AuthorRates: rates})
			}
			if a := authorOf(i); i.Has(attrFlip) {
				into.Epochs = append(into.Epochs, timeline.AuthorEpoch{Author: who, Number: a.epoch, Pulled: a.pulled, FlippedAt: a.flippedAt})
			}
		}
		return walk.Key{ids[len(ids)-1]}, len(ids) == most, err
	}
}

// registered are the ids in a register after one.
func (s *Store) registered(ctx context.Context, register func(int) string, after uuid.UUID, limit int) ([]uuid.UUID, error) {
	items, err := s.register(ctx, register, after, limit)
	ids := make([]uuid.UUID, len(items))
	for i, item := range items {
		ids[i] = idOf(item.Key().SK)
	}
	return ids, err
}

func (s *Store) itemsOf(ctx context.Context, ids []uuid.UUID, key func(uuid.UUID) dynamo.Key) (map[dynamo.Key]dynamo.Item, error) {
	keys := make([]dynamo.Key, len(ids))
	for i, who := range ids {
		keys[i] = key(who)
	}
	return s.db.BatchGet(ctx, dynamo.Primary, dynamo.Timeline, keys)
}

// readersAtOnce is how many readers a page of an export begins with.
const readersAtOnce = atOnce * atOnce

// exportReaders goes from reader to reader, with the edges of each. The key is a reader
// and the last of his authors, or no author where his edges are done.
func (s *Store) exportReaders(into *timeline.Extract) walk.List {
	return func(ctx context.Context, after walk.Key, most int) (last walk.Key, more bool, err error) {
		ids, err := s.registered(ctx, readers, after[0], readersAtOnce)
		if err != nil {
			return last, false, err
		}
		if after[1] != uuid.Nil {
			ids = append([]uuid.UUID{after[0]}, ids...)
		}
		pages, err := s.partitions(ctx, ids, after[1], most)
		if err != nil {
			return last, false, err
		}
		for i, page := range pages {
			addReader(into, ids[i], page.Items)
			if last = (walk.Key{ids[i], idOf(page.After)}); page.After != "" || len(into.Edges) >= most {
				return last, true, nil
			}
		}
		return last, len(ids) > 0, nil
	}
}

// partitions reads readers and their edges, those of the first after an author, some at
// once and of each at most so many.
func (s *Store) partitions(ctx context.Context, ids []uuid.UUID, first uuid.UUID, most int) ([]dynamo.Page, error) {
	pages := make([]dynamo.Page, len(ids))
	err := each(ctx, len(ids), func(ctx context.Context, i int) (err error) {
		q := dynamo.Query{Table: dynamo.Timeline, PK: following(ids[i]), Limit: most + 1}
		if i == 0 && first != uuid.Nil {
			q.After = first.String()
		}
		pages[i], err = s.db.Query(ctx, dynamo.Primary, q)
		return err
	})
	return pages, err
}

func addReader(into *timeline.Extract, who uuid.UUID, items []dynamo.Item) {
	for _, i := range items {
		if sk := i.Key().SK; sk == self {
			r := readerOf(i, who)
			into.Readers = append(into.Readers, timeline.LookingRate{Reader: who, Views: r.views, ViewedAt: r.viewedAt, Since: r.since})
		} else {
			into.Edges = append(into.Edges, edgeOf(i, idOf(sk), who).Edge)
		}
	}
}

// Totals implements timeline.Transfers, reader by reader.
func (s *Store) Totals(ctx context.Context) (t timeline.Totals, err error) {
	for place, more := "", true; more; more = place != "" {
		var e timeline.Extract
		if e, place, err = s.Export(ctx, place, countedAtOnce); err != nil {
			return t, err
		}
		t.Readers += int64(len(e.Readers))
		t.Edges += int64(len(e.Edges))
		for _, epoch := range e.Epochs {
			if epoch.Pulled {
				t.Pulled++
			}
		}
	}
	return t, nil
}

// countedAtOnce is how many edges a page has that is only counted.
const countedAtOnce = 1000

// Clear implements timeline.Transfers.
func (s *Store) Clear(ctx context.Context) (more bool, err error) {
	s.epochs.forget()
	return s.db.Clear(ctx, dynamo.Timeline)
}
