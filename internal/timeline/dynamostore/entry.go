package dynamostore

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/timeline"
)

// deletedAtOnce is how many entries one transaction deletes, with the reader's version.
const deletedAtOnce = 90

var maxID = id.Max

// FindReaders implements timeline.Store.
func (s *Store) FindReaders(ctx context.Context, ids []uuid.UUID) ([]timeline.ReaderState, error) {
	keys := make([]dynamo.Key, len(ids))
	for i, u := range ids {
		keys[i] = readerKey(u)
	}
	items, err := s.db.BatchGet(ctx, dynamo.Primary, dynamo.Timeline, keys, attrHorizon, attrVersion)
	states := make([]timeline.ReaderState, 0, len(ids))
	for i, u := range ids {
		if item, ok := items[keys[i]]; ok {
			r := readerOf(item, u)
			states = append(states, timeline.ReaderState{ReaderID: u, Horizon: r.horizon, Version: r.version})
		}
	}
	return states, err
}

// CopyEntries implements timeline.Store.
func (s *Store) CopyEntries(ctx context.Context, e timeline.EntryRows) (int64, error) {
	now, stamp := micros(time.Now()), s.db.Stamp(ctx).Value()
	writes := make([]dynamo.Write, len(e.PostIDs))
	for i, post := range e.PostIDs {
		writes[i] = write(entryKey(e.ReaderIDs[i], post))
		writes[i].Put = dynamo.Item{attrAuthor: dynamo.S(e.AuthorIDs[i].String()), attrWritten: now, "w": stamp}
	}
	return int64(len(writes)), s.db.BatchWrite(ctx, dynamo.Timeline, writes)
}

// RaiseHorizons implements timeline.Store.
func (s *Store) RaiseHorizons(ctx context.Context, raised []timeline.Raised) error {
	stamp := s.db.Stamp(ctx).Value()
	return each(ctx, len(raised), func(ctx context.Context, i int) error {
		w := write(readerKey(raised[i].Reader))
		w.Update, w.If = "SET h = :h, w = :w", "attribute_exists(pk) AND h < :h"
		w.Values = dynamo.Item{":h": dynamo.S(raised[i].Horizon.String()), ":w": stamp}
		if _, err := s.db.Do(ctx, w); !unmet(err) {
			return err
		}
		return nil
	})
}

// DeleteBelow implements timeline.Store.
func (s *Store) DeleteBelow(ctx context.Context, ids []uuid.UUID) error {
	return each(ctx, len(ids), func(ctx context.Context, i int) error {
		return again(ctx, func() (bool, error) { return s.deleteBelow(ctx, ids[i]) })
	})
}

// deleteBelow goes on until nothing is left, or another changed the reader, whose
// horizon may then be another.
func (s *Store) deleteBelow(ctx context.Context, who uuid.UUID) (done bool, err error) {
	i, err := s.db.Get(ctx, dynamo.Primary, dynamo.Timeline, readerKey(who))
	if err != nil || i == nil {
		return true, err
	}
	for r := readerOf(i, who); ; r.version++ {
		page, err := s.db.Query(ctx, dynamo.Primary, dynamo.Query{Table: dynamo.Timeline, PK: entries(who), To: r.horizon.String(), Limit: deletedAtOnce, Attributes: []string{attrAuthor}})
		if err != nil {
			return false, err
		}
		writes := below(page.Items, r)
		if len(writes) == 0 {
			return true, nil
		}
		count := write(readerKey(who))
		count.Update, count.If = "SET v = v + :one, w = :w", "v = :v"
		count.Values = dynamo.Item{":one": dynamo.N(1), ":v": dynamo.N(r.version), ":w": s.db.Stamp(ctx).Value()}
		if err := s.db.Transact(ctx, append(writes, count)...); err != nil {
			if unmet(err) {
				return false, nil
			}
			return false, err
		}
	}
}

// below deletes the entries that are below the horizon.
func below(items []dynamo.Item, r reader) []dynamo.Write {
	var writes []dynamo.Write
	for _, i := range items {
		if compare(idOf(i.Key().SK), r.horizon) < 0 {
			w := write(i.Key())
			w.Delete = true
			writes = append(writes, w)
		}
	}
	return writes
}

// ForgetReader implements timeline.Store.
func (s *Store) ForgetReader(ctx context.Context, who uuid.UUID) error {
	if err := s.RaiseHorizons(ctx, []timeline.Raised{{Reader: who, Horizon: maxID}}); err != nil {
		return err
	}
	_, edges, err := s.follows(ctx, who)
	if err != nil {
		return err
	}
	list := make([]timeline.Edge, len(edges))
	for i, e := range edges {
		list[i] = e.Edge
	}
	return s.DeleteEdges(ctx, list)
}

// DeleteEntries implements timeline.Store.
func (s *Store) DeleteEntries(ctx context.Context, who uuid.UUID, limit int) (int, error) {
	var writes []dynamo.Write
	for i, err := range s.db.Each(ctx, dynamo.Primary, dynamo.Query{Table: dynamo.Timeline, PK: entries(who), Limit: limit, Attributes: []string{attrAuthor}}) {
		if err != nil {
			return 0, err
		}
		w := write(i.Key())
		w.Delete = true
		if writes = append(writes, w); len(writes) == limit {
			break
		}
	}
	return len(writes), s.db.BatchWrite(ctx, dynamo.Timeline, writes)
}
