package dynamostore

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/timeline"
)

// attrTrimmed is, in the register, when a reader's entries were counted last.
const attrTrimmed = "t"

// ListReadersToTrim implements timeline.Store. To count entries is to read them, so it
// passes over readers whose were counted lately.
func (s *Store) ListReadersToTrim(ctx context.Context, after uuid.UUID, keep, limit int) (found []timeline.ReaderToTrim, next uuid.UUID, err error) {
	listed, err := s.register(ctx, readers, after, limit)
	if err != nil {
		return nil, uuid.Nil, err
	}
	if len(listed) == limit {
		next = idOf(listed[limit-1].Key().SK)
	}
	now := time.Now()
	for _, i := range listed {
		if now.Sub(timeOf(i, attrTrimmed)) > s.config.TrimEvery {
			found = append(found, timeline.ReaderToTrim{Reader: idOf(i.Key().SK)})
		}
	}
	err = each(ctx, len(found), func(ctx context.Context, i int) error { return s.surplus(ctx, &found[i], keep) })
	if err != nil {
		return nil, uuid.Nil, err
	}
	return found, next, s.markTrimmed(ctx, found, now)
}

// surplus finds the last entry that the reader is to keep.
func (s *Store) surplus(ctx context.Context, r *timeline.ReaderToTrim, keep int) error {
	i, err := s.db.Get(ctx, dynamo.Reader, dynamo.Timeline, readerKey(r.Reader))
	if err != nil {
		return err
	}
	r.Horizon = readerOf(i, r.Reader).horizon
	n := 0
	q := dynamo.Query{Table: dynamo.Timeline, PK: entries(r.Reader), Backwards: true, Limit: keep, Attributes: []string{attrAuthor}}
	for i, err := range s.db.Each(ctx, dynamo.Reader, q) {
		if err != nil {
			return err
		}
		if n++; n == keep {
			r.Surplus = idOf(i.Key().SK)
			break
		}
	}
	return nil
}

func (s *Store) markTrimmed(ctx context.Context, found []timeline.ReaderToTrim, now time.Time) error {
	stamp := s.db.Stamp(ctx)
	writes := make([]dynamo.Write, len(found))
	for i, r := range found {
		writes[i] = registration(readers(shardOf(r.Reader)), r.Reader, stamp)
		writes[i].Put[attrTrimmed] = micros(now)
	}
	return s.db.BatchWrite(ctx, dynamo.Timeline, writes)
}

// register answers the next who are registered after one, shard after shard.
func (s *Store) register(ctx context.Context, partition func(shard int) string, after uuid.UUID, limit int) ([]dynamo.Item, error) {
	var listed []dynamo.Item
	first, place := 0, ""
	if after != uuid.Nil {
		first, place = shardOf(after), after.String()
	}
	for shard := first; shard < shards; shard++ {
		q := dynamo.Query{Table: dynamo.Timeline, PK: partition(shard), After: place, Limit: limit}
		for i, err := range s.db.Each(ctx, dynamo.Primary, q) {
			if err != nil {
				return nil, err
			}
			if listed = append(listed, i); len(listed) == limit {
				return listed, nil
			}
		}
		place = ""
	}
	return listed, nil
}
