package graph

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/graphdb"
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/queue"
)

const (
	accountDeletedTopic = "graph.account_deleted"
	// deletionPage is how many rows one transaction removes.
	deletionPage = 1000
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
	if err := s.q.MarkGone(ctx, s.db.Writer(ctx), account); err != nil {
		return err
	}
	for until := time.Now().Add(s.deletionBudget); time.Now().Before(until); {
		more, err := s.removePage(ctx, account)
		if err != nil || !more {
			return err
		}
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		return s.pub.Enqueue(ctx, tx, queue.Task{Topic: accountDeletedTopic, Queue: queue.Events, Message: ev})
	})
}

// removePage removes some rows of the account and tells whether there may be more.
func (s *Service) removePage(ctx context.Context, account uuid.UUID) (more bool, err error) {
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		following, err := s.q.DeleteFollowingOf(ctx, tx, graphdb.DeleteFollowingOfParams{UserID: account, Most: deletionPage})
		if err != nil {
			return err
		}
		edges := edgesOf(following)
		if len(edges) == 0 {
			followers, err := s.q.DeleteFollowersOf(ctx, tx, graphdb.DeleteFollowersOfParams{UserID: account, Most: deletionPage})
			if err != nil {
				return err
			}
			edges = edgesOf(followers)
		}
		if more = len(edges) > 0; more {
			return s.removed(ctx, tx, edges)
		}
		n, err := s.q.DeleteBlocksOf(ctx, tx, graphdb.DeleteBlocksOfParams{UserID: account, Most: deletionPage})
		more = n > 0
		return err
	})
	return more, err
}
