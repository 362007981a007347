package course

import (
	"context"
	"strings"

	"github.com/throng-social/throng/gen/db/coursedb"
	coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/page"
	"github.com/throng-social/throng/internal/postgres"
)

// SearchCourses implements CourseService.
func (s *Service) SearchCourses(ctx context.Context, req *coursev1.SearchCoursesRequest) (*coursev1.SearchCoursesResponse, error) {
	query := textKey(req.GetQuery())
	ids, next, err := s.find(ctx, search{"courses", query, s.coursesBy(query)}, req.GetPageToken(), int(page.Size(req.GetPageSize())))
	if err != nil || len(ids) == 0 {
		return &coursev1.SearchCoursesResponse{}, err
	}
	found, err := s.courses.GetMany(ctx, ids, s.loadCourses)
	if err != nil {
		return nil, err
	}
	res := &coursev1.SearchCoursesResponse{NextPageToken: next}
	for _, u := range ids {
		if c := found[u]; c != nil {
			res.Courses = append(res.Courses, c)
		}
	}
	return res, nil
}

// coursesBy finds courses by number, by title, and by what the title resembles.
func (s *Service) coursesBy(query string) func(context.Context, place, int32) ([]place, error) {
	end, number := endOf(query), strings.ToUpper(query)
	numberEnd := endOf(number)
	return func(ctx context.Context, after place, n int32) ([]place, error) {
		switch after.stage {
		case byFirst:
			rows, err := s.q.SearchCoursesByNumber(ctx, s.db.Reader(ctx), coursedb.SearchCoursesByNumberParams{
				Prefix: number, PrefixEnd: numberEnd, After: after.key, N: n,
			})
			return places(rows, err, func(r coursedb.SearchCoursesByNumberRow) place { return place{stage: byFirst, key: r.Key, id: r.ID} })
		case bySecond:
			rows, err := s.q.SearchCoursesByTitle(ctx, s.db.Reader(ctx), coursedb.SearchCoursesByTitleParams{
				Prefix: query, PrefixEnd: end, After: after.key, AfterID: after.id, NumberPrefix: number, NumberEnd: numberEnd, N: n,
			})
			return places(rows, err, func(r coursedb.SearchCoursesByTitleRow) place { return place{stage: bySecond, key: r.Key, id: r.ID} })
		}
		var rows []coursedb.SearchCoursesByResemblanceRow
		err := s.resembling(ctx, func(tx postgres.Tx) (err error) {
			rows, err = s.q.SearchCoursesByResemblance(ctx, tx, coursedb.SearchCoursesByResemblanceParams{
				Query: query, QueryEnd: end, NumberPrefix: number, NumberEnd: numberEnd, Candidates: candidates, AfterRank: after.rank, AfterID: after.id, N: n,
			})
			return err
		})
		return places(rows, err, func(r coursedb.SearchCoursesByResemblanceRow) place {
			return place{stage: byResemblance, rank: r.Rank, id: r.ID}
		})
	}
}

// resembling runs the last stage. It is an extra: where there is so much to compare
// that it takes too long, the search ends without it.
func (s *Service) resembling(ctx context.Context, look func(tx postgres.Tx) error) error {
	err := s.db.InSnapshot(ctx, func(tx postgres.Tx) error {
		if err := s.q.BoundSearch(ctx, tx); err != nil {
			return err
		}
		return look(tx)
	})
	if fault.Is(err, fault.TimedOut) && ctx.Err() == nil {
		s.log.WarnContext(ctx, "a search by resemblance took too long")
		return nil
	}
	return err
}

// SearchInstructors implements CourseService.
func (s *Service) SearchInstructors(ctx context.Context, req *coursev1.SearchInstructorsRequest) (*coursev1.SearchInstructorsResponse, error) {
	query := textKey(req.GetQuery())
	ids, next, err := s.find(ctx, search{"instructors", query, s.instructorsBy(query)}, req.GetPageToken(), int(page.Size(req.GetPageSize())))
	if err != nil {
		return nil, err
	}
	res := &coursev1.SearchInstructorsResponse{NextPageToken: next}
	res.Instructors, err = s.people(ctx, ids)
	return res, err
}

// instructorsBy finds instructors by name, by last name, and by what the name
// resembles.
func (s *Service) instructorsBy(query string) func(context.Context, place, int32) ([]place, error) {
	end := endOf(query)
	return func(ctx context.Context, after place, n int32) ([]place, error) {
		switch after.stage {
		case byFirst:
			rows, err := s.q.SearchInstructorsByName(ctx, s.db.Reader(ctx), coursedb.SearchInstructorsByNameParams{
				Prefix: query, PrefixEnd: end, After: after.key, AfterID: after.id, N: n,
			})
			return places(rows, err, func(r coursedb.SearchInstructorsByNameRow) place { return place{stage: byFirst, key: r.Key, id: r.ID} })
		case bySecond:
			rows, err := s.q.SearchInstructorsByLastName(ctx, s.db.Reader(ctx), coursedb.SearchInstructorsByLastNameParams{
				Prefix: query, PrefixEnd: end, After: after.key, AfterID: after.id, N: n,
			})
			return places(rows, err, func(r coursedb.SearchInstructorsByLastNameRow) place {
				return place{stage: bySecond, key: r.Key, id: r.ID}
			})
		}
		var rows []coursedb.SearchInstructorsByResemblanceRow
		err := s.resembling(ctx, func(tx postgres.Tx) (err error) {
			rows, err = s.q.SearchInstructorsByResemblance(ctx, tx, coursedb.SearchInstructorsByResemblanceParams{
				Query: query, QueryEnd: end, Candidates: candidates, AfterRank: after.rank, AfterID: after.id, N: n,
			})
			return err
		})
		return places(rows, err, func(r coursedb.SearchInstructorsByResemblanceRow) place {
			return place{stage: byResemblance, rank: r.Rank, id: r.ID}
		})
	}
}
