package timeline

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/queue"
)

// moveLease is how long a mover has for one reader before another may begin.
const moveLease = 30 * time.Second

// wakeIfCold starts a move that lowers the horizon of a reader whose written
// entries ended within the pages that people look at. A read that fails to do so
// is no failed read: the next one tries again.
func (s *Service) wakeIfCold(ctx context.Context, r request, sk skeleton) {
	if !sk.cold || len(sk.entries) == 0 {
		return
	}
	task := queue.Task{Topic: topicMove, Queue: queue.Moves, Message: &timelinev1.MoveReader{ReaderId: r.viewer.String()}}
	err := s.Store.LeaseColdReader(ctx, r.viewer, s.inForce(ctx).Copies(s.Config.Keep)/2, moveLease, task)
	if err != nil {
		s.Log.WarnContext(ctx, "cannot start to fill a timeline", slog.String("reader", r.viewer.String()), slog.Any("error", err))
	}
}

// moveReader moves a reader's edges to where the policy wants them: along with
// his horizon where that is up, else each by itself.
func (s *Service) moveReader(ctx context.Context, task *timelinev1.MoveReader) error {
	ids, err := id.ParseAll("move_reader", []string{task.GetReaderId(), task.GetPageEndId()})
	if err != nil {
		return err
	}
	reader := ids[0]
	rate, err := s.Store.FindReaderRate(ctx, reader)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	f := s.inForce(ctx)
	wanted, err := s.wanted(ctx, f, reader, rate)
	if err != nil {
		return err
	}
	if rate.Horizon != uuid.Nil {
		return s.wake(ctx, reader, authorsOfEdges(wanted.all), f.Copies(s.Config.Keep))
	}
	d := depth{copies: f.Copies(s.Config.Keep), floor: ids[1]}
	if !f.Reviews() {
		d.floor = uuid.Nil
	}
	return s.promoteAll(ctx, wanted.unpushed, d)
}

// promoteAll promotes edges, some at once, and those again that others moved
// meanwhile.
func (s *Service) promoteAll(ctx context.Context, edges []Edge, d depth) error {
	if len(edges) <= movedAtOnce {
		return s.promoteAgain(ctx, edges, d)
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(movesAtOnce)
	for part := range slices.Chunk(edges, movedAtOnce) {
		g.Go(func() error { return s.promoteAgain(ctx, part, d) })
	}
	return g.Wait()
}

// promoteAgain goes on as long as fewer edges are left each time, and for some
// rounds where they are not.
func (s *Service) promoteAgain(ctx context.Context, edges []Edge, d depth) error {
	for round := 0; len(edges) > 0 && round < rounds; {
		left, err := s.promote(ctx, edges, d, s.Store.PromoteKnownEdges)
		if err != nil {
			return err
		}
		if len(left) == len(edges) {
			round++
		}
		edges = left
	}
	return nil
}

// wake lowers a reader's horizon so that what the policy copies is above it: the
// edges that it wants promoting, all others pull, then a copy from the primary,
// then one commit that sets horizon and edges, if nothing came in between.
func (s *Service) wake(ctx context.Context, reader uuid.UUID, authors []uuid.UUID, copies int) error {
	w, err := s.beginWake(ctx, reader, authors)
	if err != nil {
		return err
	}
	if err := s.copyMerged(ctx, w, copies); err != nil {
		return err
	}
	return s.settleReader(ctx, w)
}

// waking is a reader whose horizon goes down, with the edges that become push.
type waking struct {
	reader  uuid.UUID
	begun   Wake
	authors []uuid.UUID
	// horizon is where it goes.
	horizon uuid.UUID
}

// beginWake is step (a) for all edges of a reader.
func (s *Service) beginWake(ctx context.Context, reader uuid.UUID, authors []uuid.UUID) (*waking, error) {
	begun, err := s.Store.BeginWake(ctx, reader, authors)
	return &waking{reader: reader, begun: begun, authors: begun.Authors}, err
}

// copyMerged is step (b): the newest posts of all authors together, down to one
// horizon.
func (s *Service) copyMerged(ctx context.Context, w *waking, copies int) error {
	if len(w.authors) == 0 {
		return nil
	}
	entries, err := s.primaryLog(ctx, w.authors, copies, 0)
	if err != nil {
		return err
	}
	c := copier{service: s}
	for _, e := range entries {
		if err := c.add(ctx, w.reader, e); err != nil {
			return err
		}
	}
	if len(entries) == copies {
		w.horizon = entries[copies-1].post
	}
	return c.flush(ctx)
}

// settleReader drops the move when it was overtaken; the edges stay promoting,
// and the next read or the next try moves them.
func (s *Service) settleReader(ctx context.Context, w *waking) error {
	settled, err := s.Store.SettleReader(ctx, w.begun, w.horizon, s.Now())
	if err == nil && !settled {
		return errRestless
	}
	return err
}
