package postgres

import (
	"context"
	"sync"

	"github.com/throng-social/throng/internal/consistency"
)

// asker shares one question among all who ask at the same time. Whoever calls
// next is answered by a question that was put after the call, so at most two are
// alive: the one under way and the one that newcomers wait for.
type asker struct {
	ask func() (consistency.Position, error)

	mu      sync.Mutex
	waiting *answer
	running bool
}

type answer struct {
	done chan struct{}
	pos  consistency.Position
	err  error
}

func (a *asker) next(ctx context.Context) (consistency.Position, error) {
	w := a.join()
	select {
	case <-w.done:
		return w.pos, w.err
	case <-ctx.Done():
		return consistency.Position{}, Fault(ctx.Err())
	}
}

func (a *asker) join() *answer {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.waiting == nil {
		a.waiting = &answer{done: make(chan struct{})}
		if !a.running {
			a.running = true
			go a.run()
		}
	}
	return a.waiting
}

func (a *asker) run() {
	for w := a.take(); w != nil; w = a.take() {
		w.pos, w.err = a.ask()
		close(w.done)
	}
}

func (a *asker) take() *answer {
	a.mu.Lock()
	defer a.mu.Unlock()
	w := a.waiting
	a.waiting, a.running = nil, w != nil
	return w
}
