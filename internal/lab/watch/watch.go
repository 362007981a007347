// Package watch shows what live streams cost and how fast they are: thousands of
// people watch their home timelines at once, all follow one author, and the author
// posts.
//
// The deployment is private: a Postgres with a replica on this machine (stage.go)
// and one server with its worker, in a process of its own, so that its
// memory is its own. The watchers are in this process, a hundred streams on each
// connection (crowd.go), as browsers behind a proxy would be. What a post takes is
// the time from the answer to its author until a watcher has it; one that arrives
// before the answer takes no time. Every watcher must get every post exactly once,
// and the server must read each post once for all of them, which is told by its
// metrics (metrics.go).
package watch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/throng-social/throng/internal/lab/load"
)

// Config says how many watch, and what.
type Config struct {
	// Watchers follow the author, each with a stream; 1 to 50,000.
	Watchers int `json:"watchers"`
	// PerConnection is how many streams share a connection, 1 to 1,000.
	PerConnection int `json:"streamsAConnection"`
	// Posts is how many the author writes, Pause how long he rests between them.
	Posts int           `json:"posts"`
	Pause time.Duration `json:"pause"`
	// Patience is how long a post may take before the watchers who lack it are
	// counted.
	Patience time.Duration `json:"patience"`
	// Settle waits for the server to collect its garbage before its memory is looked
	// at, which takes up to two minutes.
	Settle bool `json:"settle"`

	// Serve is the command that serves, with settings in its environment.
	Serve []string `json:"-"`
	// Out shows how it goes on.
	Out io.Writer `json:"-"`
}

var errConfig = errors.New("there are 1 to 50,000 watchers, 1 to 1,000 streams on a connection, and 1 to 1,000 posts")

func (c Config) check() error {
	if c.Watchers < 1 || c.Watchers > 50_000 || c.PerConnection < 1 || c.PerConnection > 1000 || c.Posts < 1 || c.Posts > 1000 || len(c.Serve) == 0 {
		return errConfig
	}
	return nil
}

// Result is what was found.
type Result struct {
	Config Config `json:"config"`
	// Connections carried the streams.
	Connections int `json:"connections"`
	// Posts has how long each took, All all of them together.
	Posts []Delay `json:"posts"`
	All   Delay   `json:"all"`
	// Missing are posts that a watcher did not get, Repeated those that one got more
	// than once, over all watchers.
	Missing  int `json:"missing"`
	Repeated int `json:"repeated"`
	// Hydrations is how often the server read a post for its streams, Looks how
	// often a stream read for itself while the author posted.
	Hydrations int `json:"hydrations"`
	Looks      int `json:"looks"`
	// Resident is by how many bytes the server's process grew for each watcher;
	// Used by how many its heap and stacks did, after garbage was collected if
	// Settle was set.
	Resident int `json:"residentBytesAWatcher"`
	Used     int `json:"usedBytesAWatcher"`
	// Goroutines is by how many they grew for each watcher.
	Goroutines float64 `json:"goroutinesAWatcher"`
}

// Delay is how long a post took to get to the watchers, in milliseconds.
type Delay struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

func delayOf(h *load.Histogram) Delay {
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	return Delay{P50: ms(h.Quantile(0.5)), P99: ms(h.Quantile(0.99)), Max: ms(h.Max())}
}

// Run brings up the deployment, lets the author post, and takes everything down.
func Run(ctx context.Context, c Config) (r Result, err error) {
	if err := c.check(); err != nil {
		return r, err
	}
	s, err := openStage(ctx, c)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	r.Config = c
	return r, s.measure(ctx, &r)
}

// measure opens the streams, looks at the server while they are idle, and lets
// the author post.
func (s *stage) measure(ctx context.Context, r *Result) (err error) {
	alone, err := s.scrape(ctx)
	if err != nil {
		return err
	}
	crowd, err := s.gather(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, crowd.leave()) }()
	r.Connections = crowd.connections
	idle, err := s.idle(ctx)
	if err != nil {
		return err
	}
	r.memory(alone, idle)
	fmt.Fprintf(s.Out, "each takes %.1f KB of the server's memory, %.1f KB of its heap and stacks, %.1f goroutines\n",
		float64(r.Resident)/1024, float64(r.Used)/1024, r.Goroutines)
	if err := s.postAll(ctx, crowd, r); err != nil {
		return err
	}
	after, err := s.scrape(ctx)
	if err != nil {
		return err
	}
	r.Hydrations = int(after[metricHydrations] - idle[metricHydrations])
	r.Looks = int(after[metricLooks] - idle[metricLooks])
	return nil
}

// postAll posts, and counts what each watcher has when it should have all.
func (s *stage) postAll(ctx context.Context, crowd *crowd, r *Result) error {
	answered := make(map[string]time.Time, s.Posts)
	order := make([]string, 0, s.Posts)
	for n := range s.Posts {
		id, at, err := s.post(ctx, n)
		if err != nil {
			return err
		}
		answered[id] = at
		order = append(order, id)
		crowd.wait(ctx, (n+1)*s.Watchers, s.Patience)
		pause(ctx, s.Pause)
	}
	if err := crowd.leave(); err != nil {
		return err
	}
	all := load.NewHistogram()
	for n, id := range order {
		h := load.NewHistogram()
		missing, repeated := crowd.took(id, answered[id], h)
		r.Missing, r.Repeated = r.Missing+missing, r.Repeated+repeated
		r.Posts = append(r.Posts, delayOf(h))
		all.Add(h)
		fmt.Fprintf(s.Out, "post %2d: half of the watchers had it after %6.1f ms, 99%% after %6.1f ms, the last one after %6.1f ms\n",
			n+1, r.Posts[n].P50, r.Posts[n].P99, r.Posts[n].Max)
	}
	r.All = delayOf(all)
	return ctx.Err()
}

func pause(ctx context.Context, d time.Duration) {
	rest := time.NewTimer(d)
	defer rest.Stop()
	select {
	case <-ctx.Done():
	case <-rest.C:
	}
}
