package media

import (
	"context"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/mediadb"
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
)

var errNotReady = fault.New(fault.Precondition, "media_not_ready", "a picture is not uploaded, not yours, or used elsewhere")

// Claim implements MediaInternalService. It claims all pictures or none.
func (s *Service) Claim(ctx context.Context, req *mediav1.ClaimRequest) (*mediav1.ClaimResponse, error) {
	owner, err := id.Parse("owner_id", req.GetOwnerId())
	if err != nil {
		return nil, err
	}
	ids, err := id.ParseAll("media_ids", req.GetMediaIds())
	if err != nil {
		return nil, err
	}
	rows, err := s.claim(ctx, mediadb.ClaimParams{
		OwnerID: owner, Ids: ids, Subject: req.GetSubject(), CollectAt: s.now().Add(unclaimedLifetime),
	})
	if err != nil {
		return nil, err
	}
	claimed := make(map[uuid.UUID]mediadb.ListUploadedRow, len(rows))
	for _, row := range rows {
		claimed[row.ID] = mediadb.ListUploadedRow(row)
	}
	return &mediav1.ClaimResponse{Media: s.inOrder(ids, claimed)}, nil
}

// claim claims all or none. Where some are missing, they may have arrived without
// anybody having looked at them.
func (s *Service) claim(ctx context.Context, p mediadb.ClaimParams) ([]mediadb.ClaimRow, error) {
	rows, err := s.q.Claim(ctx, s.db.Writer(ctx), p)
	if err != nil || len(rows) == len(p.Ids) {
		return rows, err
	}
	if again, err := s.settle(ctx, p.Ids); err != nil || !again {
		return nil, orNotReady(err)
	}
	if rows, err = s.q.Claim(ctx, s.db.Writer(ctx), p); err != nil || len(rows) != len(p.Ids) {
		return nil, orNotReady(err)
	}
	return rows, nil
}

func orNotReady(err error) error {
	if err == nil {
		return errNotReady
	}
	return err
}

// OnMediaHeld confirms a claim: its pictures stay until they are released. It may
// come after the release, and then does nothing.
func (s *Service) OnMediaHeld(ctx context.Context, ev *eventv1.Event) error {
	held := ev.GetMediaHeld()
	ids, err := id.ParseAll("media_ids", held.GetMediaIds())
	if err != nil {
		return err
	}
	return s.q.ConfirmClaim(ctx, s.db.Writer(ctx), mediadb.ConfirmClaimParams{Ids: ids, Subject: held.GetSubject()})
}

// OnMediaReleased gives pictures to the collector, if they were shown by what
// the event names.
func (s *Service) OnMediaReleased(ctx context.Context, ev *eventv1.Event) error {
	released := ev.GetMediaReleased()
	ids, err := id.ParseAll("media_ids", released.GetMediaIds())
	if err != nil {
		return err
	}
	err = s.q.ReleaseClaim(ctx, s.db.Writer(ctx), mediadb.ReleaseClaimParams{Ids: ids, Subject: released.GetSubject(), Now: s.now()})
	s.known.Invalidate(ids...)
	return err
}
