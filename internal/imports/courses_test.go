package imports_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"connectrpc.com/connect"

	coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"
	"github.com/throng-social/throng/internal/imports"
	"github.com/throng-social/throng/internal/lab/generate"
)

func (d deployment) courses(ctx context.Context, path string, out io.Writer) (imports.CoursesSummary, error) {
	return imports.Courses(ctx, imports.CoursesConfig{Client: d.operator, Path: path, MaxErrors: 100, Out: out})
}

func TestAGeneratedSetOfCoursesIsImportedWholeAndOnce(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	dir := t.TempDir()
	spec, err := generate.OfCourses(3000, 3)
	must(t, err)
	_, err = generate.WriteCourses(t.Context(), spec, dir, nil)
	must(t, err)
	got, err := d.courses(t.Context(), dir, nil)
	must(t, err)
	if got.InstructorsCreated != spec.Instructors || got.CoursesCreated != spec.Courses || got.AssistantsCreated != spec.Assistants || got.Bad+got.Refused != 0 {
		t.Errorf("got %v of %v", got, spec)
	}
	must(t, d.app.Recount(t.Context(), "course", io.Discard))
	list, err := d.member.Courses.SearchCourses(t.Context(), &coursev1.SearchCoursesRequest{Query: "cs-1"})
	must(t, err)
	for _, c := range list.GetCourses() {
		p, err := d.member.Courses.GetCoursePage(t.Context(), &coursev1.GetCoursePageRequest{CourseId: c.GetId()})
		must(t, err)
		if p.GetCourse().GetFailure() == nil && p.GetCourse().GetContent().GetNumber() != c.GetNumber() {
			t.Errorf("the page of %s is %v", c.GetNumber(), p)
		}
	}
	again, err := d.courses(t.Context(), dir, nil)
	must(t, err)
	if again.Instructors != spec.Instructors || again.Courses != spec.Courses || again.InstructorsCreated+again.CoursesCreated+again.AssistantsCreated != 0 {
		t.Error("again", again)
	}
}

func TestAnInterruptedImportOfCoursesGoesOnWhenRunAgain(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	name := filepath.Join(t.TempDir(), "courses.jsonl")
	var text strings.Builder
	const rows = 10_000
	for i := range rows {
		fmt.Fprintf(&text, `{"instructor": {"key": "%d", "lastName": "Name"}}`+"\n", i)
	}
	for i := range rows {
		if i == 5500 {
			fmt.Fprintln(&text, "a bad line that is told of in the midst")
		}
		fmt.Fprintf(&text, `{"course": {"number": "C-%d", "title": "Title", "primaryInstructorKey": "%d", "assistantKeys": ["%d"]}}`+"\n", i, i, (i+1)%rows)
	}
	must(t, os.WriteFile(name, []byte(text.String()), 0o600))
	ctx, interrupt := context.WithCancel(t.Context())
	got, err := d.courses(ctx, name, onWrite(interrupt))
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "run it again to go on") || got.InstructorsCreated != rows || got.CoursesCreated < 5000 || got.CoursesCreated >= rows {
		t.Fatal("got", got, err)
	}
	again, err := d.courses(t.Context(), name, nil)
	if err == nil || again.InstructorsCreated != 0 || again.CoursesCreated+got.CoursesCreated != rows || again.AssistantsCreated+got.AssistantsCreated != rows || again.Bad != 1 {
		t.Errorf("got %v, then %v, %v", got, again, err)
	}
	must(t, d.app.Recount(t.Context(), "course", io.Discard))
}

func TestRefusedCoursesAreNamedToo(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	name := filepath.Join(t.TempDir(), "courses.csv")
	must(t, os.WriteFile(name, []byte("number,title,primary_instructor_id\nA,Fine,\nB,Without,nobody\n"), 0o600))
	var out bytes.Buffer
	got, err := d.courses(t.Context(), name, &out)
	if err == nil || got.Refused != 1 || got.CoursesCreated != 1 || !strings.Contains(out.String(), "line 3: refused, instructor_missing") {
		t.Error("got", got, err, out.String())
	}
	if _, err := imports.Courses(t.Context(), imports.CoursesConfig{Client: d.member, Path: name}); connect.CodeOf(err) != connect.CodePermissionDenied {
		t.Error("a member got", err)
	}
}
