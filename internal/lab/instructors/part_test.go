package instructors

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/google/uuid"

	coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"
	"github.com/throng-social/throng/gen/go/throng/course/v1/coursev1connect"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/lab/deployment"
	"github.com/throng-social/throng/internal/lab/generate"
	"github.com/throng-social/throng/internal/lab/load"
)

// at is a position of the log.
func at(log uint64) consistency.Position { return consistency.Position{Log: log} }

func teaching(t *testing.T) *generate.Teaching {
	t.Helper()
	set, err := generate.OfCourses(generate.LeastCourses, 1)
	if err != nil {
		t.Fatal(err)
	}
	return generate.TeachingOf(set)
}

// ofThree is the first course with two assistants.
func ofThree(t *testing.T, known *generate.Teaching) int64 {
	t.Helper()
	for course := range known.Courses {
		if known.AssistantsOf(course) == 2 {
			return course
		}
	}
	t.Fatal("no course has two assistants")
	return 0
}

// page is what a list has to be.
func page(known *generate.Teaching, course int64) *coursev1.ListCourseInstructorsResponse {
	res := &coursev1.ListCourseInstructorsResponse{}
	_, keys := known.Course(course)
	for i, key := range keys {
		role := coursev1.Role_ROLE_ASSISTANT
		if i == 0 {
			role = coursev1.Role_ROLE_PRIMARY
		}
		who := known.Instructor(key)
		res.Instructors = append(res.Instructors, &coursev1.CourseInstructor{Role: role, Instructor: &coursev1.Instructor{
			Id: fmt.Sprintf("%d-%02d", course, i), FirstName: who.FirstName, MiddleInitial: who.MiddleInitial, LastName: who.LastName, AcademicTitle: who.AcademicTitle,
			Title: who.Title, Organization: who.Organization, Learners: who.Learners, AverageRatingHundredths: who.AverageHundredths, Ratings: who.Ratings,
		}})
	}
	if len(keys) > pageSize {
		res.Instructors, res.NextPageToken = res.GetInstructors()[:pageSize], "more"
	}
	return res
}

// joined adds somebody at the end of a list, who is an assistant.
func joined(res *coursev1.ListCourseInstructorsResponse, id, organization string) *coursev1.ListCourseInstructorsResponse {
	res.Instructors = append(res.GetInstructors(), &coursev1.CourseInstructor{
		Role: coursev1.Role_ROLE_ASSISTANT, Instructor: &coursev1.Instructor{Id: id, LastName: "Somebody", Organization: organization},
	})
	return res
}

func TestListsThatAreRightPass(t *testing.T) {
	t.Parallel()
	known := teaching(t)
	for course := range known.Courses {
		if err := checkTeachers(known, course, page(known, course)); err != nil {
			t.Error(err)
		}
	}
	course := ofThree(t, known)
	if err := checkTeachers(known, course, joined(page(known, course), "g", guestOrganization)); err != nil {
		t.Errorf("with a guest: %v", err)
	}
	res := page(known, course)
	res.GetInstructors()[1].GetInstructor().Learners += 7
	if err := checkTeachers(known, course, res); err != nil {
		t.Errorf("with more learners: %v", err)
	}
}

func TestListsOfOthersThanTheSetHasThereAreFound(t *testing.T) {
	t.Parallel()
	known := teaching(t)
	course := ofThree(t, known)
	for name, spoil := range map[string]func(*coursev1.ListCourseInstructorsResponse){
		"nobody":                  func(r *coursev1.ListCourseInstructorsResponse) { r.Instructors = nil },
		"an assistant is missing": func(r *coursev1.ListCourseInstructorsResponse) { r.Instructors = r.GetInstructors()[:2] },
		"a stranger":              func(r *coursev1.ListCourseInstructorsResponse) { joined(r, "x", "Elsewhere") },
		"twice the same": func(r *coursev1.ListCourseInstructorsResponse) {
			r.Instructors = append(r.GetInstructors(), r.GetInstructors()[2])
		},
		"more, and yet no end": func(r *coursev1.ListCourseInstructorsResponse) { r.NextPageToken = "more" },
		"out of order": func(r *coursev1.ListCourseInstructorsResponse) {
			r.GetInstructors()[1], r.GetInstructors()[2] = r.GetInstructors()[2], r.GetInstructors()[1]
		},
		"an assistant leads": func(r *coursev1.ListCourseInstructorsResponse) {
			r.GetInstructors()[0].Instructor, r.GetInstructors()[1].Instructor = r.GetInstructors()[1].GetInstructor(), r.GetInstructors()[0].GetInstructor()
		},
		"two lead": func(r *coursev1.ListCourseInstructorsResponse) {
			r.GetInstructors()[1].Role = coursev1.Role_ROLE_PRIMARY
		},
		"nobody leads": func(r *coursev1.ListCourseInstructorsResponse) {
			r.GetInstructors()[0].Role = coursev1.Role_ROLE_ASSISTANT
		},
		"another name": func(r *coursev1.ListCourseInstructorsResponse) {
			r.GetInstructors()[0].GetInstructor().LastName = "Nobody"
		},
		"fewer learners": func(r *coursev1.ListCourseInstructorsResponse) { r.GetInstructors()[2].GetInstructor().Learners-- },
		"other ratings":  func(r *coursev1.ListCourseInstructorsResponse) { r.GetInstructors()[1].GetInstructor().Ratings++ },
		"another average": func(r *coursev1.ListCourseInstructorsResponse) {
			r.GetInstructors()[1].GetInstructor().AverageRatingHundredths++
		},
		"of another course": func(r *coursev1.ListCourseInstructorsResponse) {
			r.Instructors = page(known, course+1).GetInstructors()
		},
	} {
		res := page(known, course)
		spoil(res)
		if err := checkTeachers(known, course, res); load.OutcomeOf(err) != load.WrongBody {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// kept is a ledger of course 0. Of its guests the first came at position 10 and went at
// 20, the second came at 30, the third is on his way, and the fourth was never there;
// an instructor with 100 learners got one more at 40.
func kept(t *testing.T) *ledger {
	t.Helper()
	l := newLedger()
	random := load.NewPerson(1, 1).Random
	for _, guest := range []string{"g1", "g2", "g3"} {
		l.guests = []string{guest}
		if got := l.take(0, random); got != guest {
			t.Fatalf("%q came", got)
		}
		if again := l.take(0, random); again != "" {
			t.Fatalf("%q came twice", again)
		}
	}
	l.guests = []string{"g1", "g2", "g3", "g4"}
	l.moved(visit{0, "g1"}, true, at(10))
	l.leaves(visit{0, "g1"})
	l.moved(visit{0, "g1"}, false, at(20))
	l.moved(visit{0, "g2"}, true, at(30))
	if learners, ok := l.offer(&coursev1.Instructor{Id: "a", Learners: 100}); learners != 101 || !ok {
		t.Fatalf("%d learners are offered: %v", learners, ok)
	}
	if _, ok := l.offer(&coursev1.Instructor{Id: "a", Learners: 100}); ok {
		t.Fatal("somebody is changed twice at once")
	}
	l.grew("a", at(40))
	return l
}

func TestAnswersThatAreStaleAreFound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		seen     uint64
		shown    string
		learners int64
		more     bool
		right    bool
	}{
		"all of it":                            {seen: 40, shown: "g2", learners: 101, right: true},
		"with one who is on his way":           {seen: 40, shown: "g2 g3", learners: 101, right: true},
		"one who came is missing":              {seen: 30, learners: 101},
		"... whose reader has not seen him":    {seen: 29, learners: 101, right: true},
		"... who may be on the next page":      {seen: 30, learners: 101, more: true, right: true},
		"one who went is shown":                {seen: 30, shown: "g1 g2", learners: 101},
		"... whose reader has not seen him go": {seen: 19, shown: "g1 g2", learners: 101, right: true},
		"one who never came is shown":          {seen: 0, shown: "g4", learners: 101},
		"too few learners":                     {seen: 40, shown: "g2", learners: 100},
		"... whose reader has not seen more":   {seen: 39, shown: "g2", learners: 100, right: true},
		"more learners than anybody wrote":     {seen: 0, learners: 102},
	} {
		l, res := kept(t), &coursev1.ListCourseInstructorsResponse{}
		res.Instructors = []*coursev1.CourseInstructor{{Role: coursev1.Role_ROLE_PRIMARY, Instructor: &coursev1.Instructor{Id: "a", Learners: c.learners}}}
		for guest := range strings.FieldsSeq(c.shown) {
			joined(res, guest, guestOrganization)
		}
		if c.more {
			res.NextPageToken = "more"
		}
		err := l.check(0, res, l.begin(at(c.seen)))
		if want := map[bool]load.Outcome{true: load.OK, false: load.WrongBody}[c.right]; load.OutcomeOf(err) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatWasAcknowledgedAfterAReadBeganIsNotDemandedOfIt(t *testing.T) {
	t.Parallel()
	l := newLedger()
	who := &coursev1.Instructor{Id: "a", Learners: 1}
	res := &coursev1.ListCourseInstructorsResponse{Instructors: []*coursev1.CourseInstructor{{Instructor: who}}}
	l.offer(who)
	began := l.begin(at(10))
	l.grew("a", at(10))
	if err := l.check(0, res, began); err != nil {
		t.Error(err)
	}
	if err := l.check(0, res, l.begin(at(10))); load.OutcomeOf(err) != load.WrongBody {
		t.Error(err)
	}
}

// fake is a server that answers for the courses of a set what answer does with the page
// that is right; it acknowledges every write, and remembers none.
type fake struct {
	coursev1connect.UnimplementedCourseServiceHandler

	known  *generate.Teaching
	places map[string]int64
	answer func(context.Context, *coursev1.ListCourseInstructorsResponse) (*coursev1.ListCourseInstructorsResponse, error)
}

func (f *fake) ListCourseInstructors(ctx context.Context, req *coursev1.ListCourseInstructorsRequest) (*coursev1.ListCourseInstructorsResponse, error) {
	tell(ctx)
	return f.answer(ctx, page(f.known, f.places[req.GetCourseId()]))
}

func (*fake) AssignInstructor(ctx context.Context, _ *coursev1.AssignInstructorRequest) (*coursev1.AssignInstructorResponse, error) {
	tell(ctx)
	return &coursev1.AssignInstructorResponse{}, nil
}

func (*fake) UpdateInstructor(ctx context.Context, req *coursev1.UpdateInstructorRequest) (*coursev1.UpdateInstructorResponse, error) {
	tell(ctx)
	return &coursev1.UpdateInstructorResponse{Instructor: &coursev1.Instructor{Id: req.GetInstructorId(), Learners: req.GetLearners()}}, nil
}

func tell(ctx context.Context) {
	info, _ := connect.CallInfoForHandlerContext(ctx)
	info.ResponseHeader().Set(consistency.Header, at(7).Token())
}

// against is a run against a fake server.
func against(t *testing.T, f *fake) *run {
	t.Helper()
	f.known, f.places = teaching(t), map[string]int64{}
	ids := make([]uuid.UUID, f.known.Courses)
	for i := range ids {
		ids[i] = uuid.New()
		f.places[ids[i].String()] = int64(i)
	}
	_, handler := coursev1connect.NewCourseServiceHandler(f)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	c := Config{Most: 100, WritesPercent: 10, Step: 300 * time.Millisecond, AtOnce: 64, Seed: 1, Timeout: 2 * time.Second, Patience: time.Minute, Out: t.Output()}
	return newRun(&stage{Config: c, Deployment: &deployment.Deployment{Base: server.URL}, teaching: f.known, courses: ids}, &Result{})
}

func TestAServerThatForgetsWhatItAcknowledgedIsFoundOut(t *testing.T) {
	t.Parallel()
	r := against(t, &fake{answer: func(_ context.Context, res *coursev1.ListCourseInstructorsResponse) (*coursev1.ListCourseInstructorsResponse, error) {
		return res, nil
	}})
	r.ledger.guests = []string{"g"}
	for n, written := range []kind{updating, assigning} {
		h := newHold(r, climbs[2], 1)
		if err := h.write(t.Context(), load.Request{N: int64(n)}); load.OutcomeOf(err) != load.WrongBody {
			t.Errorf("%s: %v", kindNames[written], err)
		}
		if h.calls[looking].Total().Count(load.WrongBody) != 1 || h.calls[written].Total().Count(load.OK) != 1 {
			t.Errorf("%s: nothing was found when it was looked at", kindNames[written])
		}
	}
}

func TestWhatBecomesOfCallsIsToldApartAndProblemsAreNamed(t *testing.T) {
	t.Parallel()
	var n atomic.Int64
	r := against(t, &fake{answer: func(ctx context.Context, res *coursev1.ListCourseInstructorsResponse) (*coursev1.ListCourseInstructorsResponse, error) {
		switch n.Add(1) % 6 {
		case 0:
			return nil, connect.NewError(connect.CodeResourceExhausted, errors.New("later"))
		case 1:
			return nil, connect.NewError(connect.CodeInternal, errors.New("broken"))
		case 2:
			return nil, connect.NewError(connect.CodeNotFound, errors.New("what course"))
		case 3:
			<-ctx.Done()
			return nil, ctx.Err()
		case 4:
			res.Instructors = nil
		}
		return res, nil
	}})
	if err := r.climb(t.Context(), climbs[0]); err != nil {
		t.Fatal(err)
	}
	steps := r.found.Climbs[0].Steps
	if len(steps) != 3 {
		t.Fatalf("%d steps", len(steps))
	}
	last := steps[2]
	for _, o := range load.Outcomes()[:load.Dropped] {
		if last.Reads.Outcomes[o.String()] == 0 {
			t.Errorf("no call was %v: %v", o, last)
		}
	}
	if !last.Bent || last.LostPercent < 50 || last.FailedPercent != last.LostPercent {
		t.Errorf("it does not bend: %+v", last)
	}
	problems := strings.Join(r.found.Problems, "\n")
	for o, problem := range map[load.Outcome]bool{load.WrongBody: true, load.ServerError: true, load.ClientError: true, load.Refused: false, load.TimedOut: false} {
		if strings.Contains(problems, " "+o.String()+",") != problem {
			t.Errorf("%v, among the problems: %v\n%s", o, !problem, problems)
		}
	}
}

func TestAClimbEndsWhereItBends(t *testing.T) {
	t.Parallel()
	r := against(t, &fake{answer: func(context.Context, *coursev1.ListCourseInstructorsResponse) (*coursev1.ListCourseInstructorsResponse, error) {
		return nil, connect.NewError(connect.CodeResourceExhausted, errors.New("later"))
	}})
	r.Most, r.Step = 64*reference, 50*time.Millisecond
	if err := r.climb(t.Context(), climbs[1]); err != nil {
		t.Fatal(err)
	}
	var rates []float64
	for _, s := range r.found.Climbs[0].Steps {
		rates = append(rates, s.Rate)
	}
	if !slices.Equal(rates, []float64{1, 10, 100, reference}) || len(r.found.Problems) > 0 {
		t.Errorf("it was asked at %v a second: %v", rates, r.found.Problems)
	}
}
