package timeline

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/timeline/policy"
)

const (
	// viewsEvery is how often a process writes the views that it counted. Each write
	// moves the log on, and whoever then sees something newer can be answered less
	// from memory: so not more often than rates, which remember two weeks, have need of.
	viewsEvery = 30 * time.Second
	// viewers bounds the readers of whom it counts between two writes. Views of
	// others are not counted: only rates suffer.
	viewers      = 100_000
	viewsTimeout = 5 * time.Second
	// viewsAtOnce bounds the readers of one statement.
	viewsAtOnce = 2000
)

// never is before every review.
var never = time.Unix(0, 0).Add(-time.Hour)

// looked is how often a reader looked at his timeline, and the last post of the
// first page that he saw; none if that has all.
type looked struct {
	times   float64
	pageEnd uuid.UUID
}

// views counts how often readers look at their timelines.
type views struct {
	mu      sync.Mutex
	counted map[uuid.UUID]looked
	began   time.Time
	writing bool
	// every is how often they are written.
	every time.Duration
}

// viewed counts one view. From time to time it sets off a write beside the call.
func (s *Service) viewed(ctx context.Context, reader uuid.UUID, page skeleton) {
	v := &s.views
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.counted == nil {
		v.counted, v.began = map[uuid.UUID]looked{}, time.Now()
	}
	if l, known := v.counted[reader]; known || len(v.counted) < viewers {
		v.counted[reader] = looked{times: l.times + 1, pageEnd: page.end()}
	}
	if v.writing || time.Since(v.began) < v.every {
		return
	}
	v.writing = true
	go func() {
		ctx, cancel := context.WithTimeout(apart(ctx), viewsTimeout)
		defer cancel()
		if err := s.writeViews(ctx); err != nil {
			s.Log.WarnContext(ctx, "cannot write how often readers look", slog.Any("error", err))
		}
	}()
}

// writeViews adds what was counted to the readers' rates, and has those looked at
// whose edges may pay to be pushed by now.
func (s *Service) writeViews(ctx context.Context) error {
	v := &s.views
	v.mu.Lock()
	counted := v.counted
	v.counted, v.began = map[uuid.UUID]looked{}, time.Now()
	v.mu.Unlock()
	defer func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.writing = false
	}()
	for part := range slices.Chunk(unique(slices.Collect(maps.Keys(counted))), viewsAtOnce) {
		if err := s.countViews(ctx, part, counted); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) countViews(ctx context.Context, readers []uuid.UUID, counted map[uuid.UUID]looked) error {
	v := Views{Readers: readers, Moment: s.Now(), ReviewedBefore: never}
	if s.inForce(ctx).Reviews() {
		v.ReviewedBefore = v.Moment.Add(-policy.MoveEvery)
	}
	for _, r := range readers {
		v.Views = append(v.Views, counted[r].times)
	}
	return s.Store.CountViews(ctx, v, func(reader uuid.UUID) queue.Task {
		return queue.Task{Topic: topicMove, Queue: queue.Moves, Message: moveMessage(reader, counted[reader].pageEnd)}
	})
}

func moveMessage(reader, pageEnd uuid.UUID) *timelinev1.MoveReader {
	m := &timelinev1.MoveReader{ReaderId: reader.String()}
	if pageEnd != uuid.Nil {
		m.PageEndId = pageEnd.String()
	}
	return m
}

// end is the last post of a first page; none if the page has all there is, or
// was too short to tell.
func (sk skeleton) end() uuid.UUID {
	if len(sk.entries) < policy.FirstPage {
		return uuid.Nil
	}
	return sk.entries[policy.FirstPage-1].post
}
