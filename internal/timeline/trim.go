package timeline

import (
	"context"
	"time"

	"github.com/google/uuid"

	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/queue"
)

const (
	trimmedAtOnce = 500
	trimTurn      = 2 * time.Second
	deletedAtOnce = 5000
)

// trim cuts written timelines down to Keep entries, for one turn; what is left is
// a message of its own.
func (s *Service) trim(ctx context.Context, task *timelinev1.TrimReaders) error {
	after, err := id.Parse("after_reader_id", task.GetAfterReaderId())
	if err != nil {
		return err
	}
	for began := time.Now(); time.Since(began) < trimTurn; {
		last, done, err := s.trimPage(ctx, after)
		if err != nil || done {
			return err
		}
		after = last
	}
	next := queue.Task{Topic: topicTrim, Queue: queue.Upkeep, Message: &timelinev1.TrimReaders{AfterReaderId: after.String()}}
	return s.Store.Enqueue(ctx, next)
}

// trimPage raises horizons, commits, and only then deletes what is below them.
func (s *Service) trimPage(ctx context.Context, after uuid.UUID) (last uuid.UUID, done bool, err error) {
	readers, next, err := s.Store.ListReadersToTrim(ctx, after, s.Config.Keep, trimmedAtOnce)
	if err != nil || len(readers) == 0 && next == uuid.Nil {
		return after, true, err
	}
	var raised []Raised
	all := make([]uuid.UUID, len(readers))
	for i, r := range readers {
		all[i] = r.Reader
		if compare(r.Surplus, r.Horizon) > 0 {
			raised = append(raised, Raised{Reader: r.Reader, Horizon: r.Surplus})
		}
	}
	if len(raised) > 0 {
		if err := s.Store.RaiseHorizons(ctx, raised); err != nil {
			return after, false, err
		}
	}
	return next, next == uuid.Nil, s.Store.DeleteBelow(ctx, all)
}

// OnAccountDeleted forgets what was written for a reader. His edges as an author
// go with the follows, which the graph ends.
func (s *Service) OnAccountDeleted(ctx context.Context, ev *eventv1.Event) error {
	reader, err := id.Parse("user_id", ev.GetAccountDeleted().GetUserId())
	if err != nil {
		return err
	}
	err = s.Store.ForgetReader(ctx, reader)
	for n := deletedAtOnce; err == nil && n == deletedAtOnce; {
		n, err = s.Store.DeleteEntries(ctx, reader, deletedAtOnce)
	}
	return err
}
