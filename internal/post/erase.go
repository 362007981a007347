package post

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"

	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/queue"
)

const (
	topicAccountDeleted = "post.account_deleted"
	// erasePage is how many posts or likes the store takes away in one go.
	erasePage = 200
)

// OnAccountDeleted deletes the account's posts and takes its likes back, page by
// page. What its time does not suffice for is left to a message of its own, so
// repeating it is harmless and a long history is no failure.
func (s *Service) OnAccountDeleted(ctx context.Context, ev *eventv1.Event) error {
	account, err := id.Parse("user_id", ev.GetAccountDeleted().GetUserId())
	if err != nil {
		return err
	}
	until := time.Now().Add(s.eraseBudget)
	for _, erase := range []func(context.Context, uuid.UUID) (int, error){s.erasePosts, s.eraseLikes} {
		if done, err := eraseUntil(ctx, until, account, erase); err != nil {
			return err
		} else if !done {
			return s.store.Enqueue(ctx, queue.Task{Topic: topicAccountDeleted, Queue: queue.Events, Message: ev})
		}
	}
	s.log.InfoContext(ctx, "an account's posts and likes are gone", slog.String("user_id", account.String()))
	return nil
}

// eraseUntil takes pages away until there are no more, or the time is up.
func eraseUntil(ctx context.Context, until time.Time, account uuid.UUID, erase func(context.Context, uuid.UUID) (int, error)) (done bool, err error) {
	for {
		n, err := erase(ctx, account)
		if err != nil || n < erasePage {
			return err == nil, err
		}
		if !time.Now().Before(until) {
			return false, nil
		}
	}
}

func (s *Service) erasePosts(ctx context.Context, author uuid.UUID) (int, error) {
	n, changed, err := s.store.ErasePosts(ctx, author, erasePage)
	s.shared.Invalidate(changed...)
	return n, err
}

func (s *Service) eraseLikes(ctx context.Context, user uuid.UUID) (int, error) {
	changed, err := s.store.EraseLikes(ctx, user, erasePage)
	s.shared.Invalidate(changed...)
	return len(changed), err
}
