package campaign

import (
	"context"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/campaigndb"
	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/postgres"
)

var (
	errNoSuchCheckIn = fault.New(fault.NotFound, "check_in_not_found", "this check-in does not exist")
	errMayNotVoid    = fault.New(fault.Denied, "not_organizer", "only its organizer may withdraw check-ins of a campaign")
)

// VoidCheckIn implements CampaignService. The place in the person's day stays taken.
func (s *Service) VoidCheckIn(ctx context.Context, req *campaignv1.VoidCheckInRequest) (*campaignv1.VoidCheckInResponse, error) {
	caller, err := identity.Account(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.pace.Admit(ctx, caller.UserID); err != nil {
		return nil, err
	}
	checkInID, err := id.Parse("check_in_id", req.GetCheckInId())
	if err != nil {
		return nil, err
	}
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		row, err := s.q.LockCheckIn(ctx, tx, checkInID)
		switch {
		case fault.Is(err, fault.NotFound):
			return errNoSuchCheckIn
		case err != nil:
			return err
		case row.OrganizerID != caller.UserID && !caller.Holds(accessv1.Role_ROLE_ADMIN):
			return errMayNotVoid
		case row.Voided:
			return nil
		}
		return s.void(ctx, tx, row, caller.UserID, req.GetReason())
	})
	return &campaignv1.VoidCheckInResponse{}, err
}

// void withdraws a check-in that the transaction has locked, and gives its pictures
// back.
func (s *Service) void(ctx context.Context, tx postgres.Tx, row campaigndb.LockCheckInRow, by uuid.UUID, reason string) error {
	err := s.q.VoidCheckIn(ctx, tx, campaigndb.VoidCheckInParams{ID: row.ID, VoidedBy: by, Reason: reason, Moment: id.Time(row.ID)})
	if err != nil {
		return err
	}
	if len(row.MediaIds) > 0 {
		released := &eventv1.MediaReleased{MediaIds: id.Strings(row.MediaIds), Subject: checkInSubject(row.CampaignID, row.UserID, row.IdempotencyKey)}
		if err := s.events.Announce(ctx, tx, &eventv1.Event{Body: &eventv1.Event_MediaReleased{MediaReleased: released}}); err != nil {
			return err
		}
	}
	return s.events.Announce(ctx, tx, &eventv1.Event{Body: &eventv1.Event_CheckInVoided{CheckInVoided: &eventv1.CheckInVoided{CheckInId: row.ID.String()}}})
}
