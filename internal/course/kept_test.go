package course_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"

	coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"
	"github.com/throng-social/throng/internal/cache"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/course"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/pubsub"
	"github.com/throng-social/throng/internal/pubsub/pgnotify"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

// gate holds whoever has read the answer of a statement, once, until it is opened.
type gate struct {
	statement    string
	read, opened chan struct{}
}

type held struct{}

// TraceQueryStart implements pgx.QueryTracer.
func (g *gate) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	if strings.Contains(q.SQL, "-- name: "+g.statement+" ") {
		return context.WithValue(ctx, held{}, true)
	}
	return ctx
}

// TraceQueryEnd implements pgx.QueryTracer.
func (g *gate) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryEndData) {
	if ctx.Value(held{}) == nil {
		return
	}
	select {
	case g.read <- struct{}{}:
		<-g.opened
	case <-g.opened:
	}
}

// In process, where caches are. A loader has read the database and has not yet kept
// what it read, while a write is acknowledged: what it keeps would be old, for
// everybody, for seconds.
func TestALoadThatAWriteOvertookIsNotKept(t *testing.T) {
	t.Parallel()
	type scene struct {
		world
		course      *coursev1.Course
		ada, bob    *coursev1.Instructor
		productMade string
	}
	change := func(req *coursev1.UpdateCourseRequest) func(s scene) {
		return func(s scene) {
			req.CourseId = s.course.GetId()
			if req.ProductId != nil {
				req.ProductId = &s.productMade
			}
			_, err := s.UpdateCourse(staff(s.t), req)
			must(s.t, err)
		}
	}
	for _, c := range []struct {
		statement, what string
		write           func(s scene)
	}{
		{"LoadCourses", "a title", change(&coursev1.UpdateCourseRequest{Title: new("New")})},
		{"LoadSyllabi", "a syllabus", change(&coursev1.UpdateCourseRequest{Syllabus: sections("New")})},
		{"LoadFrames", "a product", change(&coursev1.UpdateCourseRequest{ProductId: new("")})},
		{"LoadFrames", "another primary instructor", func(s scene) { must(s.t, s.lead(s.course, s.bob, true)) }},
		{"LoadFrames", "no primary instructor", func(s scene) { s.unassign(s.course, s.ada) }},
		{"LoadAssistants", "one assistant more", func(s scene) { s.assign(s.course, s.instructor("New", "One"), assistant) }},
		{"LoadAssistants", "one assistant less", func(s scene) { s.unassign(s.course, s.bob) }},
		{"LoadAssistants", "an assistant who leads", func(s scene) { must(s.t, s.lead(s.course, s.bob, true)) }},
		// Both, as either may be the one that is being loaded.
		{"LoadInstructors", "new names", func(s scene) {
			for _, i := range []*coursev1.Instructor{s.ada, s.bob} {
				_, err := s.UpdateInstructor(staff(s.t), &coursev1.UpdateInstructorRequest{InstructorId: i.GetId(), LastName: new("New")})
				must(s.t, err)
			}
		}},
	} {
		t.Run(c.statement+" and "+c.what, func(t *testing.T) {
			t.Parallel()
			g := &gate{statement: c.statement, read: make(chan struct{}), opened: make(chan struct{})}
			s := scene{world: on(t, rpctest.InProcess, pgtest.New(t), g, patient)}
			s.course, s.ada, s.bob = s.world.course("CS-101"), s.instructor("Ada", "Lovelace"), s.instructor("Bob", "Ross")
			s.productMade = s.product().GetId()
			s.assign(s.course, s.ada, primary)
			s.assign(s.course, s.bob, assistant)
			before := make(chan *coursev1.GetCoursePageResponse)
			go func() { before <- s.page(s.course.GetId()) }()
			<-g.read
			c.write(s)
			close(g.opened)
			old := <-before
			if now := s.page(s.course.GetId()); proto.Equal(old, now) {
				t.Errorf("it was kept: %v", now)
			}
		})
	}
}

// In process: a socket shares no memory.
func TestAHotPageIsReadOnce(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.InProcess, patient)
	f := w.full("CS-101")
	w.page(f.course)
	_, first := w.service.CacheCounts()
	w.page(f.course)
	hits, misses := w.service.CacheCounts()
	equal(t, "read the first time", first, 6)
	equal(t, "read the second time", misses-first, 0)
	equal(t, "from memory", hits, 6)
}

func TestWhoWroteSeesItThroughReplicasThatLag(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		servers := pgtest.NewReplicated(t, 1)
		w := on(t, seam, servers, nil, patient)
		f := w.full("CS-101")
		must(t, servers.Server.CatchUp(t.Context()))
		w.page(f.course) // kept, and known to the replica
		must(t, servers.Server.PauseReplay(t.Context(), 0))
		ctx, session := consistency.Begin(staff(t), consistency.Position{})
		_, err := w.UpdateInstructor(ctx, &coursev1.UpdateInstructorRequest{InstructorId: f.lead.GetId(), LastName: new("King")})
		must(t, err)
		_, err = w.UnassignInstructor(ctx, &coursev1.UnassignInstructorRequest{CourseId: f.course, InstructorId: f.helper.GetId()})
		must(t, err)
		_, err = w.UpdateCourse(ctx, &coursev1.UpdateCourseRequest{CourseId: f.course, Title: new("New")})
		must(t, err)
		at, err := session.Ceiling(t.Context())
		must(t, err)
		ctx, _ = consistency.Begin(t.Context(), at)
		p, err := w.GetCoursePage(ctx, &coursev1.GetCoursePageRequest{CourseId: f.course})
		must(t, err)
		equal(t, "the title", p.GetCourse().GetContent().GetTitle(), "New")
		equal(t, "the name", p.GetPrimaryInstructor().GetContent().GetInstructor().GetLastName(), "King")
		equal(t, "assistants", len(p.GetAssistants().GetContent().GetInstructors()), 0)
	})
}

// patience is for a busy machine; what is waited for comes much sooner.
const patience = time.Minute

// process is one of a deployment, with caches that know of those of the others.
func process(t *testing.T, servers pgtest.DB) (world, pubsub.Bus) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	db, err := postgres.Open(t.Context(), servers.Config(4), log)
	must(t, err)
	t.Cleanup(db.Close)
	bus := pgnotify.New(pgnotify.Config{DB: db, URL: servers.Writer}, log)
	group := &cache.Group{Bus: bus, Log: log}
	w := on(t, rpctest.InProcess, servers, nil, patient, func(d *course.Deps) { d.Caches = group })
	go group.Run(t.Context())
	return w, bus
}

// A page is put together from parts that are kept by id, so a rename is one key for all
// his courses, and other processes hear of it.
func TestARenamedInstructorIsNewOnAllHisCoursesInAllProcesses(t *testing.T) {
	t.Parallel()
	servers := pgtest.New(t)
	here, hears := process(t, servers)
	there, says := process(t, servers)
	heard, connected := make(chan struct{}, 1), make(chan struct{}, 1)
	ada := there.instructor("Ada", "Byron")
	hears.Subscribe("cache", pubsub.Subscriber{
		Heard: func(_ consistency.Position, message string) {
			if strings.HasPrefix(message, "course_instructor ") && strings.Contains(message, ada.GetId()) {
				heard <- struct{}{}
			}
		},
		Missed: func(pubsub.Moment) {
			select {
			case connected <- struct{}{}:
			default:
			}
		},
	})
	go hears.Run(t.Context())
	go says.Run(t.Context())
	await(t, "a connection", connected)
	courses := []*coursev1.Course{there.course("C-1"), there.course("C-2"), there.course("C-3")}
	there.assign(courses[0], ada, primary)
	there.assign(courses[1], ada, primary)
	there.assign(courses[2], ada, assistant)
	for _, c := range courses {
		here.page(c.GetId()) // it is kept now
	}
	_, err := there.UpdateInstructor(staff(t), &coursev1.UpdateInstructorRequest{InstructorId: ada.GetId(), LastName: new("Lovelace")})
	must(t, err)
	await(t, "word of the rename", heard)
	for deadline := time.Now().Add(patience); here.get(ada.GetId()).GetLastName() != "Lovelace"; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the old name stays")
		}
	}
	for i, c := range courses {
		p := here.page(c.GetId())
		name := p.GetPrimaryInstructor().GetContent().GetInstructor().GetLastName()
		if i == 2 {
			name = p.GetAssistants().GetContent().GetInstructors()[0].GetLastName()
		}
		equal(t, c.GetNumber(), name, "Lovelace")
	}
}

func await(t *testing.T, what string, done <-chan struct{}) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatalf("%s did not come", what)
	}
}

func TestIDsAreReadAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	for n := range 4 {
		ids := make([]uuid.UUID, n)
		for i := range ids {
			ids[i] = uuid.New()
		}
		got, err := course.UnpackIDs(course.PackIDs(ids))
		must(t, err)
		equal(t, "ids", len(got), n)
		for i := range got {
			equal(t, "id", got[i], ids[i])
		}
	}
	if ids, err := course.UnpackIDs(make([]byte, 17)); err == nil {
		t.Errorf("17 bytes were read as %v", ids)
	}
}
