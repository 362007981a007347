package timeline_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/timeline"
)

// history is what people and a deployment do, drawn from a seed: steps, each of
// which begins an operation or lets one go on that was held. Each step draws from
// a source of its own, so leaving some out changes little of the rest.
type history struct {
	*world
	settings
	ctx   context.Context
	seed  uint64
	clock atomic.Int64

	model    *model
	written  int
	messages []*message
	// held are the operations that stand between two statements.
	held []*operation
	// touched are the pairs between whom something is under way.
	touched map[pair]bool
	// only are the two people to whom something happens; nil for any.
	only *pair
	log  []string
}

// begin makes the history of a seed.
func (w *world) begin(ctx context.Context, seed uint64) (*history, error) {
	h := &history{world: w, ctx: ctx, seed: seed, settings: drawn(seed), touched: map[pair]bool{}}
	h.model = newModel(w.people[:h.crowd])
	h.clock.Store(time.Now().UnixNano())
	return h, w.restart(ctx, h.config, h.push, func() time.Time { return time.Unix(0, h.clock.Load()) })
}

// live goes through the history, without some of its steps, to the end or to the
// first thing that is wrong.
func (h *history) live(without map[int]bool) error {
	defer h.abandon()
	if err := h.opening(h, rand.New(rand.NewPCG(h.seed, 1<<32))); err != nil {
		return err
	}
	for i := range h.steps {
		if without[i] {
			continue
		}
		r := rand.New(rand.NewPCG(h.seed, uint64(i)+1))
		h.note(fmt.Sprintf("step %d:", i))
		if err := h.step(h, r); err != nil {
			return err
		}
		if err := h.collect(); err != nil {
			return err
		}
		if err := h.glance(r); err != nil {
			return err
		}
	}
	return h.end()
}

// prologue is a quiet beginning: the busy reader follows the busy author, who has
// posted.
func (h *history) prologue(r *rand.Rand) error {
	defer func(haste int) { h.haste = haste }(h.haste)
	h.haste = 100
	for range r.IntN(4) {
		if err := h.post(r); err != nil {
			return err
		}
	}
	if err := h.follow(r); err != nil || r.IntN(4) == 0 {
		return err
	}
	if err := h.collect(); err != nil {
		return err
	}
	return h.drain()
}

func (h *history) note(what ...any) { h.log = append(h.log, fmt.Sprintln(what...)) }

// goesOn lets somebody who is held go on, kills him, or begins something new.
func (h *history) goesOn(r *rand.Rand) error {
	if n := len(h.held); n > 0 && (n >= processes-1 || r.IntN(100) < h.patience) {
		o := h.held[r.IntN(n)]
		if o.mortal && r.IntN(4) == 0 {
			o.kill()
			return h.leave(o)
		}
		return h.goOn(o, h.holds(r))
	}
	return h.choose(r)(r)
}

// glance is the busy reader looking at his first page.
func (h *history) glance(r *rand.Rand) error {
	if r.IntN(2) > 0 || len(h.held) == processes {
		return nil
	}
	return h.goOn(h.look(reading{reader: h.hotReader, size: 1 + r.IntN(12), pages: 1}, r), neverHold)
}

// holds draws whether and where an operation is held: more often where a move
// stands between its steps.
func (h *history) holds(r *rand.Rand) holding {
	if r.IntN(100) < h.haste {
		return neverHold
	}
	if h.evenly {
		return evenly(r)
	}
	return func(at string) bool {
		chance := 5
		if between[at] {
			chance = 30
		}
		return r.IntN(100) < chance
	}
}

// between are the statements and transactions after which moves have steps to go.
var between = map[string]bool{
	"commit": true, "GetReaders": true, "ListLog": true, "MergeLogs": true, "CopyEntries": true,
	"CheckEdges": true, "ListReaderEdges": true, "ListEdgesByAuthor": true, "RaiseHorizons": true, "ReadPage": true,
}

// operation makes one in a process that has none.
func (h *history) operation(name string, r *rand.Rand, fn func(context.Context, *operation) error) *operation {
	free := slices.DeleteFunc(slices.Clone(h.processes), func(p *process) bool { return p.busy })
	p := free[0]
	if r != nil {
		p = free[r.IntN(len(free))]
	}
	p.busy = true
	return newOperation(h.ctx, name, p, r, fn)
}

// goOn lets an operation go on to where it is held, or to its end.
func (h *history) goOn(o *operation, hold holding) error {
	h.note(o.name, "goes on after", o.at)
	h.held = slices.DeleteFunc(h.held, func(other *operation) bool { return other == o })
	if o.run(hold) {
		h.held = append(h.held, o)
		h.note("  and is held after", o.at)
		return nil
	}
	return h.leave(o)
}

// leave is the end of an operation.
func (h *history) leave(o *operation) error {
	h.held = slices.DeleteFunc(h.held, func(other *operation) bool { return other == o })
	o.process.busy = false
	if o.killed {
		h.note(o.name, "is killed after", o.at)
	}
	if o.err != nil {
		h.note("  and fails:", o.err)
	}
	return o.err
}

// pardon is for what was killed: it may fail.
func (h *history) pardon(o *operation, err error) error {
	if o.killed {
		return nil
	}
	return err
}

// end lets everything come to its end. Then each timeline must be what the model
// says, under each way of reading it, and edges be those of the graph.
func (h *history) end() error {
	for len(h.held) > 0 {
		if err := h.goOn(h.held[0], neverHold); err != nil {
			return err
		}
	}
	for _, r := range []reading{{size: 3, pages: 100}, {size: 50, pages: 1}, {size: 50, pages: 1, strategy: timelinev1.Strategy_STRATEGY_PULL}} {
		if err := h.collect(); err != nil {
			return err
		}
		if err := h.drain(); err != nil {
			return err
		}
		for r.reader = range h.crowd {
			if err := h.goOn(h.look(r, nil), neverHold); err != nil {
				return err
			}
		}
	}
	return h.recount()
}

func (h *history) recount() error {
	n, err := h.processes[0].timeline.Recount(h.ctx, func(d string) { h.note(d) })
	if err == nil && n > 0 {
		err = complaintError(fmt.Sprintf("the model complains: %d edges are not those of the graph", n))
	}
	return err
}

// abandon kills what is held.
func (h *history) abandon() {
	for _, o := range slices.Clone(h.held) {
		o.kill()
		_ = h.leave(o)
	}
}

// look is a read as an operation.
func (h *history) look(r reading, random *rand.Rand) *operation {
	o := h.operation(fmt.Sprintf("%d reads %+v", r.reader, r), random, func(ctx context.Context, o *operation) error {
		err := h.read(ctx, o.process, r)
		if _, complains := errors.AsType[complaintError](err); complains {
			return err
		}
		return h.pardon(o, err)
	})
	o.mortal = true
	return o
}

// views are those that a process writes down every half a minute.
func (h *history) views(r *rand.Rand) error {
	o := h.operation("views are written", r, func(ctx context.Context, o *operation) error {
		return h.pardon(o, timeline.WriteViews(o.process.timeline, ctx))
	})
	o.mortal = true
	return h.goOn(o, h.holds(r))
}
