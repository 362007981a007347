package user

import (
	"context"
	"strconv"

	"github.com/google/uuid"

	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/postgres"
)

// avatar is an account's picture and the number of the claim on it.
type avatar struct {
	AvatarMediaID *uuid.UUID
	AvatarClaims  int32
}

var errAvatarGone = fault.New(fault.Precondition, "media_not_ready", "the picture was taken away meanwhile")

// subject is what a claim on an account's picture is for. Every claim has a
// number of its own, so that a release that is delivered late cannot take away a
// picture that was chosen again; a repeated call has the same number as the one
// that failed.
func subject(who uuid.UUID, claim int32) string {
	return "user:" + who.String() + ":" + strconv.Itoa(int(claim))
}

// claimAvatar reserves a new picture, which also proves that it is the caller's
// and uploaded. It answers the number of the claim.
func (s *Service) claimAvatar(ctx context.Context, who, picture uuid.UUID) (int32, error) {
	row, err := s.q.GetAvatar(ctx, s.db.Primary(ctx), who)
	if err != nil {
		return 0, ofAccount(err)
	}
	if shows(avatar(row), &picture) {
		return 0, nil
	}
	claim := row.AvatarClaims + 1
	_, err = s.media.Claim(ctx, &mediav1.ClaimRequest{
		OwnerId: who.String(), MediaIds: []string{picture.String()}, Subject: subject(who, claim),
	})
	return claim, err
}

// announceAvatar tells the media noun which picture is shown from now on and
// which is not any more.
func (s *Service) announceAvatar(ctx context.Context, tx postgres.Tx, who uuid.UUID, before, after avatar) error {
	if shows(before, after.AvatarMediaID) {
		return nil
	}
	if after.AvatarMediaID != nil {
		if after.AvatarClaims == 0 {
			return errAvatarGone
		}
		held := &eventv1.MediaHeld{MediaIds: []string{after.AvatarMediaID.String()}, Subject: subject(who, after.AvatarClaims)}
		if err := s.events.Announce(ctx, tx, &eventv1.Event{Body: &eventv1.Event_MediaHeld{MediaHeld: held}}); err != nil {
			return err
		}
	}
	if before.AvatarMediaID == nil {
		return nil
	}
	released := &eventv1.MediaReleased{MediaIds: []string{before.AvatarMediaID.String()}, Subject: subject(who, before.AvatarClaims)}
	return s.events.Announce(ctx, tx, &eventv1.Event{Body: &eventv1.Event_MediaReleased{MediaReleased: released}})
}

// shows tells whether a picture, or none, is what an account has.
func shows(a avatar, picture *uuid.UUID) bool {
	if a.AvatarMediaID == nil || picture == nil {
		return a.AvatarMediaID == picture
	}
	return *a.AvatarMediaID == *picture
}
