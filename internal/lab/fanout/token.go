package fanout

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// tokenLife is longer than any comparison.
const tokenLife = 24 * time.Hour

// tokens are the access tokens of everybody who will do something, minted before:
// who that is depends on the seed alone, and minting beside the load would
// disturb it. The clones share their template's keys, so they are good in all.
type tokens struct{ of map[int]string }

// mint makes them.
func mint(ctx context.Context, s *stage) (*tokens, error) {
	a, err := s.operator(ctx, s.pg.WriterURL(s.template))
	if err != nil {
		return nil, err
	}
	defer a.Close()
	t := &tokens{of: map[int]string{}}
	began := time.Now()
	var mu sync.Mutex
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(operatorConns)
	for _, person := range s.actors() {
		g.Go(func() error {
			token, err := a.Token(gctx, s.world.Handle(person), tokenLife)
			mu.Lock()
			defer mu.Unlock()
			t.of[person] = token
			return err
		})
	}
	err = g.Wait()
	fmt.Fprintf(s.Out, "%d people are signed in, in %.1f s\n", len(t.of), time.Since(began).Seconds())
	return t, err
}

// actors are all who will look or post, each once.
func (s *stage) actors() []int {
	seen := map[int]bool{}
	var list []int
	add := func(person int) {
		if !seen[person] {
			seen[person] = true
			list = append(list, person)
		}
	}
	for _, p := range s.phases() {
		for n := range s.reading(p.length, p.seed).Expected() {
			add(s.reader(p.seed, n))
		}
		for n := range s.writing(p.length, p.seed).Expected() {
			add(s.writer(p.seed, n))
		}
	}
	return list
}

// phase is a stretch of load.
type phase struct {
	seed   uint64
	length time.Duration
}

func (s *stage) phases() []phase {
	all := []phase{{measured, s.Duration}}
	if s.WarmUp > 0 {
		all = append(all, phase{warming, s.WarmUp})
	}
	return all
}

// The seeds of the phases.
const (
	warming uint64 = iota + 1
	measured
)

// reader is who looks with the n-th read of a phase.
func (s *stage) reader(phase uint64, n int64) int {
	return s.world.Views.Draw(s.World.Seed<<8|phase<<1, uint64(n)) //nolint:gosec // n is not negative
}

// writer is who posts with the n-th write.
func (s *stage) writer(phase uint64, n int64) int {
	return s.world.Writes.Draw(s.World.Seed<<8|phase<<1|1, uint64(n)) //nolint:gosec // n is not negative
}
