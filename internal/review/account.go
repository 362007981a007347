package review

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/reviewdb"
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/queue"
)

const (
	topicAccountDeleted = "review.account_deleted"
	// erasePage is how many reviews, marks or reports are taken away in one go.
	erasePage = 200
)

// OnAccountDeleted deletes the account's reviews, takes its helpful marks back, and
// takes it out of its reports, which stay. What its time does not suffice for is left
// to a message of its own, so repeating it is harmless and a long history is no
// failure.
func (s *Service) OnAccountDeleted(ctx context.Context, ev *eventv1.Event) error {
	account, err := id.Parse("user_id", ev.GetAccountDeleted().GetUserId())
	if err != nil {
		return err
	}
	until := time.Now().Add(s.eraseBudget)
	for _, erase := range []func(context.Context, uuid.UUID) (int, error){s.eraseReviews, s.eraseMarks, s.eraseReports, s.eraseDeeds} {
		if done, err := eraseUntil(ctx, until, account, erase); err != nil {
			return err
		} else if !done {
			return s.db.InTx(ctx, func(tx postgres.Tx) error {
				return s.events.Enqueue(ctx, tx, queue.Task{Topic: topicAccountDeleted, Queue: queue.Events, Message: ev})
			})
		}
	}
	s.log.InfoContext(ctx, "an account's reviews and marks are gone", slog.String("user_id", account.String()))
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

// eraseReviews deletes a page of them, each in a transaction of its own: none waits
// for one product while it holds another.
func (s *Service) eraseReviews(ctx context.Context, account uuid.UUID) (int, error) {
	ids, err := s.q.ListReviewsOf(ctx, s.db.Writer(ctx), reviewdb.ListReviewsOfParams{AuthorID: account, PageLimit: erasePage})
	if err != nil {
		return 0, err
	}
	for _, reviewID := range ids {
		// It may be gone meanwhile.
		if err := s.delete(ctx, reviewID, account); err != nil && !fault.Is(err, fault.NotFound) {
			return 0, err
		}
	}
	return len(ids), nil
}

func (s *Service) eraseMarks(ctx context.Context, account uuid.UUID) (n int, err error) {
	var products []uuid.UUID
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		marked, err := s.q.TakeMarksBack(ctx, tx, reviewdb.TakeMarksBackParams{UserID: account, PageLimit: erasePage})
		n = len(marked)
		if err != nil || n == 0 {
			return err
		}
		products, err = s.q.UncountMarks(ctx, tx, marked)
		return err
	})
	if err == nil {
		s.changedLists(products...)
	}
	return n, err
}

func (s *Service) eraseReports(ctx context.Context, account uuid.UUID) (int, error) {
	n, err := s.q.ForgetReporter(ctx, s.db.Writer(ctx), reviewdb.ForgetReporterParams{UserID: account, PageLimit: erasePage})
	return int(n), err
}

// eraseDeeds leaves what the account did as a moderator or for the shop.
func (s *Service) eraseDeeds(ctx context.Context, account uuid.UUID) (int, error) {
	n, err := s.q.ForgetActor(ctx, s.db.Writer(ctx), reviewdb.ForgetActorParams{UserID: account, PageLimit: erasePage})
	return int(n), err
}
