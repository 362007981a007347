package course

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"

	coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"
	"github.com/throng-social/throng/internal/fault"
)

// maxSections bounds the sections of a name that are looked for at once, for all pages:
// one that is not waited for any more may go on for a while. Each name has places of its
// own, so that one which hangs leaves the others theirs.
const maxSections = 256

// The sections, and the frame, which is looked for in the same way.
const (
	nameFrame      = "frame"
	nameCourse     = "course"
	namePrimary    = "primary_instructor"
	nameAssistants = "assistants"
	nameReviewMeta = "review_meta"
	nameReviews    = "reviews"
	nameSyllabus   = "syllabus"
)

// newPlaces makes so many places for each name.
func newPlaces(n int) map[string]chan struct{} {
	places := map[string]chan struct{}{}
	for _, name := range []string{nameFrame, nameCourse, namePrimary, nameAssistants, nameReviewMeta, nameReviews, nameSyllabus} {
		places[name] = make(chan struct{}, n)
	}
	return places
}

var (
	errLate = fault.New(fault.TimedOut, "deadline_exceeded", "this took too long")
	errBusy = fault.New(fault.Exhausted, "busy", "too much is waited for already")
)

// outcome is what a section has come to.
type outcome[T any] struct {
	content T
	err     error
}

// section is one that is looked for.
type section[T any] struct {
	name string
	done chan outcome[T]
	// over is closed when its time is up.
	over <-chan struct{}
	// err is why it is not there, once its end has been waited for.
	err error
}

// begin looks for a section, beside whatever else is done, until the context is over.
// Loads for caches have a longer time of their own, and go on for the next who asks.
func begin[T any](ctx context.Context, s *Service, name string, look func(context.Context) (T, error)) *section[T] {
	sec := &section[T]{name: name, done: make(chan outcome[T], 1), over: ctx.Done()}
	places := s.sections[name]
	select {
	case places <- struct{}{}:
	default:
		sec.done <- outcome[T]{err: errBusy}
		return sec
	}
	go func() {
		var out outcome[T]
		defer func() {
			if r := recover(); r != nil {
				out.err = fmt.Errorf("a section panicked: %v\n%s", r, debug.Stack())
			}
			<-places
			sec.done <- out
		}()
		out.content, out.err = look(ctx)
	}()
	return sec
}

// end is the section when it is there, or its time is up. It is asked once.
func (sec *section[T]) end() T {
	select {
	case out := <-sec.done:
		return sec.as(out)
	case <-sec.over:
	}
	// It may have come while another one was waited for.
	select {
	case out := <-sec.done:
		return sec.as(out)
	default:
		return sec.as(outcome[T]{err: errLate})
	}
}

func (sec *section[T]) as(out outcome[T]) T {
	sec.err = out.err
	return out.content
}

// shown is a section as the page has it: what there is, or why there is nothing.
func shown[T, R any](ctx context.Context, s *Service, sec *section[T], content func(T) R, failure func(*coursev1.SectionFailure) R) R {
	found := sec.end()
	if sec.err == nil {
		return content(found)
	}
	return failure(&coursev1.SectionFailure{Reason: s.reasonOf(ctx, sec.name, sec.err)})
}

// reasonOf is what people may know of an error. The rest is logged.
func (s *Service) reasonOf(ctx context.Context, name string, err error) string {
	switch f, ok := errors.AsType[*fault.Error](err); {
	case errors.Is(err, context.DeadlineExceeded), ok && f.Kind == fault.TimedOut:
		return errLate.Reason
	case ok:
		return f.Reason
	}
	s.log.ErrorContext(ctx, "a section of a course's page failed", slog.String("section", name), slog.Any("error", err))
	return "internal"
}
