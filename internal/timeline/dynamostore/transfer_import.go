package dynamostore

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/timeline"
)

// Import implements timeline.Transfers.
func (s *Store) Import(ctx context.Context, e timeline.Extract) error {
	if e.Policy != nil {
		if err := s.importPolicy(ctx, *e.Policy); err != nil {
			return err
		}
	}
	if err := s.importAuthors(ctx, e); err != nil {
		return err
	}
	stamp := s.db.Stamp(ctx)
	writes := make([]dynamo.Write, 0, 2*(len(e.Readers)+len(e.Edges)))
	for _, r := range e.Readers {
		cold := write(readerKey(r.Reader))
		cold.Put = newReader(r.Since, stamp)
		cold.Put[attrHorizon], cold.Put[attrViews], cold.Put[attrViewed] = dynamo.S(id.Max.String()), dynamo.F(r.Views), micros(r.ViewedAt)
		writes = append(writes, registration(readers(shardOf(r.Reader)), r.Reader, stamp), cold)
	}
	for _, e := range e.Edges {
		item := edge{Edge: e, mode: timeline.ModePull, generation: freshGeneration(), movedAt: time.UnixMicro(0)}.item(stamp)
		for _, k := range []dynamo.Key{edgeKey(e.Author, e.Reader), audienceKey(e.Author, e.Reader)} {
			w := write(k)
			w.Put = item
			writes = append(writes, w)
		}
	}
	return s.db.BatchWrite(ctx, dynamo.Timeline, writes)
}

func (s *Store) importPolicy(ctx context.Context, p timeline.StoredPolicy) error {
	w := write(policyItem)
	w.Put = dynamo.Item{
		attrStrategy: dynamo.N(int(p.Strategy)), attrThreshold: dynamo.N(p.Threshold), attrVersion: dynamo.N(p.Version),
		attrSwitched: micros(p.SwitchedAt), "w": s.db.Stamp(ctx).Value(),
	}
	if p.SettledAt != nil {
		w.Put[attrThrough] = micros(*p.SettledAt)
	}
	_, err := s.db.Do(ctx, w)
	return err
}

// importAuthors has every author in the register before anything else of him.
func (s *Store) importAuthors(ctx context.Context, e timeline.Extract) error {
	if err := s.admitAuthors(ctx, authorsIn(e)); err != nil {
		return err
	}
	err := each(ctx, len(e.Rates), func(ctx context.Context, i int) error {
		r := e.Rates[i]
		w := write(authorKey(r.Author))
		w.Update = "SET po = :po, bu = :bu, ca = :ca, si = :si, rv = :rv"
		w.Values = dynamo.Item{
			":po": dynamo.F(r.Posted), ":bu": dynamo.F(r.Burst), ":ca": micros(r.CountedAt), ":si": micros(r.Since), ":rv": micros(r.ReviewedAt),
		}
		_, err := s.db.Do(ctx, w)
		return err
	})
	for _, epoch := range e.Epochs {
		if err == nil {
			err = s.importEpoch(ctx, epoch)
		}
	}
	return err
}

func authorsIn(e timeline.Extract) []uuid.UUID {
	found := map[uuid.UUID]bool{}
	for _, r := range e.Rates {
		found[r.Author] = true
	}
	for _, x := range e.Epochs {
		found[x.Author] = true
	}
	for _, f := range e.Edges {
		found[f.Author] = true
	}
	return slices.Collect(maps.Keys(found))
}

// admitAuthors registers those who are not. As nobody else writes, whoever has no item
// gets one with many others.
func (s *Store) admitAuthors(ctx context.Context, ids []uuid.UUID) error {
	items, err := s.itemsOf(ctx, ids, authorKey)
	if err != nil {
		return err
	}
	stamp := s.db.Stamp(ctx)
	var register, fresh, known []dynamo.Write
	for _, who := range ids {
		w, old := write(authorKey(who)), items[authorKey(who)]
		if old.Bool(attrRegistered) {
			continue
		}
		register = append(register, registration(authors(shardOf(who)), who, stamp))
		if old == nil {
			w.Put = dynamo.Item{attrRegistered: dynamo.Bool(true), "w": stamp.Value()}
			fresh = append(fresh, w)
			continue
		}
		w.Update, w.Values = "SET r = :t, w = :w", dynamo.Item{":t": dynamo.Bool(true), ":w": stamp.Value()}
		known = append(known, w)
	}
	if err := s.db.BatchWrite(ctx, dynamo.Timeline, register); err != nil {
		return err
	}
	if err := s.db.BatchWrite(ctx, dynamo.Timeline, fresh); err != nil {
		return err
	}
	return each(ctx, len(known), func(ctx context.Context, i int) error {
		_, err := s.db.Do(ctx, known[i])
		return err
	})
}

// importEpoch is a flip to an epoch that is given, unless that is the present one.
func (s *Store) importEpoch(ctx context.Context, e timeline.AuthorEpoch) error {
	return again(ctx, func() (bool, error) {
		count := dynamo.Key{PK: flips, SK: self}
		items, err := s.db.BatchGet(ctx, dynamo.Primary, dynamo.Timeline, []dynamo.Key{authorKey(e.Author), count})
		if err != nil {
			return false, err
		}
		old, next := items[authorKey(e.Author)], author{epoch: e.Number, pulled: e.Pulled, flippedAt: e.FlippedAt}
		if was := authorOf(old); old.Has(attrFlip) && was.epoch == next.epoch && was.pulled == next.pulled {
			return true, nil
		}
		if err = s.flip(ctx, e.Author, old, items[count], next); unmet(err) {
			return false, nil
		}
		return err == nil, err
	})
}
