package boardtest

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/throng-social/throng/internal/campaign/board"
)

// A question is one that people ask of a board of so many subjects.
type question struct {
	name string
	of   func(subjects int) board.Query
}

var questions = []question{
	{"rank and 100 around", func(subjects int) board.Query {
		who := []uuid.UUID{Subject(rand.IntN(subjects))}
		return board.Query{N: 100, Around: who, Find: who, Ranked: true}
	}},
	{"rank", func(subjects int) board.Query {
		return board.Query{Find: []uuid.UUID{Subject(rand.IntN(subjects))}, Ranked: true}
	}},
	{"top 100", func(int) board.Query { return board.Query{N: 100} }},
	{"page of 100", func(subjects int) board.Query {
		after := scored(rand.IntN(subjects), 1)
		return board.Query{N: 100, After: &after}
	}},
	{"a thousand friends", func(subjects int) board.Query {
		return board.Query{Find: some(1000, subjects)}
	}},
}

// some are the ids of different subjects.
func some(n, subjects int) []uuid.UUID {
	list, first := make([]uuid.UUID, min(n, subjects)), rand.IntN(subjects)
	for i := range list {
		list[i] = Subject((first + i) % subjects)
	}
	return list
}

func scored(subject int, position int64) board.Entry {
	return Entry(subject, 1+rand.Int64N(1_000_000_000), position, int64(subject))
}

func everybody(subjects int) []board.Entry {
	list := make([]board.Entry, subjects)
	for i := range list {
		list[i] = scored(i, 1)
	}
	return list
}

func moved(n, subjects int, position int64) []board.Entry {
	list, first := make([]board.Entry, min(n, subjects)), rand.IntN(subjects)
	for i := range list {
		list[i] = scored((first+i)%subjects, position)
	}
	return list
}

// asked holds what benchmarks ask to the model, on a board that is small.
func asked(t *testing.T, b board.Board) {
	const subjects = 2500
	k, m := Teams(), &Model{}
	load(t, b, k, m, 1, everybody(subjects)...)
	for range 3 {
		for _, n := range []int{1, 1001, subjects} {
			step(t, b, k, m, m.Position+1, moved(n, subjects, m.Position+1)...)
			for _, q := range questions {
				Check(t, b, k, m, q.of(subjects))
			}
		}
	}
}

// crowded is a board that is measured.
type crowded struct {
	board.Board

	key      board.Key
	subjects int
	position int64
	meter    Meter
}

// Meter looks at what keeps boards.
type Meter struct {
	// Bytes are how many are in use.
	Bytes func() uint64
	// Busy is for how long a processor worked for it, if that is another process. Where
	// others work as well this tells more than the clock.
	Busy func() time.Duration
}

// Bench measures boards of a million entries, or ten thousand with -short: loading one,
// changing it, and reading it, with the 99th percentile beside the mean.
func Bench(b *testing.B, boards board.Board, meter Meter) {
	b.Helper()
	c := &crowded{Board: boards, key: Teams(), subjects: 1_000_000, meter: meter}
	if testing.Short() {
		c.subjects = 10_000
	}
	b.Run("load", c.benchLoad)
	for _, q := range questions {
		b.Run(q.name, func(b *testing.B) { c.benchRead(b, q) })
	}
	b.Run("a thousand changes", func(b *testing.B) { c.benchSteps(b, 1000, 1) })
	b.Run("ten thousand changes", func(b *testing.B) { c.benchSteps(b, board.MaxChanges, 1) })
	b.Run("twenty thousand changes in twenty steps", func(b *testing.B) { c.benchSteps(b, 1000, 20) })
	b.Run(questions[0].name+" while a thousand change at a time", c.benchReadsAmongSteps)
}

func (c *crowded) benchLoad(b *testing.B) {
	before, first := c.meter.Bytes(), c.position == 0
	defer c.meter.watch(b)()
	for b.Loop() {
		b.StopTimer()
		entries := everybody(c.subjects)
		b.StartTimer()
		c.load(b, entries)
	}
	b.ReportMetric(float64(c.subjects)*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
	if first {
		b.ReportMetric(float64(c.meter.Bytes()-before)/float64(c.subjects), "B/entry")
	}
}

func (c *crowded) load(b *testing.B, entries []board.Entry) {
	b.Helper()
	c.position++
	if err := c.Load(b.Context(), c.key, c.position, entries); err != nil {
		b.Fatal(err)
	}
}

// ready loads the board where only a part of the benchmarks is run.
func (c *crowded) ready(b *testing.B) {
	b.Helper()
	if c.position == 0 {
		c.load(b, everybody(c.subjects))
	}
}

func (c *crowded) benchRead(b *testing.B, q question) {
	b.Helper()
	c.ready(b)
	defer c.meter.watch(b)()
	timed(b, func() error {
		_, err := c.Read(b.Context(), c.key, q.of(c.subjects))
		return err
	})
}

func (c *crowded) benchSteps(b *testing.B, changes, steps int) {
	b.Helper()
	c.ready(b)
	defer c.meter.watch(b)()
	timed(b, func() error {
		for range steps {
			if err := c.step(b.Context(), changes); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c *crowded) step(ctx context.Context, changes int) error {
	from := c.position
	c.position++
	return c.Apply(ctx, c.key, from, c.position, moved(changes, c.subjects, c.position))
}

// benchReadsAmongSteps has scores change twenty thousand a second meanwhile, or as fast
// as that goes.
func (c *crowded) benchReadsAmongSteps(b *testing.B) {
	c.ready(b)
	ctx, stop := context.WithCancel(b.Context())
	var counting errgroup.Group
	counting.Go(func() error {
		for tick := time.NewTicker(50 * time.Millisecond); ctx.Err() == nil; {
			if err := c.step(context.WithoutCancel(ctx), 1000); err != nil {
				return err
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
				tick.Stop()
			}
		}
		return nil
	})
	c.benchRead(b, questions[0])
	stop()
	if err := counting.Wait(); err != nil {
		b.Fatal(err)
	}
}

// watch reports how busy the keeper was with each operation until what it answers is
// called.
func (m Meter) watch(b *testing.B) func() {
	b.Helper()
	if m.Busy == nil {
		return func() {}
	}
	before := m.Busy()
	return func() { b.ReportMetric(float64((m.Busy()-before).Nanoseconds())/float64(b.N), "busy-ns/op") }
}

func timed(b *testing.B, do func() error) {
	b.Helper()
	var took []time.Duration
	for b.Loop() {
		began := time.Now()
		if err := do(); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds()), "ns/p99")
}
