package course_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func (w world) get(instructorID string) *coursev1.Instructor {
	w.t.Helper()
	res, err := w.GetInstructor(w.t.Context(), &coursev1.GetInstructorRequest{InstructorId: instructorID})
	must(w.t, err)
	return res.GetInstructor()
}

func whole() *coursev1.CreateInstructorRequest {
	return &coursev1.CreateInstructorRequest{
		FirstName: "Ada", MiddleInitial: "K", LastName: "Lovelace", AcademicTitle: "Ph.D.", Title: "Director", Organization: "Analytical Society",
		Learners: 9_000_000_000, AverageRatingHundredths: 473, Ratings: 1_234_567, IdempotencyKey: "the key of a test",
	}
}

func TestAnInstructorIsMadeOnceForAKeyOfWhoMakesHim(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, ctx := open(t, seam), staff(t)
		made, err := w.CreateInstructor(ctx, whole())
		must(t, err)
		want := &coursev1.Instructor{
			Id: made.GetInstructor().GetId(), FirstName: "Ada", MiddleInitial: "K", LastName: "Lovelace", AcademicTitle: "Ph.D.", Title: "Director",
			Organization: "Analytical Society", Learners: 9_000_000_000, AverageRatingHundredths: 473, Ratings: 1_234_567,
		}
		if got := w.get(want.GetId()); !proto.Equal(got, want) || !proto.Equal(made.GetInstructor(), want) {
			t.Errorf("made %v, shown %v, want %v", made.GetInstructor(), got, want)
		}
		ends := allAtOnce(4, func(int) error {
			again, err := w.CreateInstructor(ctx, whole())
			if err == nil && again.GetInstructor().GetId() != want.GetId() {
				err = fmt.Errorf("another was made: %v", again)
			}
			return err
		})
		equal(t, "found made", ends[""], 4)
		other := whole()
		other.Learners++
		_, err = w.CreateInstructor(ctx, other)
		wantFault(t, err, fault.Precondition, "idempotency_key_reused")
		_, err = w.CreateInstructor(staff(t), other) // somebody else's key
		must(t, err)
		equal(t, "instructors", len(w.rows(`SELECT key FROM course_instructors`)), 2)
	})
}

func TestAChangeOfAnInstructorIsOfWhatItNamesAlone(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		res, err := w.CreateInstructor(staff(t), whole())
		must(t, err)
		want := proto.CloneOf(res.GetInstructor())
		w.get(want.GetId()) // he is cached now
		for _, change := range []struct {
			req  *coursev1.UpdateInstructorRequest
			make func()
		}{
			{&coursev1.UpdateInstructorRequest{}, func() {}},
			{&coursev1.UpdateInstructorRequest{LastName: new("King")}, func() { want.LastName = "King" }},
			{&coursev1.UpdateInstructorRequest{FirstName: new(""), MiddleInitial: new("")}, func() { want.FirstName, want.MiddleInitial = "", "" }},
			{&coursev1.UpdateInstructorRequest{AcademicTitle: new("M.A."), Title: new("T"), Organization: new("O")}, func() { want.AcademicTitle, want.Title, want.Organization = "M.A.", "T", "O" }},
			{&coursev1.UpdateInstructorRequest{Learners: new(int64(7)), AverageRatingHundredths: new(int32(500))}, func() { want.Learners, want.AverageRatingHundredths = 7, 500 }},
			{&coursev1.UpdateInstructorRequest{Ratings: new(int64(0)), AverageRatingHundredths: new(int32(0))}, func() { want.Ratings, want.AverageRatingHundredths = 0, 0 }},
		} {
			change.req.InstructorId = want.GetId()
			change.make()
			for range 2 { // again changes nothing
				res, err := w.UpdateInstructor(staff(t), change.req)
				must(t, err)
				if got := w.get(want.GetId()); !proto.Equal(got, want) || !proto.Equal(res.GetInstructor(), want) {
					t.Errorf("answered %v, shown %v, want %v", res.GetInstructor(), got, want)
				}
			}
		}
		_, err = w.UpdateInstructor(staff(t), &coursev1.UpdateInstructorRequest{InstructorId: want.GetId(), AverageRatingHundredths: new(int32(1))})
		wantFault(t, err, fault.Invalid, "average_without_ratings")
	})
}

func TestAnInstructorWhoIsNoneIsNotFound(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, nobody := open(t, seam), uuid.NewString()
		w.wantNobody(w.course("CS-101").GetId(), nobody)
	})
}

// wantNobody asks everything there is to ask of an instructor.
func (w world) wantNobody(courseID, nobody string) {
	w.t.Helper()
	ctx := w.t.Context()
	for what, ask := range map[string]func() error{
		"get": func() error {
			_, err := w.GetInstructor(ctx, &coursev1.GetInstructorRequest{InstructorId: nobody})
			return err
		},
		"courses": func() error {
			_, err := w.ListInstructorCourses(ctx, &coursev1.ListInstructorCoursesRequest{InstructorId: nobody})
			return err
		},
		"update": func() error {
			_, err := w.UpdateInstructor(staff(w.t), &coursev1.UpdateInstructorRequest{InstructorId: nobody, LastName: new("X")})
			return err
		},
		"picture": func() error {
			_, err := w.UpdateInstructor(staff(w.t), &coursev1.UpdateInstructorRequest{InstructorId: nobody, PictureMediaId: new(uuid.NewString())})
			return err
		},
		"delete": func() error {
			_, err := w.DeleteInstructor(staff(w.t), &coursev1.DeleteInstructorRequest{InstructorId: nobody})
			return err
		},
		"lead": func() error {
			_, err := w.AssignInstructor(staff(w.t), &coursev1.AssignInstructorRequest{CourseId: courseID, InstructorId: nobody, Role: primary})
			return err
		},
		"assist": func() error {
			_, err := w.AssignInstructor(staff(w.t), &coursev1.AssignInstructorRequest{CourseId: courseID, InstructorId: nobody, Role: assistant})
			return err
		},
		"unassign": func() error {
			_, err := w.UnassignInstructor(staff(w.t), &coursev1.UnassignInstructorRequest{CourseId: courseID, InstructorId: nobody})
			return err
		},
	} {
		w.t.Log(what)
		wantFault(w.t, ask(), fault.NotFound, "instructor_not_found")
	}
}

func TestAPrimaryInstructorStaysAndHisCoursesAreNamed(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		ada := w.instructor("Ada", "Lovelace")
		gone := func() error {
			_, err := w.DeleteInstructor(staff(t), &coursev1.DeleteInstructorRequest{InstructorId: ada.GetId()})
			return err
		}
		var all []*coursev1.Course
		for i := range 12 {
			all = append(all, w.course(fmt.Sprintf("C-%02d", i)))
			w.assign(all[i], ada, primary)
			if i == 1 {
				err := gone()
				wantFault(t, err, fault.Precondition, "primary_instructor")
				equal(t, "message", fault.KindOf(err) == fault.Precondition && strings.HasSuffix(err.Error(), "of C-00, C-01"), true)
			}
		}
		err := gone()
		wantFault(t, err, fault.Precondition, "primary_instructor")
		if !strings.HasSuffix(err.Error(), "C-08, C-09 and more") {
			t.Errorf("it says %q", err)
		}
		for _, c := range all {
			_, err := w.UnassignInstructor(staff(t), &coursev1.UnassignInstructorRequest{CourseId: c.GetId(), InstructorId: ada.GetId()})
			must(t, err)
			w.assign(c, ada, assistant)
		}
		equal(t, "who teaches", fmt.Sprint(w.teachers(all[3].GetId(), 0)), "[Lovelace]")
		must(t, gone())
		equal(t, "who teaches", fmt.Sprint(w.teachers(all[3].GetId(), 0)), "[]")
		w.wantNobody(all[0].GetId(), ada.GetId())
		w.exact()
	})
}

func TestAnAssistantOfManyCoursesGoesFromAll(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.InProcess)
	ada, bob := w.instructor("Ada", "Lovelace"), w.instructor("Bob", "Ross")
	w.exec(`INSERT INTO courses (number, title, title_key, text) SELECT 'C-' || n, 'T', 't', '' FROM generate_series(1, 4500) AS n`)
	for _, who := range []string{ada.GetId(), bob.GetId()} {
		w.exec(`INSERT INTO course_assistants SELECT id, $1 FROM courses`, who)
	}
	_, err := w.DeleteInstructor(staff(t), &coursev1.DeleteInstructorRequest{InstructorId: ada.GetId()})
	must(t, err)
	equal(t, "left", w.rows(`SELECT count(*)::text FROM course_assistants`)[0], "4500")
	w.exact()
}

func TestNobodyIsAssignedWhoIsBeingDeleted(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.InProcess)
	for i := range 12 {
		c, ada := w.course(fmt.Sprint("C-", i)), w.instructor("Ada", "Lovelace")
		ends := allAtOnce(4, func(j int) error {
			if j == 0 {
				_, err := w.DeleteInstructor(staff(t), &coursev1.DeleteInstructorRequest{InstructorId: ada.GetId()})
				return err
			}
			_, err := w.AssignInstructor(staff(t), &coursev1.AssignInstructorRequest{CourseId: c.GetId(), InstructorId: ada.GetId(), Role: coursev1.Role(1 + j%2)})
			return err
		})
		for reason := range ends {
			switch reason {
			case "", "instructor_not_found", "primary_instructor", "is_primary":
			default:
				t.Errorf("one ended with %q", reason)
			}
		}
		w.exact()
	}
}

func TestAPictureIsShownUntilItIsReplacedOrTakenAway(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, me := open(t, seam), uuid.New()
		ctx := in(t, me, accessv1.Role_ROLE_ORGANIZER)
		first, second := w.picture(me), w.picture(me)
		req := whole()
		req.PictureMediaId = first
		res, err := w.CreateInstructor(ctx, req)
		must(t, err)
		ada := res.GetInstructor().GetId()
		equal(t, "picture", res.GetInstructor().GetPicture().GetId(), first)
		equal(t, "picture for all", w.get(ada).GetPicture().GetWidth(), 3)
		equal(t, "events", w.settle(), 1)
		for range 2 { // again changes nothing
			res, err := w.UpdateInstructor(ctx, &coursev1.UpdateInstructorRequest{InstructorId: ada, PictureMediaId: &second})
			must(t, err)
			equal(t, "picture", res.GetInstructor().GetPicture().GetId(), second)
		}
		equal(t, "events", w.settle(), 2)
		again, err := w.CreateInstructor(ctx, req)
		must(t, err)
		equal(t, "picture when made again", again.GetInstructor().GetPicture().GetId(), second)
		gone, err := w.UpdateInstructor(ctx, &coursev1.UpdateInstructorRequest{InstructorId: ada, PictureMediaId: new("")})
		must(t, err)
		if gone.GetInstructor().GetPicture() != nil || w.get(ada).GetPicture() != nil {
			t.Error("the picture is still there")
		}
		equal(t, "events", w.settle(), 1)
		third := w.picture(me)
		_, err = w.UpdateInstructor(ctx, &coursev1.UpdateInstructorRequest{InstructorId: ada, PictureMediaId: &third})
		must(t, err)
		equal(t, "events", w.settle(), 1)
		_, err = w.DeleteInstructor(ctx, &coursev1.DeleteInstructorRequest{InstructorId: ada})
		must(t, err)
		equal(t, "events", w.settle(), 1)
		for _, picture := range []string{first, second, third} {
			if w.isThere(picture) {
				t.Errorf("%s is still there", picture)
			}
		}
	})
}

func TestOnlyOnesOwnUploadedPictureIsShown(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, ada := open(t, seam), ""
		for _, picture := range []string{w.picture(uuid.New()), uuid.NewString()} {
			req := whole()
			req.PictureMediaId = picture
			_, err := w.CreateInstructor(staff(t), req)
			wantFault(t, err, fault.Precondition, "media_not_ready")
			if ada == "" {
				ada = w.instructor("Ada", "Lovelace").GetId()
			}
			_, err = w.UpdateInstructor(staff(t), &coursev1.UpdateInstructorRequest{InstructorId: ada, PictureMediaId: &picture})
			wantFault(t, err, fault.Precondition, "media_not_ready")
		}
		equal(t, "instructors", len(w.rows(`SELECT key FROM course_instructors`)), 1)
	})
}

// Over the socket, where input rules are asked.
func TestBadInputOfInstructorsIsRefused(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.OverSocket)
	for what, change := range map[string]func(*coursev1.CreateInstructorRequest){
		"no last name":             func(r *coursev1.CreateInstructorRequest) { r.LastName = "" },
		"a last name of blanks":    func(r *coursev1.CreateInstructorRequest) { r.LastName = "  " },
		"a long first name":        func(r *coursev1.CreateInstructorRequest) { r.FirstName = strings.Repeat("a", 101) },
		"two initials":             func(r *coursev1.CreateInstructorRequest) { r.MiddleInitial = "AB" },
		"a blank for an initial":   func(r *coursev1.CreateInstructorRequest) { r.MiddleInitial = " " },
		"fewer than no learners":   func(r *coursev1.CreateInstructorRequest) { r.Learners = -1 },
		"too many learners":        func(r *coursev1.CreateInstructorRequest) { r.Learners = 10_000_000_001 },
		"more than five stars":     func(r *coursev1.CreateInstructorRequest) { r.AverageRatingHundredths = 501 },
		"less than none":           func(r *coursev1.CreateInstructorRequest) { r.AverageRatingHundredths = -1 },
		"a mean of no ratings":     func(r *coursev1.CreateInstructorRequest) { r.Ratings = 0 },
		"a picture that is none":   func(r *coursev1.CreateInstructorRequest) { r.PictureMediaId = "x" },
		"a key that is too short":  func(r *coursev1.CreateInstructorRequest) { r.IdempotencyKey = "short" },
		"NUL in the organization":  func(r *coursev1.CreateInstructorRequest) { r.Organization = "a\x00" },
		"a long organization":      func(r *coursev1.CreateInstructorRequest) { r.Organization = strings.Repeat("a", 201) },
		"a long academic title":    func(r *coursev1.CreateInstructorRequest) { r.AcademicTitle = strings.Repeat("a", 61) },
		"a title that is too long": func(r *coursev1.CreateInstructorRequest) { r.Title = strings.Repeat("a", 201) },
	} {
		req := whole()
		change(req)
		_, err := w.CreateInstructor(staff(t), req)
		wantInvalid(t, what, err)
	}
	c, ada := w.course("CS-101"), w.instructor("Ada", "Lovelace")
	for _, role := range []coursev1.Role{0, 3, -1} {
		_, err := w.AssignInstructor(staff(t), &coursev1.AssignInstructorRequest{CourseId: c.GetId(), InstructorId: ada.GetId(), Role: role})
		wantInvalid(t, fmt.Sprint("role ", role), err)
	}
	equal(t, "instructors", len(w.rows(`SELECT key FROM course_instructors`)), 1)
}

// picture is one that the owner has uploaded.
func (w world) picture(owner uuid.UUID) string {
	w.t.Helper()
	var b bytes.Buffer
	must(w.t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 3, 2))))
	up, err := w.media.CreateUpload(in(w.t, owner, accessv1.Role_ROLE_MEMBER), &mediav1.CreateUploadRequest{ContentType: "image/png", Size: int64(b.Len()), IdempotencyKey: uuid.NewString()})
	must(w.t, err)
	req := httptest.NewRequestWithContext(w.t.Context(), http.MethodPut, up.GetUploadUrl(), &b)
	req.Header.Set("Content-Type", "image/png")
	res := httptest.NewRecorder()
	w.media.Handler().ServeHTTP(res, req)
	equal(w.t, "the upload's status", res.Code, http.StatusNoContent)
	return up.GetMediaId()
}

// settle delivers what was announced about pictures, and answers how much that was.
func (w world) settle() int {
	w.t.Helper()
	events := append(w.announced("media.media_held"), w.announced("media.media_released")...)
	for _, ev := range events {
		if ev.GetMediaHeld() != nil {
			must(w.t, w.media.OnMediaHeld(w.t.Context(), ev))
		} else {
			must(w.t, w.media.OnMediaReleased(w.t.Context(), ev))
		}
	}
	w.exec(`DELETE FROM river_job WHERE kind LIKE 'media.%'`)
	return len(events)
}

func (w world) isThere(picture string) bool {
	w.t.Helper()
	res, err := w.media.Resolve(w.t.Context(), &mediav1.ResolveRequest{MediaIds: []string{picture}})
	must(w.t, err)
	return len(res.GetMedia()) == 1
}

// announced are the events in the queue for a topic.
func (w world) announced(topic string) []*eventv1.Event {
	w.t.Helper()
	var events []*eventv1.Event
	for _, payload := range w.rows(`SELECT args ->> 'payload' FROM river_job WHERE kind = $1 ORDER BY id`, topic) {
		raw, err := base64.StdEncoding.DecodeString(payload)
		must(w.t, err)
		ev := &eventv1.Event{}
		must(w.t, proto.Unmarshal(raw, ev))
		events = append(events, ev)
	}
	return events
}
