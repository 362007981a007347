package course

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"
	"github.com/throng-social/throng/internal/cache"
)

const (
	// coursesKept bounds the courses in memory, to about 40 MB of usual texts.
	coursesKept = 20_000
	// syllabiKept bounds the syllabi in memory, to about 20 MB of usual ones.
	syllabiKept = 5_000
	// framesKept and assistantsKept bound what is little: about 10 and 20 MB.
	framesKept     = 50_000
	assistantsKept = 50_000
	// instructorsKept bounds the instructors in memory, to about 50 MB.
	instructorsKept = 50_000
	// keptLifetime bounds how long another process that missed a message may show
	// something as it was to readers who have not seen its change.
	keptLifetime = 5 * time.Second
)

// frame is what a course stands between; zero ids where it has none.
type frame struct{ product, primary uuid.UUID }

func newCourses(g *cache.Group) *cache.Cache[uuid.UUID, *coursev1.Course] {
	shared := cache.Messages("course", func() *coursev1.Course { return &coursev1.Course{} })
	return cache.NewShared(cache.Config{Size: coursesKept, Lifetime: keptLifetime}, g, shared)
}

func newSyllabi(g *cache.Group) *cache.Cache[uuid.UUID, *coursev1.Syllabus] {
	shared := cache.Messages("course_syllabus", func() *coursev1.Syllabus { return &coursev1.Syllabus{} })
	return cache.NewShared(cache.Config{Size: syllabiKept, Lifetime: keptLifetime}, g, shared)
}

func newInstructors(g *cache.Group) *cache.Cache[uuid.UUID, *coursev1.Instructor] {
	shared := cache.Messages("course_instructor", func() *coursev1.Instructor { return &coursev1.Instructor{} })
	return cache.NewShared(cache.Config{Size: instructorsKept, Lifetime: keptLifetime}, g, shared)
}

func newFrames(g *cache.Group) *cache.Cache[uuid.UUID, frame] {
	shared := cache.ByID[frame]("course_frame")
	shared.Encode = func(f frame) ([]byte, error) { return packIDs([]uuid.UUID{f.product, f.primary}), nil }
	shared.Decode = func(raw []byte) (frame, error) {
		ids, err := unpackIDs(raw)
		if err == nil && len(ids) != 2 {
			err = fmt.Errorf("a frame is two ids, not %d", len(ids))
		}
		if err != nil {
			return frame{}, err
		}
		return frame{product: ids[0], primary: ids[1]}, nil
	}
	return cache.NewShared(cache.Config{Size: framesKept, Lifetime: keptLifetime}, g, shared)
}

func newAssistants(g *cache.Group) *cache.Cache[uuid.UUID, []uuid.UUID] {
	shared := cache.ByID[[]uuid.UUID]("course_assistants")
	shared.Encode = func(ids []uuid.UUID) ([]byte, error) { return packIDs(ids), nil }
	shared.Decode = unpackIDs
	return cache.NewShared(cache.Config{Size: assistantsKept, Lifetime: keptLifetime}, g, shared)
}

const idSize = len(uuid.UUID{})

// packIDs writes ids as the second level of caches keeps them.
func packIDs(ids []uuid.UUID) []byte {
	raw := make([]byte, 0, len(ids)*idSize)
	for _, u := range ids {
		raw = append(raw, u[:]...)
	}
	return raw
}

func unpackIDs(raw []byte) ([]uuid.UUID, error) {
	if len(raw)%idSize != 0 {
		return nil, fmt.Errorf("%d bytes are no ids", len(raw))
	}
	ids := make([]uuid.UUID, 0, len(raw)/idSize)
	for chunk := range slices.Chunk(raw, idSize) {
		ids = append(ids, uuid.UUID(chunk))
	}
	return ids, nil
}

// changedCourse forgets all that is shown of a course, but for who teaches it. Like
// the others it is called after the commit, before the change is acknowledged.
func (s *Service) changedCourse(course uuid.UUID) {
	s.courses.Invalidate(course)
	s.syllabi.Invalidate(course)
	s.frames.Invalidate(course)
}

// changedTeachers forgets who teaches courses.
func (s *Service) changedTeachers(courses ...uuid.UUID) {
	s.frames.Invalidate(courses...)
	s.assistants.Invalidate(courses...)
}
