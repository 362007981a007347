package dynamostore

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/queue/outbox"
	"github.com/throng-social/throng/internal/timeline"
	"github.com/throng-social/throng/internal/timeline/policy"
)

// CountPost implements timeline.Store. A decaying count is no sum, so it is read, and
// written if nobody else counted meanwhile.
func (s *Store) CountPost(ctx context.Context, id uuid.UUID, moment time.Time) (rates timeline.AuthorRates, err error) {
	err = again(ctx, func() (bool, error) {
		old, err := s.db.Get(ctx, dynamo.Primary, dynamo.Timeline, authorKey(id))
		if err != nil {
			return false, err
		}
		rates = counted(old, moment)
		w := write(authorKey(id))
		w.Update = "SET po = :po, bu = :bu, ca = :ca, si = :si"
		w.Values = dynamo.Item{":po": dynamo.F(rates.Posted), ":bu": dynamo.F(rates.Burst), ":ca": micros(rates.CountedAt), ":si": micros(rates.Since)}
		return s.ifUncounted(ctx, w, old, attrPosted)
	})
	return rates, err
}

func counted(old dynamo.Item, moment time.Time) timeline.AuthorRates {
	posted := policy.Counter{Count: old.Float(attrPosted), At: timeOf(old, attrCounted)}
	burst := policy.Counter{Count: old.Float(attrBurst), At: posted.At}
	if old.Has(attrCounted) {
		posted.Since = timeOf(old, attrBegan)
	}
	posted = posted.Add(moment, 1, policy.Memory.Seconds())
	return timeline.AuthorRates{
		Posted: posted.Count, Burst: burst.Add(moment, 1, policy.BurstMemory.Seconds()).Count, CountedAt: moment, Since: posted.Since,
		ReviewedAt: timeOf(old, attrRevised),
	}
}

// ifUncounted makes an update if a count is what it was. What stands there already is
// done: its answer was lost.
func (s *Store) ifUncounted(ctx context.Context, w dynamo.Write, old dynamo.Item, attr string) (done bool, err error) {
	w.If = "attribute_not_exists(" + attr + ")"
	if old.Has(attr) {
		w.If, w.Values[":old"] = attr+" = :old", old[attr]
	}
	_, err = s.db.Do(ctx, w)
	u := dynamo.AsUnmet(err)
	if u == nil {
		return err == nil, err
	}
	return u.Items[0].Float(attr) == (dynamo.Item{attr: w.Values[":"+attr]}).Float(attr), nil
}

// MarkAuthorReviewed implements timeline.Store.
func (s *Store) MarkAuthorReviewed(ctx context.Context, id uuid.UUID, moment time.Time) error {
	w := write(authorKey(id))
	w.Update, w.Values = "SET rv = :m", dynamo.Item{":m": micros(moment)}
	_, err := s.db.Do(ctx, w)
	return err
}

// CountViews implements timeline.Store.
func (s *Store) CountViews(ctx context.Context, v timeline.Views, due func(uuid.UUID) queue.Task) error {
	return each(ctx, len(v.Readers), func(ctx context.Context, i int) error {
		return again(ctx, func() (bool, error) { return s.countViews(ctx, v, i, due) })
	})
}

func (s *Store) countViews(ctx context.Context, v timeline.Views, i int, due func(uuid.UUID) queue.Task) (done bool, err error) {
	key := readerKey(v.Readers[i])
	old, err := s.db.Get(ctx, dynamo.Primary, dynamo.Timeline, key)
	if err != nil || old == nil {
		return true, err
	}
	r := readerOf(old, v.Readers[i])
	views := policy.Counter{Count: r.views, At: r.viewedAt}.Add(v.Moment, v.Views[i], policy.Memory.Seconds())
	w := write(key)
	w.Update, w.Values = "SET vi = :vi, va = :va", dynamo.Item{":vi": dynamo.F(views.Count), ":va": micros(v.Moment)}
	if r.reviewed.After(v.ReviewedBefore) {
		return s.ifUncounted(ctx, w, old, attrViews)
	}
	message, err := outbox.Task(ctx, due(v.Readers[i]))
	if err != nil {
		return false, err
	}
	w.Update += ", ra = :va"
	w.If, w.Values[":old"], w.Values[":reviewed"] = "vi = :old AND ra = :reviewed", old[attrViews], old[attrReviewed]
	if err = s.db.Transact(ctx, w, message); unmet(err) {
		return false, nil
	}
	return err == nil, err
}

// FindReaderRate implements timeline.Store.
func (s *Store) FindReaderRate(ctx context.Context, who uuid.UUID) (timeline.ReaderRate, error) {
	i, err := s.db.Get(ctx, dynamo.Primary, dynamo.Timeline, readerKey(who))
	if err == nil && i == nil {
		err = errNotFound
	}
	r := readerOf(i, who)
	return timeline.ReaderRate{Views: r.views, ViewedAt: r.viewedAt, Since: r.since, Horizon: r.horizon}, err
}

// ListReaderEdges implements timeline.Store.
func (s *Store) ListReaderEdges(ctx context.Context, who uuid.UUID, limit int) ([]timeline.ReaderEdge, error) {
	r, edges, err := s.follows(ctx, who)
	if err != nil {
		return nil, err
	}
	edges = edges[:min(limit, len(edges))]
	keys := make([]dynamo.Key, len(edges))
	for i, e := range edges {
		keys[i] = authorKey(e.Author)
	}
	items, err := s.db.BatchGet(ctx, dynamo.Reader, dynamo.Timeline, keys)
	listed := make([]timeline.ReaderEdge, len(edges))
	for i, e := range edges {
		item := items[keys[i]]
		a := authorOf(item)
		listed[i] = timeline.ReaderEdge{
			AuthorID: e.Author, Since: e.Since, Pushed: e.pushed(r.settled) && e.epoch == a.epoch, AuthorPulled: a.pulled, MovedAt: e.movedAt,
			Posted: item.Float(attrPosted), CountedAt: timeOf(item, attrCounted), PostingSince: timeOf(item, attrBegan),
		}
	}
	return listed, err
}
