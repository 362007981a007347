package rpc

import (
	"container/list"
	"time"
)

// The queue of a gate: who waits to be let in, and who goes first.

// waiter is a call that waits. turn tells it whether it is let in or had to give way.
type waiter struct {
	turn       chan bool
	importance Importance
	place      *list.Element
	patience   time.Duration
}

// join lets a call in or answers its place in the queue; neither where that is full.
func (g *Gate) join(i Importance) (in bool, w *waiter) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.count == 0 {
		if g.room() {
			g.in++
			return true, nil
		}
		g.since = time.Now()
	}
	if g.count == maxWaiting && !g.displace(i) {
		return false, nil
	}
	w = &waiter{turn: make(chan bool, 1), importance: i, patience: patience}
	if time.Since(g.since) > patience {
		w.patience = shortPatience
	}
	w.place = g.waiting[i].PushBack(w)
	g.count++
	return false, w
}

func (g *Gate) room() bool { return g.in < int(g.limit) }

// displace sends away the newest of the least important waiters, if they are less
// important than a newcomer.
func (g *Gate) displace(by Importance) bool {
	for i := range by {
		if last := g.waiting[i].Back(); last != nil {
			g.remove(last).turn <- false
			return true
		}
	}
	return false
}

// admit lets waiters in as long as there is room, the most important first, and of
// those the oldest.
func (g *Gate) admit() {
	for g.count > 0 && g.room() {
		g.in++
		g.remove(g.first()).turn <- true
	}
}

func (g *Gate) first() *list.Element {
	for i := importances - 1; i > 0; i-- {
		if e := g.waiting[i].Front(); e != nil {
			return e
		}
	}
	return g.waiting[0].Front()
}

func (g *Gate) remove(e *list.Element) *waiter {
	w := e.Value.(*waiter) //nolint:forcetypeassert // nothing else is put there
	g.waiting[w.importance].Remove(e)
	w.place = nil
	g.count--
	return w
}

// part takes a waiter out whose patience is at its end; or he was let in at that very
// moment.
func (g *Gate) part(w *waiter) (in bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if w.place != nil {
		g.remove(w.place)
		return false
	}
	return <-w.turn
}
