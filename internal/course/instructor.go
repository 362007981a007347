package course

import (
	"context"
	"log/slog"
	"slices"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/coursedb"
	coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"
	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
)

// maxResolve is how many pictures one call to the media noun may name.
const maxResolve = 500

var errNoInstructor = fault.New(fault.NotFound, "instructor_not_found", "this instructor does not exist")

// GetInstructor implements CourseService.
func (s *Service) GetInstructor(ctx context.Context, req *coursev1.GetInstructorRequest) (*coursev1.GetInstructorResponse, error) {
	instructorID, err := id.Parse("instructor_id", req.GetInstructorId())
	if err != nil {
		return nil, err
	}
	who, err := s.instructor(ctx, instructorID)
	return &coursev1.GetInstructorResponse{Instructor: who}, err
}

func (s *Service) instructor(ctx context.Context, instructorID uuid.UUID) (*coursev1.Instructor, error) {
	who, exists, err := s.instructors.Get(ctx, instructorID, s.loadInstructors)
	if err == nil && !exists {
		err = errNoInstructor
	}
	return who, err
}

// people answers instructors in the order asked for; those who are not there are left
// out.
func (s *Service) people(ctx context.Context, ids []uuid.UUID) ([]*coursev1.Instructor, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := s.instructors.GetMany(ctx, ids, s.loadInstructors)
	if err != nil {
		return nil, err
	}
	people := make([]*coursev1.Instructor, 0, len(ids))
	for _, u := range ids {
		if who := found[u]; who != nil {
			people = append(people, who)
		}
	}
	return people, nil
}

func (s *Service) loadInstructors(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*coursev1.Instructor, error) {
	rows, err := s.q.LoadInstructors(ctx, s.db.Reader(ctx), ids)
	if err != nil {
		return nil, err
	}
	pictures := s.pictures(ctx, rows)
	found := make(map[uuid.UUID]*coursev1.Instructor, len(rows))
	for i := range rows {
		found[rows[i].ID] = toInstructor(&rows[i], pictures)
	}
	return found, nil
}

// pictures describes the pictures of instructors, by id. People are worth showing
// without them, so a failure leaves them out, until the cache asks again.
func (s *Service) pictures(ctx context.Context, rows []coursedb.CourseInstructor) map[string]*mediav1.Media {
	var ids []string
	for i := range rows {
		if rows[i].PictureMediaID != nil {
			ids = append(ids, rows[i].PictureMediaID.String())
		}
	}
	found := make(map[string]*mediav1.Media, len(ids))
	for chunk := range slices.Chunk(ids, maxResolve) {
		res, err := s.media.Resolve(ctx, &mediav1.ResolveRequest{MediaIds: chunk})
		if err != nil {
			s.log.WarnContext(ctx, "cannot resolve pictures of instructors", slog.Any("error", err))
			break
		}
		for _, m := range res.GetMedia() {
			found[m.GetId()] = m
		}
	}
	return found
}

// portrait is an instructor who has just been read or written.
func (s *Service) portrait(ctx context.Context, row *coursedb.CourseInstructor) *coursev1.Instructor {
	return toInstructor(row, s.pictures(ctx, []coursedb.CourseInstructor{*row}))
}

func toInstructor(row *coursedb.CourseInstructor, pictures map[string]*mediav1.Media) *coursev1.Instructor {
	return &coursev1.Instructor{
		Id:                      row.ID.String(),
		FirstName:               row.FirstName,
		MiddleInitial:           row.MiddleInitial,
		LastName:                row.LastName,
		AcademicTitle:           row.AcademicTitle,
		Title:                   row.Title,
		Organization:            row.Organization,
		Learners:                row.Learners,
		AverageRatingHundredths: int32(row.AverageRating),
		Ratings:                 row.Ratings,
		Picture:                 pictures[optional(row.PictureMediaID)],
	}
}

// ofInstructor says that an instructor is not there.
func ofInstructor(err error) error {
	if fault.Is(err, fault.NotFound) {
		return errNoInstructor.Because(err)
	}
	return err
}
