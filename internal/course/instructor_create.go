package course

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	"github.com/throng-social/throng/gen/db/coursedb"
	coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/postgres"
)

var (
	errKeyReused   = fault.New(fault.Precondition, "idempotency_key_reused", "this idempotency key was used for another instructor")
	errNothingMade = fault.New(fault.Unavailable, "conflict", "others changed the same thing; please try again")
)

// CreateInstructor implements CourseService.
func (s *Service) CreateInstructor(ctx context.Context, req *coursev1.CreateInstructorRequest) (*coursev1.CreateInstructorResponse, error) {
	caller, err := identity.Account(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.pace.Admit(ctx, caller.UserID); err != nil {
		return nil, err
	}
	d, err := newInstructor(caller.UserID, req)
	if err != nil {
		return nil, err
	}
	row, err := s.createInstructor(ctx, caller.UserID, &d)
	if err != nil {
		return nil, err
	}
	return &coursev1.CreateInstructorResponse{Instructor: s.portrait(ctx, &row)}, nil
}

// newInstructor is the row that a request describes.
func newInstructor(owner uuid.UUID, req *coursev1.CreateInstructorRequest) (coursedb.InsertInstructorParams, error) {
	d := coursedb.InsertInstructorParams{
		Key: ownKey(owner, req.GetIdempotencyKey()), FirstName: req.GetFirstName(), MiddleInitial: req.GetMiddleInitial(), LastName: req.GetLastName(),
		NameKey: textKey(req.GetFirstName() + " " + req.GetLastName()), LastKey: textKey(req.GetLastName()),
		AcademicTitle: req.GetAcademicTitle(), Title: req.GetTitle(), Organization: req.GetOrganization(), Learners: req.GetLearners(),
		AverageRating: int16(req.GetAverageRatingHundredths()), Ratings: req.GetRatings(), //nolint:gosec // 0 to 500
	}
	var err error
	if d.PictureMediaID, err = optionalID("picture_media_id", req.GetPictureMediaId()); err != nil {
		return d, err
	}
	d.RequestHash, err = hash(req)
	return d, err
}

// ownKey stands for somebody's idempotency key. It does not tell whose, so that there
// is nothing to take out of it when the account goes.
func ownKey(owner uuid.UUID, key string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s", owner, key))
	return "~" + base64.RawURLEncoding.EncodeToString(sum[:])
}

// hash is of all that a request says.
func hash(req *coursev1.CreateInstructorRequest) ([]byte, error) {
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(req)
	sum := sha256.Sum256(raw)
	return sum[:], err
}

// createInstructor makes one, or finds him made.
func (s *Service) createInstructor(ctx context.Context, owner uuid.UUID, d *coursedb.InsertInstructorParams) (coursedb.CourseInstructor, error) {
	// What was made is looked for before the picture is claimed, as it may show another
	// one by now.
	row, err := s.instructorAsMade(ctx, d)
	if !fault.Is(err, fault.NotFound) {
		return row, err
	}
	if d.PictureMediaID != nil {
		if err := s.claim(ctx, owner, *d.PictureMediaID, subject(&coursedb.CourseInstructor{Key: d.Key})); err != nil {
			return row, err
		}
	}
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		made, err := s.q.InsertInstructor(ctx, tx, *d)
		if err != nil {
			return err
		}
		row = rowOf(made, d)
		return s.announcePicture(ctx, tx, &coursedb.CourseInstructor{}, &row)
	})
	if !fault.Is(err, fault.NotFound) {
		return row, err
	}
	if row, err = s.instructorAsMade(ctx, d); fault.Is(err, fault.NotFound) {
		err = errNothingMade // who stood in its way was deleted meanwhile
	}
	return row, err
}

// instructorAsMade is the instructor that an earlier request with the key has made.
func (s *Service) instructorAsMade(ctx context.Context, d *coursedb.InsertInstructorParams) (coursedb.CourseInstructor, error) {
	row, err := s.q.FindInstructorByKey(ctx, s.db.Writer(ctx), d.Key)
	if err == nil && !bytes.Equal(row.RequestHash, d.RequestHash) {
		err = errKeyReused
	}
	return row, err
}

func rowOf(made uuid.UUID, d *coursedb.InsertInstructorParams) coursedb.CourseInstructor {
	return coursedb.CourseInstructor{
		ID: made, Key: d.Key, RequestHash: d.RequestHash, FirstName: d.FirstName, MiddleInitial: d.MiddleInitial, LastName: d.LastName,
		NameKey: d.NameKey, LastKey: d.LastKey, AcademicTitle: d.AcademicTitle, Title: d.Title, Organization: d.Organization,
		Learners: d.Learners, AverageRating: d.AverageRating, Ratings: d.Ratings, PictureMediaID: d.PictureMediaID,
	}
}
