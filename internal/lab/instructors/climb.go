package instructors

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"
	"github.com/throng-social/throng/internal/lab/load"
)

const (
	// reference is the rate at which the reference dropped most of its calls.
	reference = 1000
	// bentLost is how many calls in a hundred may be lost, and bentWait how long 99 of
	// them may take, until it bends.
	bentLost = 1
	bentWait = time.Second
)

// climb is what is asked at one rate after the other.
type climb struct {
	name string
	// single says that all ask for one hot course, writes that some write.
	single, writes bool
}

var climbs = [...]climb{
	{name: "random courses"},
	{name: "one hot course", single: true},
	{name: "random courses, with writes", writes: true},
	{name: "one hot course, with writes", single: true, writes: true},
}

// after is the next rate.
func after(rate float64) float64 {
	if rate < reference {
		return 10 * rate
	}
	return 2 * rate
}

// climb goes up to the reference's rate in any case, and on until it bends.
func (r *run) climb(ctx context.Context, c climb) error {
	found := Climb{Name: c.name, Single: c.single, Writes: c.writes}
	for rate := 1.0; rate <= r.Most; rate = after(rate) {
		h := newHold(r, c, rate)
		before := r.Now(ctx)
		if err := h.goOn(ctx); err != nil {
			return err
		}
		now := r.Now(ctx)
		step := h.result(now.Since(before, now.At.Sub(before.At).Seconds()))
		found.Steps = append(found.Steps, step)
		fmt.Fprintf(r.Out, "%s: %s\n", c.name, step)
		if step.Bent && rate >= reference {
			break
		}
	}
	r.found.Climbs = append(r.found.Climbs, found)
	return nil
}

// kind is a kind of calls beside the reads.
type kind int

const (
	updating kind = iota
	assigning
	unassigning
	// looking is what writers read before and after they write.
	looking

	kinds = iota
)

var kindNames = [kinds]string{"update an instructor", "assign an assistant", "unassign him", "writers look"}

// writesATurn is how many calls of a writer's turn write, in the mean.
const writesATurn = 1.5

// hold is a stretch at one rate.
type hold struct {
	*run
	climb

	rate  float64
	reads *load.Recorder
	// turns are those of writers, of several calls each.
	turns *load.Recorder
	calls [kinds]*load.Recorder
}

func newHold(r *run, c climb, rate float64) *hold {
	h := &hold{run: r, climb: c, rate: rate, reads: load.NewRecorder(), turns: load.NewRecorder()}
	for k := range h.calls {
		h.calls[k] = load.NewRecorder()
	}
	return h
}

// goOn reads, and writes, until the step is over and all is answered.
func (h *hold) goOn(ctx context.Context) error {
	reads := h.next(h.rate, h.AtOnce)
	turns := h.next(h.rate*h.WritesPercent/100/writesATurn, writersAtOnce)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return reads.Run(ctx, h.read, h.reads) })
	if h.writes {
		g.Go(func() error { return turns.Run(ctx, h.write, h.turns) })
	}
	return g.Wait()
}

// next is a model with arrivals of its own.
func (r *run) next(rate float64, atOnce int) load.Open {
	r.stretches++
	return r.arrivals(rate, atOnce, r.stretches)
}

func (h *hold) read(ctx context.Context, _ load.Request) error {
	return h.readers.Lend(ctx, func(p *load.Person) error {
		_, err := h.list(ctx, p, h.choose(p))
		return err
	})
}

// choose is the course that somebody asks for.
func (h *hold) choose(p *load.Person) int64 {
	if h.single {
		return h.hot
	}
	return p.Random.Int64N(int64(len(h.courses)))
}

// list reads the first page of those who teach a course, and checks it.
func (r *run) list(ctx context.Context, p *load.Person, course int64) ([]*coursev1.CourseInstructor, error) {
	began := r.ledger.begin(p.Seen)
	ctx, saw := p.Call(ctx)
	res, err := r.client.ListCourseInstructors(ctx, &coursev1.ListCourseInstructorsRequest{CourseId: r.courses[course].String()})
	if err != nil {
		return nil, err
	}
	saw()
	if err := checkTeachers(r.teaching, course, res); err != nil {
		return nil, err
	}
	return res.GetInstructors(), r.ledger.check(course, res, began)
}
