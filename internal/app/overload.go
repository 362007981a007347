package app

import (
	"errors"
	"runtime"
	"strconv"
	"strings"

	"github.com/throng-social/throng/internal/rpc"
)

// A processor has enough to do with a few calls at once, also where they wait for the
// database for most of their time, and keeps no more than some dozens in mind.
const (
	leastPerProcessor = 4
	mostPerProcessor  = 32
)

var errConcurrency = errors.New("THRONG_CONCURRENCY is auto, off, or two numbers such as 16-64, the first at least 1 and the second not less")

// concurrency is between what the number of calls at once is adapted; nil where it is
// not bounded.
func (s *Settings) concurrency() (*rpc.Bounds, error) {
	switch s.Concurrency {
	case "", "off":
		return nil, nil
	case "auto":
		n := runtime.GOMAXPROCS(0)
		return &rpc.Bounds{Least: leastPerProcessor * n, Most: mostPerProcessor * n}, nil
	}
	least, most, ok := strings.Cut(s.Concurrency, "-")
	l, errLeast := strconv.Atoi(least)
	m, errMost := strconv.Atoi(most)
	if !ok || errLeast != nil || errMost != nil || l < 1 || m < l {
		return nil, errConcurrency
	}
	return &rpc.Bounds{Least: l, Most: m}, nil
}

// openGate makes a gate, unless everything is let in. Hashes give way to calls, as jobs do:
// whoever is signed in goes first.
func (a *App) openGate() {
	bounds, err := a.settings.concurrency()
	if bounds == nil || err != nil { // an error was refused at the start
		return
	}
	a.gate = rpc.NewGate(*bounds, a.metrics)
	a.settings.Hashing.GiveWay = a.gate.GiveWay
}
