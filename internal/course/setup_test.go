package course_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"
	"github.com/throng-social/throng/gen/go/throng/course/v1/coursev1connect"
	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/gen/go/throng/user/v1/userv1connect"
	"github.com/throng-social/throng/internal/course"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/media"
	"github.com/throng-social/throng/internal/media/folder"
	"github.com/throng-social/throng/internal/page"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/review"
	"github.com/throng-social/throng/internal/rpc/rpctest"
	"github.com/throng-social/throng/internal/user"
)

// world is a service of its own with the real media and review nouns behind it, as
// clients reach it.
type world struct {
	coursev1connect.CourseServiceClient
	// service is the noun itself: what is in no contract.
	service *course.Service
	t       testing.TB
	servers pgtest.DB
	db      *postgres.DB
	media   *media.Service
	reviews *review.Service
	users   *user.Service
	deps    course.Deps
}

func open(t testing.TB, seam rpctest.Seam, change ...func(*course.Deps)) world {
	t.Helper()
	return on(t, seam, pgtest.New(t), nil, change...)
}

// on is a world on given servers, of whose statements, this noun's and those of
// reviews, somebody may be told.
func on(t testing.TB, seam rpctest.Seam, servers pgtest.DB, tracer pgx.QueryTracer, change ...func(*course.Deps)) world {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	w := world{t: t, servers: servers}
	var err error
	c := servers.Config(0)
	c.Tracer = tracer
	w.db, err = postgres.Open(t.Context(), c, log)
	must(t, err)
	t.Cleanup(w.db.Close)
	pictures, err := folder.Open(t.TempDir())
	must(t, err)
	t.Cleanup(func() { must(t, pictures.Close()) })
	pub := queue.NewPublisher()
	secret, pages := []byte("a secret of the deployment"), page.NewSealer([]byte("a secret of the deployment"))
	w.media = media.New(media.Deps{DB: w.db, Files: pictures, Secret: secret, Log: log})
	w.users = user.New(user.Deps{DB: w.db, Events: pub, Media: mediaWithin{w.media}, Pages: pages, Secret: secret, Log: log, Limits: user.NoLimits(), Hashing: user.Hashing{MemoryKiB: 8}})
	w.reviews = review.New(review.Deps{DB: w.db, Events: pub, Users: usersWithin{noun: w.users}, Media: mediaWithin{w.media}, Pages: pages, Log: log})
	d := course.Deps{DB: w.db, Events: pub, Media: mediaOver(t, seam, w.media), Reviews: reviewsOver(t, seam, w.reviews), Pages: pages, Log: log}
	for _, c := range change {
		c(&d)
	}
	w.deps = d
	w.service = course.New(d)
	w.CourseServiceClient = reach(t, seam, w.service)
	return w
}

// taking is a service of its own, which remembers nothing yet, on the same ground, whose
// sections may take so long.
func (w world) taking(seam rpctest.Seam, d time.Duration) world {
	w.t.Helper()
	w.deps.SectionTime = d
	w.service = course.New(w.deps)
	w.CourseServiceClient = reach(w.t, seam, w.service)
	return w
}

// usersWithin is what reviews ask of accounts.
type usersWithin struct {
	userv1connect.UserInternalServiceClient

	noun *user.Service
}

// HydrateUsers implements UserInternalServiceClient.
func (w usersWithin) HydrateUsers(ctx context.Context, req *userv1.HydrateUsersRequest) (*userv1.HydrateUsersResponse, error) {
	return w.noun.HydrateUsers(ctx, req)
}

func staff(t testing.TB) context.Context {
	t.Helper()
	return in(t, uuid.New(), accessv1.Role_ROLE_ORGANIZER)
}

// in is the context of somebody in a role.
func in(t testing.TB, account uuid.UUID, role accessv1.Role) context.Context {
	t.Helper()
	return identity.With(t.Context(), identity.Caller{UserID: account, Role: role})
}

// sections are a syllabus with these titles.
func sections(titles ...string) *coursev1.Syllabus {
	s := &coursev1.Syllabus{}
	for _, title := range titles {
		s.Sections = append(s.Sections, &coursev1.SyllabusSection{Title: title, Text: "All about " + title})
	}
	return s
}

// course makes one with a number.
func (w world) course(number string, change ...func(*coursev1.CreateCourseRequest)) *coursev1.Course {
	w.t.Helper()
	req := &coursev1.CreateCourseRequest{Number: number, Title: "Introduction to " + number, Text: "What it is about", Syllabus: sections("One", "Two")}
	for _, c := range change {
		c(req)
	}
	res, err := w.CreateCourse(staff(w.t), req)
	must(w.t, err)
	return res.GetCourse()
}

// instructor makes one with a name.
func (w world) instructor(first, last string) *coursev1.Instructor {
	w.t.Helper()
	res, err := w.CreateInstructor(staff(w.t), &coursev1.CreateInstructorRequest{FirstName: first, LastName: last, IdempotencyKey: uuid.NewString()})
	must(w.t, err)
	return res.GetInstructor()
}

// assign makes an instructor something to a course.
func (w world) assign(c *coursev1.Course, who *coursev1.Instructor, role coursev1.Role) {
	w.t.Helper()
	_, err := w.AssignInstructor(staff(w.t), &coursev1.AssignInstructorRequest{CourseId: c.GetId(), InstructorId: who.GetId(), Role: role})
	must(w.t, err)
}

const (
	primary   = coursev1.Role_ROLE_PRIMARY
	assistant = coursev1.Role_ROLE_ASSISTANT
)

// teachers are who teaches a course, by last name, page by page; the primary one has
// a star.
func (w world) teachers(courseID string, size int32) (names []string) {
	w.t.Helper()
	req := &coursev1.ListCourseInstructorsRequest{CourseId: courseID, PageSize: size}
	for {
		res, err := w.ListCourseInstructors(w.t.Context(), req)
		must(w.t, err)
		for _, who := range res.GetInstructors() {
			name := who.GetInstructor().GetLastName()
			if who.GetRole() == primary {
				name += "*"
			}
			names = append(names, name)
		}
		if req.PageToken = res.GetNextPageToken(); req.GetPageToken() == "" {
			return names
		}
	}
}

// page is a course's page.
func (w world) page(courseID string) *coursev1.GetCoursePageResponse {
	w.t.Helper()
	res, err := w.GetCoursePage(w.t.Context(), &coursev1.GetCoursePageRequest{CourseId: courseID})
	must(w.t, err)
	return res
}

// product makes one that can be reviewed.
func (w world) product() *reviewv1.Product {
	w.t.Helper()
	res, err := w.reviews.CreateProduct(staff(w.t), &reviewv1.CreateProductRequest{Key: uuid.NewString(), Name: "A course"})
	must(w.t, err)
	return res.GetProduct()
}

// review lets n people review a product.
func (w world) review(p *reviewv1.Product, n int) {
	w.t.Helper()
	req := &userv1.ResolveHandlesRequest{CreateMissing: true}
	for i := range n {
		req.Handles = append(req.Handles, fmt.Sprintf("person_%d", i))
	}
	res, err := w.users.ResolveHandles(w.t.Context(), req)
	must(w.t, err)
	for _, who := range res.GetUserIds() {
		_, err := w.reviews.CreateReview(in(w.t, uuid.MustParse(who), accessv1.Role_ROLE_MEMBER), &reviewv1.CreateReviewRequest{
			ProductId: p.GetId(), Rating: 4, Body: "I have learnt a lot", IdempotencyKey: uuid.NewString(),
		})
		must(w.t, err)
	}
}

// exact holds that a recount finds nothing.
func (w world) exact() {
	w.t.Helper()
	n, err := w.service.Recount(w.t.Context(), func(diff string) { w.t.Error(diff) })
	must(w.t, err)
	if n != 0 {
		w.t.Errorf("%d differences", n)
	}
}

func (w world) exec(sql string, args ...any) {
	w.t.Helper()
	_, err := w.db.Writer(w.t.Context()).Exec(w.t.Context(), sql, args...)
	must(w.t, err)
}

// rows are texts that a query answers.
func (w world) rows(sql string, args ...any) []string {
	w.t.Helper()
	rows, err := w.db.Writer(w.t.Context()).Query(w.t.Context(), sql, args...)
	must(w.t, err)
	texts, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(w.t, err)
	return texts
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// wantFault checks kind and reason.
func wantFault(t testing.TB, err error, kind fault.Kind, reason string) {
	t.Helper()
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Kind != kind || f.Reason != reason {
		t.Errorf("got %#v, want the reason %s", err, reason)
	}
}

// wantInvalid checks that an input rule refuses it over the socket, where rules are.
func wantInvalid(t testing.TB, what string, err error) {
	t.Helper()
	if !fault.Is(err, fault.Invalid) && connect.CodeOf(err) != connect.CodeInvalidArgument {
		t.Errorf("%s: got %v", what, err)
	}
}

// allAtOnce runs something n times at the same time, and answers how often it ended
// with each reason; "" where it succeeded.
func allAtOnce(n int, do func(i int) error) map[string]int {
	var mu sync.Mutex
	var all sync.WaitGroup
	begin, ends := make(chan struct{}), map[string]int{}
	for i := range n {
		all.Go(func() {
			<-begin
			err := do(i)
			mu.Lock()
			defer mu.Unlock()
			ends[reasonOf(err)]++
		})
	}
	close(begin)
	all.Wait()
	return ends
}

func reasonOf(err error) string {
	if err == nil {
		return ""
	}
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f.Reason
	}
	return err.Error()
}
