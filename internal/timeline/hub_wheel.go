package timeline

import "time"

const (
	wheelTick = 250 * time.Millisecond
	// wheelSlots make a heartbeat of each stream every 13 seconds, which leaves two
	// until it would be late.
	wheelSlots = 52
	// spreadTicks is over how many ticks all streams are made to look after a gap.
	spreadTicks = 8
	// unheardTicks is how often streams look while nothing is heard: each second.
	unheardTicks = 4
)

// wheel is one clock for all streams. Each stream is in one slot.
type wheel struct {
	slots   [wheelSlots][]*watch
	streams int
	next    int
	turning bool
	// spread is for how many ticks on all streams are still made to look.
	spread int
}

// add says whether the wheel must be set going.
func (wh *wheel) add(w *watch) bool {
	w.slot = wh.next
	wh.next = (wh.next + 1) % wheelSlots
	wh.slots[w.slot] = append(wh.slots[w.slot], w)
	wh.streams++
	starts := !wh.turning
	wh.turning = true
	return starts
}

func (wh *wheel) remove(w *watch) {
	wh.slots[w.slot] = without(wh.slots[w.slot], w)
	wh.streams--
}

// turn turns the wheel until no stream is left.
func (h *hub) turn() {
	tick := time.NewTicker(wheelTick)
	defer tick.Stop()
	for n := 0; h.visit(n); n++ {
		<-tick.C
	}
}

// visit asks the streams whose time has come, and says whether there are any.
func (h *hub) visit(n int) bool {
	heard := h.connected()
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.wheel.streams == 0 {
		h.wheel.turning = false
		return false
	}
	for _, w := range h.wheel.slots[n%wheelSlots] {
		w.ask(askBeat)
	}
	switch {
	case h.wheel.spread > 0:
		h.wheel.spread--
		h.wheel.ask(n, spreadTicks, askFollows|askLook)
	case !heard:
		h.wheel.ask(n, unheardTicks, askLook)
	}
	return true
}

// ask asks every stream whose slot has its turn once in so many ticks.
func (wh *wheel) ask(n, ticks int, what asks) {
	for slot := n % ticks; slot < wheelSlots; slot += ticks {
		for _, w := range wh.slots[slot] {
			w.ask(what)
		}
	}
}
