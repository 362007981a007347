// Package course keeps courses, those who teach them, and the page that shows both.
//
// A course names its primary instructor in its own row, so it has one or none; its
// assistants are rows beside it. Whoever assigns holds the instructor, then locks the
// course; whoever deletes an instructor waits for those who hold him. So nobody who
// is not there teaches anything, and Recount, which looks for that, finds nothing.
//
// A page is six sections that are looked for side by side, each in its own time, and
// that fail one by one (page.go, section.go). What they show is cached in parts by
// what changes together: courses, syllabi, what a course stands between (frames),
// lists of ids of assistants, and instructors by their id. So a write forgets one key
// or a few, and a renamed instructor is new on all his courses at once. Reviews come
// from the review noun, which has caches of its own.
//
// Searches go by beginnings first, then by resemblance (search.go). Bulk loads add
// what is not there and change nothing (import.go). Pictures belong to the media
// noun: an instructor claims one before it is stored and confirms or releases the
// claim by events.
package course

import (
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/coursedb"
	coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"
	"github.com/throng-social/throng/gen/go/throng/course/v1/coursev1connect"
	"github.com/throng-social/throng/gen/go/throng/media/v1/mediav1connect"
	"github.com/throng-social/throng/gen/go/throng/review/v1/reviewv1connect"
	"github.com/throng-social/throng/internal/cache"
	"github.com/throng-social/throng/internal/pace"
	"github.com/throng-social/throng/internal/page"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/queue"
)

// DefaultRate is for people who keep courses, and hurried ones.
var DefaultRate = pace.Rate{PerMinute: 120, Burst: 60}

// sectionTime is how long a section of a page may take, as the contract has it.
const sectionTime = 300 * time.Millisecond

// Deps is what the service stands on. All but Rate, Limiter, Caches and SectionTime
// are needed.
type Deps struct {
	DB      *postgres.DB
	Events  *queue.Publisher
	Media   mediav1connect.MediaInternalServiceClient
	Reviews reviewv1connect.ReviewInternalServiceClient
	Pages   page.Sealer
	// Rate bounds how fast one account may write here; the zero Rate does not.
	Rate pace.Rate
	// Limiter counts for that; nil counts in this process.
	Limiter pace.Limiter
	// Caches are those of other processes; nil where this one is by itself.
	Caches *cache.Group
	Log    *slog.Logger
	// SectionTime is how long a section of a page may take; 300 ms.
	SectionTime time.Duration
}

// Service implements the contract of courses.
type Service struct {
	db      *postgres.DB
	q       *coursedb.Queries
	events  *queue.Publisher
	media   mediav1connect.MediaInternalServiceClient
	reviews reviewv1connect.ReviewInternalServiceClient
	pages   page.Sealer
	pace    *pace.Pace
	log     *slog.Logger

	courses     *cache.Cache[uuid.UUID, *coursev1.Course]
	syllabi     *cache.Cache[uuid.UUID, *coursev1.Syllabus]
	frames      *cache.Cache[uuid.UUID, frame]
	assistants  *cache.Cache[uuid.UUID, []uuid.UUID]
	instructors *cache.Cache[uuid.UUID, *coursev1.Instructor]

	sectionTime time.Duration
	// sections has, by name, a place for each section that is looked for.
	sections map[string]chan struct{}
	// imports has a place for each stream under way.
	imports chan struct{}
}

var _ coursev1connect.CourseServiceHandler = (*Service)(nil)

// New makes the service.
func New(d Deps) *Service {
	if d.SectionTime == 0 {
		d.SectionTime = sectionTime
	}
	return &Service{
		db:          d.DB,
		q:           coursedb.New(),
		events:      d.Events,
		media:       d.Media,
		reviews:     d.Reviews,
		pages:       d.Pages,
		pace:        pace.New(d.Limiter, "course", d.Rate, "you are doing this too fast; please wait a moment"),
		log:         d.Log,
		courses:     newCourses(d.Caches),
		syllabi:     newSyllabi(d.Caches),
		frames:      newFrames(d.Caches),
		assistants:  newAssistants(d.Caches),
		instructors: newInstructors(d.Caches),
		sectionTime: d.SectionTime,
		sections:    newPlaces(maxSections),
		imports:     make(chan struct{}, maxImports),
	}
}

// CacheCounts are how many parts of pages were answered from memory, and how many
// were not.
func (s *Service) CacheCounts() (hits, misses uint64) {
	for _, counts := range []func() (uint64, uint64){s.courses.Counts, s.syllabi.Counts, s.frames.Counts, s.assistants.Counts, s.instructors.Counts} {
		h, m := counts()
		hits, misses = hits+h, misses+m
	}
	return hits, misses
}
