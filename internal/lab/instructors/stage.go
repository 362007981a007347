package instructors

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/imports"
	"github.com/throng-social/throng/internal/lab/database"
	"github.com/throng-social/throng/internal/lab/deployment"
	"github.com/throng-social/throng/internal/lab/generate"
	"github.com/throng-social/throng/internal/progress"
	throng "github.com/throng-social/throng/sdk/go"
)

const (
	// diskRatio is how many times the set's files are on disk: they themselves, and what
	// the import and its replica make of them.
	diskRatio = 1 + 2*5
	// hotDrawn is how many courses the hot one is the most taught of, and hotAssistants
	// how many it has at most: the first page has room for them and for all guests.
	hotDrawn      = 2000
	hotAssistants = 9
)

// stage is the deployment with what is in it.
type stage struct {
	Config
	*deployment.Deployment

	// token is the operator's.
	token    string
	teaching *generate.Teaching
	// courses are the ids of all, in the order of the set; hot is the place of one.
	courses []uuid.UUID
	hot     int64
	loaded  *Loaded
}

func openStage(ctx context.Context, c Config) (s *stage, err error) {
	s = &stage{Config: c, teaching: generate.TeachingOf(c.Set)}
	s.Deployment, err = deployment.Open(ctx, deployment.Options{
		Name: "throng-lab-instructors", Folder: c.Dir, Server: c.Server, Running: c.Running, Serve: c.Serve, Concurrency: c.Concurrency, Prepare: s.checkRoom,
	})
	if err != nil {
		return nil, err
	}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// checkRoom wants room for the set, unless it is there.
func (s *stage) checkRoom(folder string) error {
	return deployment.CheckRoom(folder, s.Set, diskRatio*s.Set.Disk())
}

func (s *stage) open(ctx context.Context) (err error) {
	if s.token, err = s.Administrator(ctx, "i"+strconv.FormatInt(time.Now().UnixMicro(), 36)+"_operator"); err != nil {
		return err
	}
	if err := s.load(ctx); err != nil {
		return err
	}
	s.hot = s.hottest()
	return s.findCourses(ctx)
}

// load generates the set and imports it through the API, unless it is there. A load that
// was interrupted goes on where it was: the same seed makes the same set.
func (s *stage) load(ctx context.Context) error {
	if s.Server != "" {
		return nil
	}
	there, err := deployment.Has(s.Folder, s.Set)
	if err != nil || there {
		return err
	}
	files := filepath.Join(s.Folder, "files")
	defer os.RemoveAll(files) //nolint:errcheck // what is left goes with the folder, or is written over
	if _, err := generate.WriteCourses(ctx, s.Set, files, s.Out); err != nil {
		return err
	}
	if err := s.carry(ctx, files); err != nil {
		return err
	}
	return deployment.Keep(ctx, s.Deployment, s.Set)
}

// carry imports the files.
func (s *stage) carry(ctx context.Context, files string) error {
	began := time.Now()
	done, err := imports.Courses(ctx, imports.CoursesConfig{Client: throng.New(s.Base, throng.WithToken(s.token)), Path: files, Out: s.Out})
	if err == nil && (done.Courses != s.Set.Courses || done.Instructors != s.Set.Instructors) {
		err = fmt.Errorf("%d courses and %d instructors were imported, not %v", done.Courses, done.Instructors, s.Set)
	}
	if err != nil {
		return err
	}
	s.loaded = &Loaded{
		Instructors: done.InstructorsCreated, Courses: done.CoursesCreated, Assistants: done.AssistantsCreated, Seconds: time.Since(began).Seconds(),
	}
	fmt.Fprintln(s.Out, done)
	return nil
}

// hottest is the most taught of some courses that fit on a page.
func (s *stage) hottest() (hot int64) {
	random, most := rand.New(rand.NewPCG(s.Seed, 0x686f74)), -1
	for range hotDrawn {
		course := random.Int64N(s.Set.Courses)
		if n := s.teaching.AssistantsOf(course); n > most && n <= hotAssistants {
			hot, most = course, n
		}
	}
	return hot
}

// findCourses finds the ids of all courses of the set.
func (s *stage) findCourses(ctx context.Context) error {
	s.courses = make([]uuid.UUID, s.Set.Courses)
	bar := progress.New(s.Out, "finding", "courses", s.Set.Courses)
	defer bar.Finish()
	found := int64(0)
	err := database.EachCourse(ctx, s.Database, func(number string, course uuid.UUID) {
		if i := s.place(number); i >= 0 {
			s.courses[i] = course
			found++
			bar.Step(1)
		}
	})
	if err == nil && found != s.Set.Courses {
		err = fmt.Errorf("the deployment has %d of the %d courses of the set with seed %d: load it with `throng lab generate courses` and `throng import courses`",
			found, s.Set.Courses, s.Set.Seed)
	}
	return err
}

// place is that of a course in the set, by its number, which is unique; -1 where it is
// none of the set.
func (s *stage) place(number string) int64 {
	_, digits, _ := strings.Cut(number, "-")
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 1 || n > s.Set.Courses || s.teaching.Number(n-1) != number {
		return -1
	}
	return n - 1
}
