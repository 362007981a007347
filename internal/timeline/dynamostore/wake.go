package dynamostore

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/queue/outbox"
	"github.com/throng-social/throng/internal/timeline"
)

// A wake is committed by one item, however many edges it has. Its edges are promoting under
// its generation; the commit names the generation in the reader's item, and from then
// on they are push (edge.pushed). It holds on two counts that were read before the
// edges: the version, which whatever deletes entries or lowers the horizon counts on,
// and the settlements of single edges, which each transaction that makes an edge push
// counts on. So no edge is push under the new horizon that was copied down to the old
// one only: those that were push when the wake read the edges it moved itself.

// BeginWake implements timeline.Store.
func (s *Store) BeginWake(ctx context.Context, who uuid.UUID, wanted []uuid.UUID) (timeline.Wake, error) {
	w := timeline.Wake{Reader: who}
	i, err := s.db.Get(ctx, dynamo.Primary, dynamo.Timeline, readerKey(who))
	if err != nil || i == nil {
		return w, err
	}
	r := readerOf(i, who)
	w.Generation, w.Version, w.Settles = freshGeneration(), r.version, r.settles
	wanted = slices.SortedFunc(slices.Values(wanted), compare)
	err = again(ctx, func() (bool, error) {
		w.Authors = w.Authors[:0]
		return s.beginOnce(ctx, &w, wanted)
	})
	return w, err
}

// beginOnce moves all edges that are not yet what the wake makes of them, and says
// whether others changed none meanwhile.
func (s *Store) beginOnce(ctx context.Context, w *timeline.Wake, wanted []uuid.UUID) (done bool, err error) {
	_, edges, err := s.follows(ctx, w.Reader)
	if err != nil {
		return false, err
	}
	// An epoch that has passed since only makes the edge count as pull.
	known, err := s.epochs.current(ctx)
	if err != nil {
		return false, err
	}
	now := time.Now()
	var changes []change
	for i := range edges {
		e := &edges[i]
		_, wants := slices.BinarySearchFunc(wanted, e.Author, compare)
		switch {
		case wants && e.mode == timeline.ModePromoting && e.generation == w.Generation:
			w.Authors = append(w.Authors, e.Author)
		case wants:
			next := e.moved(timeline.ModePromoting, w.Generation)
			next.epoch, next.after, next.movedAt = known[e.Author].number, uuid.Nil, now
			changes = append(changes, change{from: e, to: &next})
		case e.mayBePushed():
			changes = append(changes, change{from: e})
		}
	}
	return s.moveAll(ctx, w, changes, now)
}

func (s *Store) moveAll(ctx context.Context, w *timeline.Wake, changes []change, now time.Time) (done bool, err error) {
	var promoting, pulling []change
	for _, c := range changes {
		if c.to != nil {
			promoting = append(promoting, c)
		} else {
			pulling = append(pulling, c)
		}
	}
	made, err := s.alter(ctx, promoting)
	if err != nil {
		return false, err
	}
	for i, c := range promoting {
		if made[i] {
			w.Authors = append(w.Authors, c.to.Author)
		}
	}
	unmade, err := s.pull(ctx, pulling, now)
	return len(unmade) == 0 && !slices.Contains(made, false), err
}

// SettleReader implements timeline.Store. An answer that was lost may count as a failure;
// then the reader is woken all the same.
func (s *Store) SettleReader(ctx context.Context, w timeline.Wake, horizon uuid.UUID, _ time.Time) (settled bool, err error) {
	commit := write(readerKey(w.Reader))
	commit.Update = "SET h = :h, l = :zero, v = v + :one, sg = :g, w = :w"
	commit.If = "v = :v AND n = :n"
	commit.Values = dynamo.Item{
		":h": dynamo.S(horizon.String()), ":zero": dynamo.N(0), ":one": dynamo.N(1), ":g": dynamo.N(w.Generation),
		":v": dynamo.N(w.Version), ":n": dynamo.N(w.Settles), ":w": s.db.Stamp(ctx).Value(),
	}
	err = s.db.Transact(ctx, commit)
	if unmet(err) {
		return false, nil
	}
	return err == nil, err
}

// LeaseColdReader implements timeline.Store. The lease goes by the clocks of processes;
// two who hold it at once do no harm, as one of their commits fails.
func (s *Store) LeaseColdReader(ctx context.Context, who uuid.UUID, warm int, lease time.Duration, task queue.Task) error {
	i, err := s.db.Get(ctx, dynamo.Primary, dynamo.Timeline, readerKey(who))
	if err != nil || i == nil {
		return err
	}
	r, now := readerOf(i, who), time.Now()
	if r.horizon == uuid.Nil || r.leasedTil.After(now) {
		return nil
	}
	snap := timeline.Snapshot{Horizon: r.horizon}
	if err := s.readEntries(ctx, &snap, who, maxID, warm); err != nil || len(snap.PostIDs) >= warm {
		return err
	}
	message, err := outbox.Task(ctx, task)
	if err != nil {
		return err
	}
	take := write(readerKey(who))
	take.Update, take.If = "SET l = :til", "l = :old"
	take.Values = dynamo.Item{":til": micros(now.Add(lease)), ":old": micros(r.leasedTil)}
	if err := s.db.Transact(ctx, take, message); !unmet(err) {
		return err
	}
	return nil
}
