package course

import (
	"context"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/coursedb"
	coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/postgres"
)

var errNoRatings = fault.InField("average_rating_hundredths", "average_without_ratings", "without ratings there is no mean of them")

// UpdateInstructor implements CourseService.
func (s *Service) UpdateInstructor(ctx context.Context, req *coursev1.UpdateInstructorRequest) (*coursev1.UpdateInstructorResponse, error) {
	caller, err := identity.Account(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.pace.Admit(ctx, caller.UserID); err != nil {
		return nil, err
	}
	instructorID, err := id.Parse("instructor_id", req.GetInstructorId())
	if err != nil {
		return nil, err
	}
	picture, err := optionalID("picture_media_id", req.GetPictureMediaId())
	if err != nil {
		return nil, err
	}
	row, err := s.updateInstructor(ctx, caller.UserID, instructorID, picture, req)
	if err != nil {
		return nil, err
	}
	s.instructors.Invalidate(instructorID)
	return &coursev1.UpdateInstructorResponse{Instructor: s.portrait(ctx, &row)}, nil
}

// updateInstructor answers the instructor as he is stored.
func (s *Service) updateInstructor(
	ctx context.Context, caller, instructorID uuid.UUID, picture *uuid.UUID, req *coursev1.UpdateInstructorRequest,
) (row coursedb.CourseInstructor, err error) {
	var claim int32
	if picture != nil {
		present, err := s.q.FindInstructor(ctx, s.db.Writer(ctx), instructorID)
		if err != nil {
			return row, ofInstructor(err)
		}
		if claim, err = s.claimNext(ctx, caller, present, picture); err != nil {
			return row, err
		}
	}
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		before, err := s.q.LockInstructor(ctx, tx, instructorID)
		if err != nil {
			return ofInstructor(err)
		}
		row = before
		describe(&row, req)
		if row.Ratings == 0 && row.AverageRating != 0 {
			return errNoRatings
		}
		if req.PictureMediaId != nil {
			if err := setPicture(&row, picture, claim); err != nil {
				return err
			}
		}
		if err := s.announcePicture(ctx, tx, &before, &row); err != nil {
			return err
		}
		return s.save(ctx, tx, &row)
	})
	return row, err
}

// describe changes what a request names, but for the picture.
func describe(row *coursedb.CourseInstructor, req *coursev1.UpdateInstructorRequest) {
	rename(row, req)
	if req.AcademicTitle != nil {
		row.AcademicTitle = req.GetAcademicTitle()
	}
	if req.Title != nil {
		row.Title = req.GetTitle()
	}
	if req.Organization != nil {
		row.Organization = req.GetOrganization()
	}
	if req.Learners != nil {
		row.Learners = req.GetLearners()
	}
	if req.AverageRatingHundredths != nil {
		row.AverageRating = int16(req.GetAverageRatingHundredths()) //nolint:gosec // 0 to 500
	}
	if req.Ratings != nil {
		row.Ratings = req.GetRatings()
	}
}

// rename changes the name, and with it what the instructor is found by.
func rename(row *coursedb.CourseInstructor, req *coursev1.UpdateInstructorRequest) {
	if req.FirstName != nil {
		row.FirstName = req.GetFirstName()
	}
	if req.MiddleInitial != nil {
		row.MiddleInitial = req.GetMiddleInitial()
	}
	if req.LastName != nil {
		row.LastName = req.GetLastName()
	}
	row.NameKey, row.LastKey = textKey(row.FirstName+" "+row.LastName), textKey(row.LastName)
}

func (s *Service) save(ctx context.Context, tx postgres.Tx, row *coursedb.CourseInstructor) error {
	return s.q.UpdateInstructor(ctx, tx, coursedb.UpdateInstructorParams{
		ID: row.ID, FirstName: row.FirstName, MiddleInitial: row.MiddleInitial, LastName: row.LastName, NameKey: row.NameKey, LastKey: row.LastKey,
		AcademicTitle: row.AcademicTitle, Title: row.Title, Organization: row.Organization, Learners: row.Learners,
		AverageRating: row.AverageRating, Ratings: row.Ratings, PictureMediaID: row.PictureMediaID, PictureClaims: row.PictureClaims,
	})
}
