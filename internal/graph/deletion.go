package graph

import (
	"context"
	"time"

	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/queue"
)

const (
	accountDeletedTopic = "graph.account_deleted"
	// deletionBudget is how long one job goes on, of the 10 s that it has; the
	// next job goes on from there.
	deletionBudget = 4 * time.Second
)

// OnAccountDeleted removes the account's follows, its followers and its blocks,
// both ways. No new ones come to be from its first step on.
func (s *Service) OnAccountDeleted(ctx context.Context, ev *eventv1.Event) error {
	account, err := id.Parse("user_id", ev.GetAccountDeleted().GetUserId())
	if err != nil {
		return err
	}
	if err := s.store.MarkGone(ctx, account); err != nil {
		return err
	}
	for until := time.Now().Add(s.deletionBudget); time.Now().Before(until); {
		more, err := s.store.RemovePage(ctx, account)
		if err != nil || !more {
			return err
		}
	}
	return s.store.Enqueue(ctx, queue.Task{Topic: accountDeletedTopic, Queue: queue.Events, Message: ev})
}
