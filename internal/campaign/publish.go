package campaign

import (
	"context"
	"errors"
	"strings"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/campaigndb"
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
)

const (
	topicCheckedIn     = "campaign.checked_in"
	topicCheckInVoided = "campaign.check_in_voided"
	// postDeleted is the reason why no post is made where its author took it back.
	postDeleted = "post_deleted"
)

// OnCheckedIn makes the check-in's post, unless it was withdrawn or its author is
// gone. It looks once more when the post is made: who withdraws the check-in after
// that look finds the post, and who did before has it withdrawn here. So in whatever
// order the two events come, no post is left.
func (s *Service) OnCheckedIn(ctx context.Context, ev *eventv1.Event) error {
	row, err := s.announced(ctx, ev.GetCheckedIn().GetCheckInId())
	if err != nil || row.Voided {
		return err
	}
	if gone, err := s.isGone(ctx, row.UserID); err != nil || gone {
		return err
	}
	_, err = s.posts.PublishPost(ctx, &postv1.PublishPostRequest{
		AuthorId: row.UserID.String(), Text: postText(row.Text, row.Tag), MediaIds: id.Strings(row.MediaIds), IdempotencyKey: postKey(row.ID),
	})
	if isDeletedPost(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if row, err = s.announced(ctx, ev.GetCheckedIn().GetCheckInId()); err != nil || !row.Voided {
		return err
	}
	return s.withdrawPost(ctx, row)
}

// OnCheckInVoided withdraws the check-in's post. Where there is none yet, OnCheckedIn
// makes none, or withdraws it.
func (s *Service) OnCheckInVoided(ctx context.Context, ev *eventv1.Event) error {
	row, err := s.announced(ctx, ev.GetCheckInVoided().GetCheckInId())
	if err != nil {
		return err
	}
	return s.withdrawPost(ctx, row)
}

// announced reads the check-in of an event, which was stored with it, as it is now.
func (s *Service) announced(ctx context.Context, checkIn string) (campaigndb.GetCheckInRow, error) {
	checkInID, err := id.Parse("check_in_id", checkIn)
	if err != nil {
		return campaigndb.GetCheckInRow{}, err
	}
	return s.q.GetCheckIn(ctx, s.db.Writer(ctx), checkInID)
}

// isGone tells whether an account was deleted. One that is not found is asked for once
// more at the place where the writer is, as it may be too new for a replica.
func (s *Service) isGone(ctx context.Context, user uuid.UUID) (bool, error) {
	people, err := s.people(ctx, []uuid.UUID{user})
	if err != nil || people[user] != nil {
		return false, err
	}
	at, err := s.db.Place(ctx)
	if err != nil {
		return false, err
	}
	people, err = s.people(consistency.Demanding(ctx, at), []uuid.UUID{user})
	return err == nil && people[user] == nil, err
}

func (s *Service) withdrawPost(ctx context.Context, row campaigndb.GetCheckInRow) error {
	_, err := s.posts.WithdrawPost(ctx, &postv1.WithdrawPostRequest{AuthorId: row.UserID.String(), IdempotencyKey: postKey(row.ID)})
	return err
}

// postKey has a check-in make one post, however often it is announced.
func postKey(checkIn uuid.UUID) string { return "check_in:" + checkIn.String() }

// postText is what was said, and the campaign's tag.
func postText(text, tag string) string {
	if strings.TrimSpace(text) == "" {
		return "#" + tag
	}
	return text + " #" + tag
}

func isDeletedPost(err error) bool {
	f, ok := errors.AsType[*fault.Error](err)
	return ok && f.Reason == postDeleted
}
