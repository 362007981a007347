package instructors

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/lab/load"
)

const (
	// guests is how many come and go.
	guests = 8
	// guestTime is how long one may take to be invited, or to be sent away from wherever
	// he is.
	guestTime = time.Minute
)

// invite makes the guests.
func (r *run) invite(ctx context.Context) error {
	for i := range guests {
		err := r.operate(ctx, func(ctx context.Context) error {
			res, err := r.client.CreateInstructor(ctx, &coursev1.CreateInstructorRequest{
				FirstName: "Guest", LastName: fmt.Sprintf("No. %d", i+1), Organization: guestOrganization, IdempotencyKey: uuid.NewString(),
			})
			if err == nil {
				r.ledger.guests = append(r.ledger.guests, res.GetInstructor().GetId()) // nobody else asks yet
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// dismiss sends them away, from where they still are, too.
func (r *run) dismiss(ctx context.Context) error {
	var errs []error
	for _, guest := range r.ledger.guests {
		errs = append(errs, r.operate(ctx, func(ctx context.Context) error {
			_, err := r.client.DeleteInstructor(ctx, &coursev1.DeleteInstructorRequest{InstructorId: guest})
			return err
		}))
	}
	return errors.Join(errs...)
}

// operate has a writer make a call that belongs to no climb.
func (r *run) operate(ctx context.Context, call func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, guestTime)
	defer cancel()
	return r.writers.Lend(ctx, func(p *load.Person) error {
		ctx, saw := p.Call(ctx)
		err := call(ctx)
		if err == nil {
			saw()
		}
		return err
	})
}

// write is one turn of somebody's: he changes an instructor, or has a guest come and go,
// each as often.
func (h *hold) write(ctx context.Context, q load.Request) error {
	return h.writers.Lend(ctx, func(p *load.Person) error {
		if q.N%2 == 0 {
			return h.change(ctx, p, h.choose(p))
		}
		return h.visit(ctx, p, h.choose(p))
	})
}

// timed records a call of a kind.
func (h *hold) timed(k kind, call func() error) error {
	sent := time.Now()
	err := call()
	h.calls[k].Record(err, time.Since(sent))
	return err
}

func (h *hold) look(ctx context.Context, p *load.Person, course int64) (list []*coursev1.CourseInstructor, err error) {
	err = h.timed(looking, func() error {
		list, err = h.list(ctx, p, course)
		return err
	})
	return list, err
}

// change has somebody who teaches a course have one learner more. Where others change
// him, nothing is done.
func (h *hold) change(ctx context.Context, p *load.Person, course int64) error {
	list, err := h.look(ctx, p, course)
	if err != nil {
		return err
	}
	who := list[p.Random.IntN(len(list))].GetInstructor()
	if who.GetOrganization() == guestOrganization {
		return nil
	}
	learners, ok := h.ledger.offer(who)
	if !ok {
		return nil
	}
	if err := h.timed(updating, func() error { return h.update(ctx, p, who.GetId(), learners) }); err != nil {
		return err
	}
	_, err = h.look(ctx, p, course)
	return err
}

func (h *hold) update(ctx context.Context, p *load.Person, instructor string, learners int64) error {
	ctx, saw := p.Call(ctx)
	res, err := h.client.UpdateInstructor(ctx, &coursev1.UpdateInstructorRequest{InstructorId: instructor, Learners: &learners})
	if err != nil {
		return err
	}
	at := saw()
	if who := res.GetInstructor(); who.GetId() != instructor || who.GetLearners() != learners {
		return load.Wrong("instructor %s with %d learners was stored as %v", instructor, learners, who)
	}
	h.ledger.grew(instructor, at)
	return placed(at)
}

// placed holds that what was written has a position, without which nobody could ask for
// it.
func placed(at consistency.Position) error {
	if at == (consistency.Position{}) {
		return load.Wrong("a write was acknowledged without a position")
	}
	return nil
}

// visit has a guest come to a course, and go. Where all are there, nothing is done. One
// with whom something goes wrong is left alone.
func (h *hold) visit(ctx context.Context, p *load.Person, course int64) error {
	v := visit{course, h.ledger.take(course, p.Random)}
	if v.guest == "" {
		return nil
	}
	if err := h.timed(assigning, func() error { return h.come(ctx, p, v) }); err != nil {
		return err
	}
	if _, err := h.look(ctx, p, course); err != nil {
		return err
	}
	h.ledger.leaves(v)
	if err := h.timed(unassigning, func() error { return h.leave(ctx, p, v) }); err != nil {
		return err
	}
	h.ledger.free(v)
	_, err := h.look(ctx, p, course)
	return err
}

func (h *hold) come(ctx context.Context, p *load.Person, v visit) error {
	ctx, saw := p.Call(ctx)
	_, err := h.client.AssignInstructor(ctx, &coursev1.AssignInstructorRequest{
		CourseId: h.courses[v.course].String(), InstructorId: v.guest, Role: coursev1.Role_ROLE_ASSISTANT,
	})
	if err != nil {
		return err
	}
	at := saw()
	h.ledger.moved(v, true, at)
	return placed(at)
}

func (h *hold) leave(ctx context.Context, p *load.Person, v visit) error {
	ctx, saw := p.Call(ctx)
	_, err := h.client.UnassignInstructor(ctx, &coursev1.UnassignInstructorRequest{CourseId: h.courses[v.course].String(), InstructorId: v.guest})
	if err != nil {
		return err
	}
	at := saw()
	h.ledger.moved(v, false, at)
	return placed(at)
}
