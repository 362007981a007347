package redisboard

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/throng-social/throng/internal/campaign/board"
	"github.com/throng-social/throng/internal/redis"
)

const (
	// part is how many members are loaded by one command, which keeps others waiting
	// for a millisecond or two.
	part = 1000
	// partsAtOnce makes one part ready while Redis takes another.
	partsAtOnce = 2
	// draftLife is for what is loaded and not yet a board.
	draftLife = time.Minute
)

// Load implements board.Board.
func (b *Boards) Load(ctx context.Context, k board.Key, position int64, entries []board.Entry) error {
	keys := b.keys(k)
	draft := uuid.NewString()
	keys = append(keys, keys[0]+":"+draft, keys[1]+":"+draft)
	if err := b.add(ctx, keys[3], keys[4], entries); err != nil {
		return err
	}
	answer, err := b.client.RunFor(ctx, writeTimeout, put, keys, position, len(entries), life.Milliseconds())
	switch {
	case err != nil:
		return away(err)
	case answer == nil:
		// What was loaded was lost meanwhile, as by a flush.
		return board.ErrAbsent
	}
	return nil
}

// add puts entries into keys that are not a board yet, the last one first: Redis needs
// no search for the place of one that comes before all others, and neighbours come to
// lie beside one another in its memory, where they are read together.
func (b *Boards) add(ctx context.Context, order, bySubject string, entries []board.Entry) error {
	slices.SortFunc(entries, func(x, y board.Entry) int { return board.Compare(y, x) })
	parts, going := errgroup.WithContext(ctx)
	parts.SetLimit(partsAtOnce)
	for some := range slices.Chunk(entries, part) {
		parts.Go(func() error {
			if err := going.Err(); err != nil {
				return err
			}
			if err := b.client.Send(ctx, writeTimeout, additions(order, bySubject, some)...); err != nil {
				return away(err)
			}
			return nil
		})
	}
	return parts.Wait()
}

// additions are the commands that add entries, and keep what is there alive.
func additions(order, bySubject string, some []board.Entry) []redis.Command {
	placed := append(make(redis.Command, 0, 2+2*len(some)), "ZADD", order)
	named := append(make(redis.Command, 0, 2+2*len(some)), "HSET", bySubject)
	for _, e := range some {
		m := member(e)
		placed = append(placed, "0", m)
		named = append(named, subjectOf(m), m)
	}
	return []redis.Command{
		placed,
		named,
		{"PEXPIRE", order, draftLife.Milliseconds()},
		{"PEXPIRE", bySubject, draftLife.Milliseconds()},
	}
}
