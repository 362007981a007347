package timeline

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/timelinedb"
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/queue"
)

// OnPostCreated writes a new post into timelines. The post was in its author's
// log before the event was seen, so a reader whose edge this fan-out does not
// find pulls it, or copies it when the edge is promoted.
func (s *Service) OnPostCreated(ctx context.Context, ev *eventv1.Event) error {
	post := ev.GetPostCreated()
	return s.fanOut(ctx, &timelinev1.FanoutPage{PostId: post.GetPostId(), AuthorId: post.GetAuthorId()})
}

// fanOut writes pages for one turn; the rest is a message of its own, which
// waits behind those of other authors. A turn that is repeated writes nothing
// twice.
func (s *Service) fanOut(ctx context.Context, task *timelinev1.FanoutPage) error {
	ids, err := id.ParseAll("fanout", []string{task.GetPostId(), task.GetAuthorId(), task.GetAfterReaderId()})
	if err != nil {
		return err
	}
	began, after := time.Now(), ids[2]
	for {
		last, done, err := s.fanOutPage(ctx, ids[0], ids[1], after, time.Since(began) >= s.Config.FanoutTurn)
		if err != nil || done {
			return err
		}
		after = last
	}
}

// fanOutPage writes one page. If yield is set and there are more, what follows
// is enqueued in the same transaction and the turn is done. Whoever has the post
// already has it from a turn that is repeated or from a move; then the page is
// written anew with an eye on that.
func (s *Service) fanOutPage(ctx context.Context, post, author, after uuid.UUID, yield bool) (last uuid.UUID, done bool, err error) {
	p := timelinedb.FanoutPageParams{PostID: post, AuthorID: author, AfterReaderID: after, PageLimit: int32(s.Config.FanoutPage)} //nolint:gosec // a setting of thousands
	write := func(tx postgres.Tx) (timelinedb.FanoutPageRow, error) {
		row, err := s.q.FanoutFreshPage(ctx, tx, timelinedb.FanoutFreshPageParams(p))
		return timelinedb.FanoutPageRow(row), err
	}
	last, done, err = s.writePage(ctx, p, yield, write)
	if fault.Is(err, fault.Exists) {
		write = func(tx postgres.Tx) (timelinedb.FanoutPageRow, error) { return s.q.FanoutPage(ctx, tx, p) }
		last, done, err = s.writePage(ctx, p, yield, write)
	}
	return last, done, err
}

func (s *Service) writePage(ctx context.Context, p timelinedb.FanoutPageParams, yield bool, write func(postgres.Tx) (timelinedb.FanoutPageRow, error)) (last uuid.UUID, done bool, err error) {
	err = s.DB.InTx(ctx, func(tx postgres.Tx) error {
		row, err := write(tx)
		if err != nil {
			return err
		}
		last, done = row.LastReaderID, row.Readers < p.PageLimit
		if done || !yield {
			return nil
		}
		done = true
		next := &timelinev1.FanoutPage{PostId: p.PostID.String(), AuthorId: p.AuthorID.String(), AfterReaderId: last.String()}
		return s.Queue.Enqueue(ctx, tx, queue.Task{Topic: topicFanout, Queue: queue.Fanout, Message: next})
	})
	return last, done, err
}
