package bench

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/throng-social/throng/internal/imports"
	"github.com/throng-social/throng/internal/lab/generate"
	throng "github.com/throng-social/throng/sdk/go"
)

// reviewSet is a generated set of products and reviews, in files.
type reviewSet struct {
	generate.Spec

	dir string
}

// reviews makes the set where there is none yet.
func (w *world) reviews(ctx context.Context, r *report) (*reviewSet, error) {
	if w.set != nil {
		return w.set, nil
	}
	spec, err := generate.Of(w.size.Products, 1)
	if err != nil {
		return nil, err
	}
	r.sayf("making reviews: %v", spec)
	set := &reviewSet{Spec: spec, dir: filepath.Join(w.dir, "reviews")}
	if err := errors.Join(spec.CheckDisk(w.dir), w.template(ctx)); err != nil {
		return nil, err
	}
	if _, err := generate.Write(ctx, spec, set.dir, nil); err != nil {
		return nil, err
	}
	w.set = set
	return set, nil
}

// load imports all of it.
func (s *reviewSet) load(ctx context.Context, client *throng.Client) error {
	done, err := imports.Reviews(ctx, imports.ReviewsConfig{Client: client, Path: s.dir})
	if err == nil && (done.ReviewsCreated != s.Reviews || done.ProductsCreated != s.Products) {
		err = fmt.Errorf("the import made %v", done)
	}
	return err
}

// courseSet is a generated set of courses and those who teach them, in files.
type courseSet struct {
	generate.CourseSpec

	dir string
}

func (w *world) courses(ctx context.Context, r *report) (*courseSet, error) {
	spec, err := generate.OfCourses(w.size.Courses, 1)
	if err != nil {
		return nil, err
	}
	r.sayf("making courses: %v", spec)
	set := &courseSet{dir: filepath.Join(w.dir, "courses")}
	if err := errors.Join(spec.CheckDisk(w.dir), w.template(ctx)); err != nil {
		return nil, err
	}
	set.CourseSpec, err = generate.WriteCourses(ctx, spec, set.dir, nil)
	return set, err
}

func (s *courseSet) load(ctx context.Context, client *throng.Client) error {
	done, err := imports.Courses(ctx, imports.CoursesConfig{Client: client, Path: s.dir})
	if err == nil && (done.InstructorsCreated != s.Instructors || done.CoursesCreated != s.Courses || done.AssistantsCreated != s.Assistants) {
		err = fmt.Errorf("the import made %v", done)
	}
	return err
}

// weatherSet is generated weather of a form, in a file.
type weatherSet struct {
	generate.Weather

	file string
}

// weather makes a set: of the reference's places as many as have 82 rows each, as there, or of a
// hundred as many as have a thousand.
func (w *world) weather(ctx context.Context, r *report, form generate.Form) (*weatherSet, error) {
	spec := generate.FullWeather(form, 1)
	spec.Rows = w.size.Observations
	spec.Places = min(spec.Places, max(spec.Rows/weatherRows[form], 1))
	r.sayf("making weather: %v", spec)
	set := &weatherSet{Weather: spec, file: filepath.Join(w.dir, fmt.Sprintf("weather-%s.csv", form))}
	if err := errors.Join(spec.CheckDisk(w.dir), w.template(ctx)); err != nil {
		return nil, err
	}
	return set, generate.WriteWeather(ctx, spec, set.file, nil)
}

// weatherRows is how many rows a place has at least.
var weatherRows = map[generate.Form]int64{generate.Sparse: 82, generate.Dense: 1000}

func (s *weatherSet) load(ctx context.Context, client *throng.Client) error {
	done, err := imports.Weather(ctx, imports.WeatherConfig{Client: client, File: s.file})
	if err == nil && (done.Created != s.Rows || done.LocationsCreated != s.Places) {
		err = fmt.Errorf("the import made %v", done)
	}
	return err
}
