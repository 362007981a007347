package post

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/postdb"
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/queue"
)

const (
	topicAccountDeleted = "post.account_deleted"
	// erasePage is how many posts or likes one transaction takes away.
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
			return s.eraseLater(ctx, ev)
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

func (s *Service) erasePosts(ctx context.Context, author uuid.UUID) (n int, err error) {
	var changed []uuid.UUID
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		rows, err := s.q.LockPostsOf(ctx, tx, postdb.LockPostsOfParams{AuthorID: author, PageLimit: erasePage})
		if n = len(rows); err != nil || n == 0 {
			return err
		}
		locked := make([]postdb.LockPostRow, n)
		for i, row := range rows {
			locked[i] = postdb.LockPostRow(row)
		}
		changed, err = s.bury(ctx, tx, locked)
		return err
	})
	s.shared.Invalidate(changed...)
	return n, err
}

func (s *Service) eraseLikes(ctx context.Context, user uuid.UUID) (int, error) {
	var posts []uuid.UUID
	err := s.db.InTx(ctx, func(tx postgres.Tx) (err error) {
		posts, err = s.q.TakeLikesBack(ctx, tx, postdb.TakeLikesBackParams{UserID: user, PageLimit: erasePage})
		if err != nil || len(posts) == 0 {
			return err
		}
		return s.q.UncountLikes(ctx, tx, posts)
	})
	s.shared.Invalidate(posts...)
	return len(posts), err
}

func (s *Service) eraseLater(ctx context.Context, ev *eventv1.Event) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		return s.pub.Enqueue(ctx, tx, queue.Task{Topic: topicAccountDeleted, Queue: queue.Events, Message: ev})
	})
}
