package watch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/lab/load"
	throng "github.com/throng-social/throng/sdk/go"
)

const (
	// openedAtOnce bounds the streams that are being opened at the same time.
	openedAtOnce = 32
	openTime     = time.Minute
)

// crowd are watchers with open streams.
type crowd struct {
	watchers    []*watcher
	connections int
	received    atomic.Int64
	// ended are streams that the server closed while all were watching.
	ended      atomic.Int64
	left       atomic.Bool
	arrived    chan struct{}
	end        context.CancelFunc
	reading    sync.WaitGroup
	leaving    sync.Once
	transports []*http.Transport
}

// watcher is one stream, and when each post came over it. Its own goroutine alone
// uses it until the crowd has left.
type watcher struct{ got []receipt }

type receipt struct {
	post string
	at   time.Time
}

// gather opens a stream for each watcher, and waits until the server has answered
// all of them.
func (s *stage) gather(ctx context.Context) (*crowd, error) {
	ctx, end := context.WithCancel(ctx)
	c := &crowd{watchers: make([]*watcher, s.Watchers), arrived: make(chan struct{}, 1), end: end}
	began := time.Now()
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(openedAtOnce)
	for first := 0; first < s.Watchers; first += s.PerConnection {
		client := c.connect()
		for i := first; i < min(first+s.PerConnection, s.Watchers); i++ {
			c.watchers[i] = &watcher{}
			g.Go(func() error {
				return c.open(ctx, gctx, c.watchers[i], throng.New(s.server.Base, throng.WithToken(s.tokens[i]), throng.WithHTTPClient(client)))
			})
		}
	}
	if err := g.Wait(); err != nil {
		return nil, errors.Join(err, c.leave())
	}
	fmt.Fprintf(s.Out, "%d watchers on %d connections, after %.1f s\n", s.Watchers, c.connections, time.Since(began).Seconds())
	return c, nil
}

// connect makes a client of its own connection.
func (c *crowd) connect() *http.Client {
	t := &http.Transport{Protocols: &http.Protocols{}, MaxConnsPerHost: 1}
	t.Protocols.SetUnencryptedHTTP2(true)
	c.transports = append(c.transports, t)
	c.connections++
	return &http.Client{Transport: t}
}

// open opens one stream, which is then read until the crowd leaves.
func (c *crowd) open(ctx, opening context.Context, w *watcher, client *throng.Client) error {
	stream, err := client.Timeline.WatchHomeTimeline(ctx, &timelinev1.WatchHomeTimelineRequest{})
	if err != nil {
		return err
	}
	began := make(chan struct{})
	c.reading.Go(func() {
		open := sync.OnceFunc(func() { close(began) })
		defer open()
		for stream.Receive() {
			w.receive(stream.Msg(), time.Now(), c)
			open()
		}
		if !c.left.Load() {
			c.ended.Add(1)
		}
		_ = stream.Close()
	})
	select {
	case <-began:
		return nil
	case <-opening.Done():
		return opening.Err()
	case <-time.After(openTime):
		return errors.New("a stream was not answered in time")
	}
}

func (w *watcher) receive(m *timelinev1.WatchHomeTimelineResponse, at time.Time, c *crowd) {
	for _, item := range m.GetItems() {
		w.got = append(w.got, receipt{item.GetPost().GetId(), at})
	}
	if n := len(m.GetItems()); n > 0 {
		c.received.Add(int64(n))
		select {
		case c.arrived <- struct{}{}:
		default:
		}
	}
}

// wait waits until so many items have come in all, or patience is at its end.
func (c *crowd) wait(ctx context.Context, items int, patience time.Duration) {
	late := time.NewTimer(patience)
	defer late.Stop()
	for c.received.Load() < int64(items) {
		select {
		case <-c.arrived:
		case <-late.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// leave closes all streams. It is an error if the server closed some before.
func (c *crowd) leave() (err error) {
	c.leaving.Do(func() {
		c.left.Store(true)
		c.end()
		c.reading.Wait()
		for _, t := range c.transports {
			t.CloseIdleConnections()
		}
		if n := c.ended.Load(); n > 0 {
			err = fmt.Errorf("the server ended %d streams", n)
		}
	})
	return err
}

// took records how long a post took to each watcher who got it, after all have
// left.
func (c *crowd) took(post string, answered time.Time, h *load.Histogram) (missing, repeated int) {
	for _, w := range c.watchers {
		n := 0
		for _, r := range w.got {
			if r.post == post {
				if n++; n == 1 {
					h.Record(r.at.Sub(answered))
				}
			}
		}
		switch {
		case n == 0:
			missing++
		case n > 1:
			repeated++
		}
	}
	return missing, repeated
}
