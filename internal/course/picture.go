package course

import (
	"context"
	"strconv"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/coursedb"
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/postgres"
)

var errPictureGone = fault.New(fault.Precondition, "media_not_ready", "the picture was taken away meanwhile")

// subject is what the claim on an instructor's picture is for. The first is claimed
// before he has an id. Later ones have a number each, so that a release that is
// delivered late cannot take away a picture that was chosen again.
func subject(row *coursedb.CourseInstructor) string {
	if row.PictureClaims == 0 {
		return "course:" + row.Key
	}
	return "course:" + row.ID.String() + ":" + strconv.Itoa(int(row.PictureClaims))
}

// claim reserves a picture, which also proves that it is the owner's and uploaded.
func (s *Service) claim(ctx context.Context, owner, picture uuid.UUID, subject string) error {
	_, err := s.media.Claim(ctx, &mediav1.ClaimRequest{OwnerId: owner.String(), MediaIds: []string{picture.String()}, Subject: subject})
	return err
}

// claimNext reserves the next picture of an instructor, and answers the number of the
// claim; 0 where it is his picture already.
func (s *Service) claimNext(ctx context.Context, owner uuid.UUID, row coursedb.CourseInstructor, picture *uuid.UUID) (int32, error) {
	if picture == nil || shows(&row, picture) {
		return 0, nil
	}
	row.PictureClaims++
	return row.PictureClaims, s.claim(ctx, owner, *picture, subject(&row))
}

// setPicture changes an instructor's picture, which was claimed under a number.
func setPicture(row *coursedb.CourseInstructor, picture *uuid.UUID, claim int32) error {
	if shows(row, picture) {
		return nil
	}
	row.PictureMediaID = picture
	if picture == nil {
		return nil
	}
	if claim == 0 {
		return errPictureGone
	}
	row.PictureClaims = claim
	return nil
}

// announcePicture tells the media noun which picture is shown from now on, and which
// is not any more.
func (s *Service) announcePicture(ctx context.Context, tx postgres.Tx, before, after *coursedb.CourseInstructor) error {
	if shows(before, after.PictureMediaID) {
		return nil
	}
	if after.PictureMediaID != nil {
		held := &eventv1.MediaHeld{MediaIds: []string{after.PictureMediaID.String()}, Subject: subject(after)}
		if err := s.events.Announce(ctx, tx, &eventv1.Event{Body: &eventv1.Event_MediaHeld{MediaHeld: held}}); err != nil {
			return err
		}
	}
	if before.PictureMediaID == nil {
		return nil
	}
	released := &eventv1.MediaReleased{MediaIds: []string{before.PictureMediaID.String()}, Subject: subject(before)}
	return s.events.Announce(ctx, tx, &eventv1.Event{Body: &eventv1.Event_MediaReleased{MediaReleased: released}})
}

// shows tells whether a picture, or none, is an instructor's.
func shows(row *coursedb.CourseInstructor, picture *uuid.UUID) bool {
	if row.PictureMediaID == nil || picture == nil {
		return row.PictureMediaID == picture
	}
	return *row.PictureMediaID == *picture
}
