package course_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"
	"github.com/throng-social/throng/internal/course"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

// full is a course of which every section shows something.
type full struct {
	course, product string
	lead, helper    *coursev1.Instructor
}

func (w world) full(number string) full {
	w.t.Helper()
	p := w.product()
	c := w.course(number, func(req *coursev1.CreateCourseRequest) { req.ProductId = p.GetId() })
	f := full{course: c.GetId(), product: p.GetId(), lead: w.instructor("Ada", "Lead of "+number), helper: w.instructor("Bob", "Helper of "+number)}
	w.assign(c, f.lead, primary)
	w.assign(c, f.helper, assistant)
	w.review(p, 7)
	return f
}

// sectionsOf are the sections of a page: "ok" or why there is nothing.
func sectionsOf(p *coursev1.GetCoursePageResponse) map[string]string {
	all := map[string]string{}
	for name, s := range map[string]interface {
		GetFailure() *coursev1.SectionFailure
	}{
		"course": p.GetCourse(), "primary": p.GetPrimaryInstructor(), "assistants": p.GetAssistants(),
		"meta": p.GetReviewMeta(), "reviews": p.GetReviews(), "syllabus": p.GetSyllabus(),
	} {
		all[name] = "ok"
		if failure := s.GetFailure(); failure != nil {
			all[name] = failure.GetReason()
		}
	}
	return all
}

// wantPage holds that the sections which fail do so for a reason, and that all others
// show what they have to.
func (w world) wantPage(what string, f full, p *coursev1.GetCoursePageResponse, reason string, failing ...string) {
	w.t.Helper()
	for _, d := range differences(f, p, reason, failing...) {
		w.t.Errorf("%s: %s", what, d)
	}
}

func differences(f full, p *coursev1.GetCoursePageResponse, reason string, failing ...string) (all []string) {
	shown := map[string]string{
		"course":  p.GetCourse().GetContent().GetId(),
		"primary": p.GetPrimaryInstructor().GetContent().GetInstructor().GetLastName(),
		"meta":    fmt.Sprint(p.GetReviewMeta().GetContent().GetMeta().GetTotal()),
		"reviews": fmt.Sprint(len(p.GetReviews().GetContent().GetReviews())), "syllabus": fmt.Sprint(len(p.GetSyllabus().GetContent().GetSections())),
	}
	for _, who := range p.GetAssistants().GetContent().GetInstructors() {
		shown["assistants"] += who.GetLastName()
	}
	content := map[string]string{
		"course": f.course, "primary": f.lead.GetLastName(), "assistants": f.helper.GetLastName(), "meta": "7", "reviews": "5", "syllabus": "2",
	}
	for name, got := range sectionsOf(p) {
		want := "ok"
		if slices.Contains(failing, name) {
			want = reason
		}
		if got != want {
			all = append(all, fmt.Sprintf("%s is %s, want %s", name, got, want))
		} else if want == "ok" && shown[name] != content[name] {
			all = append(all, fmt.Sprintf("%s shows %s, want %s", name, shown[name], content[name]))
		}
	}
	return all
}

func TestAPageShowsAllThereIsOfACourse(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam, patient)
		f := w.full("CS-101")
		for range 2 { // from the database, then from memory
			w.wantPage("the page", f, w.page(f.course), "")
		}
	})
}

// patient is for machines on which a section may take its time.
func patient(d *course.Deps) { d.SectionTime = time.Minute }

func TestAPageOfACourseThatHasNothingIsWhole(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam, patient)
		p := w.page(w.course("CS-101", func(req *coursev1.CreateCourseRequest) { req.Syllabus = nil }).GetId())
		for name, got := range sectionsOf(p) {
			equal(t, name, got, "ok")
		}
		if p.GetPrimaryInstructor().GetContent().GetInstructor() != nil || p.GetReviewMeta().GetContent().GetMeta() != nil {
			t.Errorf("it shows %v", p)
		}
	})
}

func TestAPageLeadsToTheAssistantsWhomItDoesNotShow(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam, patient)
		c := w.course("CS-101")
		w.assign(c, w.instructor("Ada", "Lead"), primary)
		for i := range 23 {
			w.assign(c, w.instructor("No", fmt.Sprintf("%02d", i)), assistant)
		}
		shown := w.page(c.GetId()).GetAssistants().GetContent()
		equal(t, "shown", len(shown.GetInstructors()), 20)
		rest, err := w.ListCourseInstructors(t.Context(), &coursev1.ListCourseInstructorsRequest{CourseId: c.GetId(), PageToken: shown.GetNextPageToken()})
		must(t, err)
		equal(t, "the rest", len(rest.GetInstructors()), 3)
		equal(t, "the next one", rest.GetInstructors()[0].GetInstructor().GetLastName(), "20")
	})
}

// saboteur makes statements that name something fail, or hang as long as they may.
type saboteur struct {
	mu   sync.Mutex
	hang bool
	on   map[string]bool
}

// begin names a statement and what it is about.
func (s *saboteur) begin(statement, about string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.on[statement+" "+about] = true
}

// TraceQueryStart implements pgx.QueryTracer.
func (s *saboteur) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	_, name, _ := strings.Cut(q.SQL, "-- name: ")
	name, _, _ = strings.Cut(name, " ")
	for _, arg := range q.Args {
		var about []uuid.UUID
		switch v := arg.(type) {
		case uuid.UUID:
			about = []uuid.UUID{v}
		case []uuid.UUID:
			about = v
		}
		for _, u := range about {
			s.mu.Lock()
			sabotaged := s.on[name+" "+u.String()]
			s.mu.Unlock()
			if !sabotaged {
				continue
			}
			if s.hang {
				<-ctx.Done()
			}
			dead, cancel := context.WithCancel(ctx)
			cancel()
			return dead
		}
	}
	return ctx
}

// TraceQueryEnd implements pgx.QueryTracer.
func (*saboteur) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// sabotages are what each section needs, and which sections fail without it.
var sabotages = []struct {
	statement string
	about     func(f full) string
	failing   []string
}{
	{"LoadCourses", func(f full) string { return f.course }, []string{"course"}},
	{"LoadSyllabi", func(f full) string { return f.course }, []string{"syllabus"}},
	{"LoadAssistants", func(f full) string { return f.course }, []string{"assistants"}},
	{"LoadInstructors", func(f full) string { return f.helper.GetId() }, []string{"assistants"}},
	{"LoadInstructors", func(f full) string { return f.lead.GetId() }, []string{"primary"}},
	{"LoadMeta", func(f full) string { return f.product }, []string{"meta"}},
	{"ListRelevant", func(f full) string { return f.product }, []string{"reviews"}},
	{"LoadFrames", func(f full) string { return f.course }, []string{"primary", "meta", "reviews"}},
}

// All pages are asked for at once, each with another part that fails or hangs.
func TestASectionThatFailsOrHangsTakesNoOtherWithIt(t *testing.T) {
	t.Parallel()
	for name, reason := range map[string]string{"fails": "canceled", "hangs": "deadline_exceeded"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
				s := &saboteur{hang: name == "hangs", on: map[string]bool{}}
				w := on(t, seam, pgtest.New(t), s)
				courses := make([]full, len(sabotages))
				for i, sabotage := range sabotages {
					courses[i] = w.full(fmt.Sprint("C-", i))
					s.begin(sabotage.statement, sabotage.about(courses[i]))
				}
				// On a machine that is so slow that others are not there by the time they
				// are told, they get much more.
				var wrong []string
				for _, most := range []time.Duration{2 * time.Second, time.Minute} {
					if wrong = w.taking(seam, most).sabotaged(courses, reason); len(wrong) == 0 {
						return
					}
				}
				t.Error(strings.Join(wrong, "\n"))
			})
		})
	}
}

// sabotaged asks for the page of each course, and answers what is wrong with them.
func (w world) sabotaged(courses []full, reason string) (wrong []string) {
	w.t.Helper()
	pages := make([]*coursev1.GetCoursePageResponse, len(courses))
	ends := allAtOnce(len(courses), func(i int) (err error) {
		pages[i], err = w.GetCoursePage(w.t.Context(), &coursev1.GetCoursePageRequest{CourseId: courses[i].course})
		return err
	})
	equal(w.t, "pages", ends[""], len(courses))
	for i, sabotage := range sabotages {
		for _, d := range differences(courses[i], pages[i], reason, sabotage.failing...) {
			wrong = append(wrong, sabotage.statement+": "+d)
		}
	}
	return wrong
}

func TestWhatACourseShowsOfAProductThatIsGoneSaysSo(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam, patient)
		f := w.full("CS-101")
		w.exec(`UPDATE courses SET product_id = '00000000-0000-7000-8000-000000000001'`)
		w.wantPage("the page", f, w.page(f.course), "product_not_found", "meta", "reviews")
	})
}

func TestPastTheBoundSectionsAreRefusedAndNotPages(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam, patient)
		f := w.full("CS-101")
		w.service.SetMostSections(0)
		w.wantPage("the page", f, w.page(f.course), "busy", "course", "primary", "assistants", "meta", "reviews", "syllabus")
	})
}
