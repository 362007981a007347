package timeline

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/id"
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
	if a.unread {
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

// fanOutPage writes one page. If yield is set and there are more, what follows
// is enqueued along with it and the turn is done.
func (s *Service) fanOutPage(ctx context.Context, f *fanout, yield bool) (done bool, err error) {
	began := time.Now()
	var next func(uuid.UUID) queue.Task
	if yield {
		next = f.rest
	}
	page, err := s.Store.WriteFanoutPage(ctx, s.stretchOf(f), next)
	if err != nil {
		return false, err
	}
	pushes := page.Readers - page.Moved
	s.counts.deliveries.Add(int64(pushes))
	s.counts.moves.Add(int64(page.Moved))
	s.costs.measure(costPush, time.Since(began), pushes)
	f.after = page.Last
	return yield || !page.More, nil
}

// rest is the message that goes on after a reader.
func (f *fanout) rest(last uuid.UUID) queue.Task {
	next := &timelinev1.FanoutPage{PostId: f.post.String(), AuthorId: f.author.String(), AfterReaderId: last.String(), LeastViews: f.leastViews}
	return queue.Task{Topic: topicFanout, Queue: queue.Fanout, Message: next}
}

// stretchOf is the next page, on which readers are moved to pull to whom it does
// not pay to push.
func (s *Service) stretchOf(f *fanout) FanoutPage {
	p := FanoutPage{Post: f.post, Author: f.author, AfterReader: f.after, Limit: s.Config.FanoutPage}
	if f.leastViews > 0 {
		now := s.Now()
		p.Review = &Review{LeastViews: f.leastViews, Moment: now, MovedBefore: now.Add(-policy.MoveEvery), DormantBefore: now.Add(-policy.DormantAfter)}
	}
	return p
}
