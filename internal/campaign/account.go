package campaign

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/campaigndb"
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/queue"
)

const (
	topicAccountDeleted = "campaign.account_deleted"
	// erasePage is how many memberships or check-ins are looked at in one go.
	erasePage = 200
)

// OnAccountDeleted ends the account's memberships in campaigns that have not ended,
// and takes what it wrote and showed out of its check-ins. Check-ins themselves
// stay, and the points with them. What its time does not suffice for is left to a
// message of its own, so repeating it is harmless and a long history is no failure.
func (s *Service) OnAccountDeleted(ctx context.Context, ev *eventv1.Event) error {
	account, err := id.Parse("user_id", ev.GetAccountDeleted().GetUserId())
	if err != nil {
		return err
	}
	until := time.Now().Add(s.eraseBudget)
	for _, erase := range []func(context.Context, uuid.UUID) (int, error){s.endMemberships, s.eraseCheckIns} {
		if done, err := eraseUntil(ctx, until, account, erase); err != nil {
			return err
		} else if !done {
			return s.db.InTx(ctx, func(tx postgres.Tx) error {
				return s.events.Enqueue(ctx, tx, queue.Task{Topic: topicAccountDeleted, Queue: queue.Events, Message: ev})
			})
		}
	}
	s.log.InfoContext(ctx, "an account has left its teams, and its check-ins are bare", slog.String("user_id", account.String()))
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

// endMemberships ends a page of them, each in a transaction of its own: none waits
// for one team while it holds another.
func (s *Service) endMemberships(ctx context.Context, account uuid.UUID) (int, error) {
	teams, err := s.q.ListMembershipsToEnd(ctx, s.db.Writer(ctx), campaigndb.ListMembershipsToEndParams{
		UserID: account, Now: s.now(), PageLimit: erasePage,
	})
	if err != nil {
		return 0, err
	}
	for _, teamID := range teams {
		if err := s.leave(ctx, teamID, account, true); err != nil {
			return 0, err
		}
	}
	return len(teams), nil
}

func (s *Service) eraseCheckIns(ctx context.Context, account uuid.UUID) (n int, err error) {
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		rows, err := s.q.LockCheckInsToErase(ctx, tx, campaigndb.LockCheckInsToEraseParams{UserID: account, PageLimit: erasePage})
		n = len(rows)
		if err != nil || n == 0 {
			return err
		}
		ids := make([]uuid.UUID, n)
		for i, row := range rows {
			ids[i] = row.ID
			if err := s.releasePictures(ctx, tx, account, row); err != nil {
				return err
			}
		}
		return s.q.EraseCheckIns(ctx, tx, ids)
	})
	return n, err
}

func (s *Service) releasePictures(ctx context.Context, tx postgres.Tx, account uuid.UUID, row campaigndb.LockCheckInsToEraseRow) error {
	if len(row.MediaIds) == 0 {
		return nil
	}
	return s.events.Announce(ctx, tx, &eventv1.Event{Body: &eventv1.Event_MediaReleased{MediaReleased: &eventv1.MediaReleased{
		MediaIds: id.Strings(row.MediaIds), Subject: checkInSubject(row.CampaignID, account, row.IdempotencyKey),
	}}})
}
