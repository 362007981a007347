package course

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/coursedb"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/postgres"
)

// recountPage is how many courses are looked at in one moment.
const recountPage = 20_000

// Recount looks for those who teach and are not there, for assistants of courses that
// are not there, and for primary instructors who assist as well. It reports each in a
// sentence, a thousand of a kind at one moment at most, changes nothing, and answers
// how many there are. All may be written meanwhile.
func (s *Service) Recount(ctx context.Context, report func(diff string)) (int, error) {
	found := 0
	differ := func(format string, args ...any) {
		found++
		report(fmt.Sprintf(format, args...))
	}
	for after := uuid.Nil; after != id.Max; {
		until, err := s.q.EndOfCourses(ctx, s.db.Primary(ctx), coursedb.EndOfCoursesParams{AfterID: after, PageLimit: recountPage})
		if fault.Is(err, fault.NotFound) {
			until, err = id.Max, nil // who teaches at courses that are not
		}
		if err != nil {
			return found, err
		}
		if err := s.recountBetween(ctx, after, until, differ); err != nil {
			return found, err
		}
		after = until
	}
	return found, nil
}

// recountBetween looks at courses after one until another, at one moment and without
// a limit of time.
func (s *Service) recountBetween(ctx context.Context, after, until uuid.UUID, differ func(string, ...any)) error {
	return s.db.InPrimarySnapshot(ctx, func(tx postgres.Tx) error {
		if err := s.q.AllowLongCourseRecount(ctx, tx); err != nil {
			return err
		}
		primaries, err := s.q.ListLostPrimaries(ctx, tx, coursedb.ListLostPrimariesParams{AfterID: after, UntilID: until})
		if err != nil {
			return err
		}
		for _, d := range primaries {
			if d.Lost {
				differ("course %s: its primary instructor %s is not there", d.ID, d.PrimaryID)
			} else {
				differ("course %s: its primary instructor %s assists as well", d.ID, d.PrimaryID)
			}
		}
		assistants, err := s.q.ListLostAssistants(ctx, tx, coursedb.ListLostAssistantsParams{AfterID: after, UntilID: until})
		for _, d := range assistants {
			if d.CourseLost {
				differ("course %s is not there, and %s assists at it", d.CourseID, d.InstructorID)
			} else {
				differ("course %s: its assistant %s is not there", d.CourseID, d.InstructorID)
			}
		}
		return err
	})
}
