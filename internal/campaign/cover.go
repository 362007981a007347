package campaign

import (
	"context"
	"strconv"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/campaigndb"
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/postgres"
)

var errCoverGone = fault.New(fault.Precondition, "media_not_ready", "the picture was taken away meanwhile")

// coverSubject is what the claim on a campaign's cover is for. The first is claimed
// before the campaign has an id. Later ones have a number each, so that a release
// that is delivered late cannot take away a picture that was chosen again.
func coverSubject(c *campaigndb.Campaign) string {
	if c.CoverClaims == 0 {
		return "campaign:" + c.OrganizerID.String() + ":" + c.IdempotencyKey
	}
	return "campaign:" + c.ID.String() + ":" + strconv.Itoa(int(c.CoverClaims))
}

// claimPicture reserves a picture, which also proves that it is the owner's and uploaded.
func (s *Service) claimPicture(ctx context.Context, owner, picture uuid.UUID, subject string) error {
	_, err := s.media.Claim(ctx, &mediav1.ClaimRequest{OwnerId: owner.String(), MediaIds: []string{picture.String()}, Subject: subject})
	return err
}

// claimCover reserves the next cover of a campaign, and answers the number of the
// claim; 0 where it is the cover already.
func (s *Service) claimCover(ctx context.Context, owner uuid.UUID, c campaigndb.Campaign, picture *uuid.UUID) (int32, error) {
	if picture == nil || shows(&c, picture) {
		return 0, nil
	}
	c.CoverClaims++
	return c.CoverClaims, s.claimPicture(ctx, owner, *picture, coverSubject(&c))
}

// setCover changes a campaign's cover, which was claimed under a number.
func setCover(c *campaigndb.Campaign, picture *uuid.UUID, claim int32) error {
	if shows(c, picture) {
		return nil
	}
	c.CoverMediaID = picture
	if picture == nil {
		return nil
	}
	if claim == 0 {
		return errCoverGone
	}
	c.CoverClaims = claim
	return nil
}

// announceCover tells the media noun which picture is shown from now on, and which
// is not any more.
func (s *Service) announceCover(ctx context.Context, tx postgres.Tx, before, after *campaigndb.Campaign) error {
	if shows(before, after.CoverMediaID) {
		return nil
	}
	if after.CoverMediaID != nil {
		held := &eventv1.MediaHeld{MediaIds: []string{after.CoverMediaID.String()}, Subject: coverSubject(after)}
		if err := s.events.Announce(ctx, tx, &eventv1.Event{Body: &eventv1.Event_MediaHeld{MediaHeld: held}}); err != nil {
			return err
		}
	}
	if before.CoverMediaID == nil {
		return nil
	}
	released := &eventv1.MediaReleased{MediaIds: []string{before.CoverMediaID.String()}, Subject: coverSubject(before)}
	return s.events.Announce(ctx, tx, &eventv1.Event{Body: &eventv1.Event_MediaReleased{MediaReleased: released}})
}

// shows tells whether a picture, or none, is a campaign's cover.
func shows(c *campaigndb.Campaign, picture *uuid.UUID) bool {
	if c.CoverMediaID == nil || picture == nil {
		return c.CoverMediaID == picture
	}
	return *c.CoverMediaID == *picture
}
