package timeline

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/timelinedb"
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/timeline/policy"
)

// OnPostCreated writes a new post into timelines. The post was in its author's
// log before the event was seen, so a reader whose edge this fan-out does not
// find pulls it, or copies it when the edge is promoted.
func (s *Service) OnPostCreated(ctx context.Context, ev *eventv1.Event) error {
	post := ev.GetPostCreated()
	ids, err := id.ParseAll("post_created", []string{post.GetPostId(), post.GetAuthorId()})
	if err != nil {
		return err
	}
	a, err := s.weigh(ctx, s.inForce(ctx), ids[1])
	if err != nil {
		return err
	}
	err = s.live.announcePost(ctx, ids[0], ids[1], a.large)
	if a.pulled {
		return err
	}
	// What could not be announced is tried again with the whole, which then writes
	// nothing twice.
	return errors.Join(err, s.fanOut(ctx, &timelinev1.FanoutPage{PostId: post.GetPostId(), AuthorId: post.GetAuthorId(), LeastViews: a.leastViews}))
}

// fanOut writes pages for one turn; the rest is a message of its own, which
// waits behind those of other authors. A turn that is repeated writes nothing
// twice.
func (s *Service) fanOut(ctx context.Context, task *timelinev1.FanoutPage) error {
	ids, err := id.ParseAll("fanout", []string{task.GetPostId(), task.GetAuthorId(), task.GetAfterReaderId()})
	if err != nil {
		return err
	}
	f := fanout{post: ids[0], author: ids[1], after: ids[2], leastViews: task.GetLeastViews()}
	for began := time.Now(); ; {
		done, err := s.fanOutPage(ctx, &f, time.Since(began) >= s.Config.FanoutTurn)
		if err != nil || done {
			return err
		}
	}
}

// fanout is how far one has come.
type fanout struct {
	post, author, after uuid.UUID
	leastViews          float64
}

// written is what one page did.
type written struct {
	readers, moved int32
	last           uuid.UUID
}

// fanOutPage writes one page. If yield is set and there are more, what follows
// is enqueued in the same transaction and the turn is done. Whoever has the post
// already has it from a turn that is repeated or from a move; then the page is
// written anew with an eye on that.
func (s *Service) fanOutPage(ctx context.Context, f *fanout, yield bool) (done bool, err error) {
	began := time.Now()
	page, done, err := s.writePage(ctx, f, yield, s.freshPage)
	if fault.Is(err, fault.Exists) {
		page, done, err = s.writePage(ctx, f, yield, s.repeatedPage)
	}
	if err != nil {
		return false, err
	}
	pushes := int(page.readers - page.moved)
	s.counts.deliveries.Add(int64(pushes))
	s.counts.moves.Add(int64(page.moved))
	s.costs.measure(costPush, time.Since(began), pushes)
	f.after = page.last
	return done, nil
}

func (s *Service) writePage(ctx context.Context, f *fanout, yield bool, write func(context.Context, postgres.Tx, *fanout) (written, error)) (page written, done bool, err error) {
	err = s.DB.InTx(ctx, func(tx postgres.Tx) error {
		if page, err = write(ctx, tx, f); err != nil {
			return err
		}
		if done = int(page.readers) < s.Config.FanoutPage; done || !yield {
			return nil
		}
		done = true
		next := &timelinev1.FanoutPage{PostId: f.post.String(), AuthorId: f.author.String(), AfterReaderId: page.last.String(), LeastViews: f.leastViews}
		return s.Queue.Enqueue(ctx, tx, queue.Task{Topic: topicFanout, Queue: queue.Fanout, Message: next})
	})
	return page, done, err
}

// freshPage expects that nobody has the post yet.
func (s *Service) freshPage(ctx context.Context, tx postgres.Tx, f *fanout) (written, error) {
	if f.leastViews > 0 {
		return s.reviewedPage(ctx, tx, f)
	}
	row, err := s.q.FanoutFreshPage(ctx, tx, timelinedb.FanoutFreshPageParams(s.pageParams(f)))
	return written{readers: row.Readers, last: row.LastReaderID}, err
}

func (s *Service) repeatedPage(ctx context.Context, tx postgres.Tx, f *fanout) (written, error) {
	row, err := s.q.FanoutPage(ctx, tx, s.pageParams(f))
	return written{readers: row.Readers, last: row.LastReaderID}, err
}

// reviewedPage moves readers to pull to whom it does not pay to push.
func (s *Service) reviewedPage(ctx context.Context, tx postgres.Tx, f *fanout) (written, error) {
	now := s.Now()
	row, err := s.q.FanoutReviewedPage(ctx, tx, timelinedb.FanoutReviewedPageParams{
		AuthorID: f.author, PostID: f.post, AfterReaderID: f.after, PageLimit: int32(s.Config.FanoutPage), //nolint:gosec // a setting of thousands
		LeastViews: f.leastViews, Moment: now, MovedBefore: now.Add(-policy.MoveEvery), DormantBefore: now.Add(-policy.DormantAfter),
	})
	return written{readers: row.Readers, moved: row.Moved, last: row.LastReaderID}, err
}

func (s *Service) pageParams(f *fanout) timelinedb.FanoutPageParams {
	return timelinedb.FanoutPageParams{PostID: f.post, AuthorID: f.author, AfterReaderID: f.after, PageLimit: int32(s.Config.FanoutPage)} //nolint:gosec // a setting of thousands
}
