package watch

import (
	"context"
	"fmt"
	"time"

	"github.com/throng-social/throng/internal/lab/process"
)

// The metrics that are read off the server.
const (
	metricHydrations = "throng_timeline_live_hydrations_total"
	metricLooks      = "throng_timeline_live_looks_total"
	metricStreams    = "throng_timeline_streams"
	metricResident   = "process_resident_memory_bytes"
	metricHeap       = "go_memstats_heap_inuse_bytes"
	metricStacks     = "go_memstats_stack_inuse_bytes"
	metricGoroutines = "go_goroutines"
	metricCollected  = "go_memstats_last_gc_time_seconds"
)

var wanted = []string{metricHydrations, metricLooks, metricStreams, metricHeap, metricStacks, metricGoroutines, metricCollected}

// collectTime is when Go collects garbage at the latest, and a little more.
const collectTime = 130 * time.Second

// metrics are what the server exports at a moment. The size of a process is not
// known on every system, and 0 then.
type metrics = process.Metrics

func (s *stage) scrape(ctx context.Context) (metrics, error) {
	m, err := process.Scrape(ctx, s.server.Client, s.server.Base)
	if err != nil {
		return nil, err
	}
	for _, name := range wanted {
		if _, ok := m[name]; !ok {
			return nil, fmt.Errorf("the server does not export %s", name)
		}
	}
	return m, nil
}

// idle is how the server is while everybody watches and nobody posts.
func (s *stage) idle(ctx context.Context) (metrics, error) {
	first, err := s.scrape(ctx)
	if err != nil || !s.Settle {
		return first, err
	}
	fmt.Fprintln(s.Out, "waiting until the server has collected its garbage")
	for deadline := time.Now().Add(collectTime); time.Now().Before(deadline) && ctx.Err() == nil; {
		pause(ctx, time.Second)
		now, err := s.scrape(ctx)
		if err != nil {
			return nil, err
		}
		if now[metricCollected] > first[metricCollected] {
			return now, nil
		}
	}
	return first, ctx.Err()
}

// memory is what the watchers added.
func (r *Result) memory(before, now metrics) {
	grown := func(names ...string) (sum float64) {
		for _, name := range names {
			sum += now[name] - before[name]
		}
		return sum / float64(r.Config.Watchers)
	}
	r.Resident, r.Used = int(grown(metricResident)), int(grown(metricHeap, metricStacks))
	r.Goroutines = grown(metricGoroutines)
}
