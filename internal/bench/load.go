package bench

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// act is what somebody does over and over on a connection.
type act func(c *client, r *reader) error

// connections is how many calls are under way at once in a closed loop.
const connections = 16

// closedLoop acts as fast as answers come, each connection for readers of its
// own in random order, and answers acts a second.
func closedLoop(ctx context.Context, addr string, readers []*reader, length time.Duration, do act) (float64, error) {
	var calls atomic.Int64
	began := time.Now()
	err := onConnections(ctx, addr, connections, func(ctx context.Context, c *client, i int) error {
		own := share(readers, i)
		for n := int64(0); ; n++ {
			if time.Since(began) >= length || ctx.Err() != nil {
				calls.Add(n)
				return ctx.Err()
			}
			if err := do(c, own[rand.IntN(len(own))]); err != nil {
				return err
			}
		}
	})
	return float64(calls.Load()) / time.Since(began).Seconds(), err
}

// onceEach acts once for each reader and answers acts a second.
func onceEach(ctx context.Context, addr string, readers []*reader, do act) (float64, error) {
	began := time.Now()
	err := onConnections(ctx, addr, connections, func(_ context.Context, c *client, i int) error {
		for _, r := range share(readers, i) {
			if err := do(c, r); err != nil {
				return err
			}
		}
		return nil
	})
	return float64(len(readers)) / time.Since(began).Seconds(), err
}

// share is what of the readers belongs to one connection.
func share(readers []*reader, i int) []*reader {
	return readers[len(readers)*i/connections : len(readers)*(i+1)/connections]
}

func onConnections(ctx context.Context, addr string, n int, do func(ctx context.Context, c *client, i int) error) error {
	g, ctx := errgroup.WithContext(ctx)
	for i := range n {
		g.Go(func() error {
			c, err := dial(addr)
			if err != nil {
				return err
			}
			defer c.conn.Close()
			return do(ctx, c, i)
		})
	}
	return g.Wait()
}

// latency is how long calls took, from the moment at which they were due. Calls that
// were refused are counted apart.
type latency struct {
	p50, p99       time.Duration
	asked, refused int
}

const openConnections = 64

// openLoop acts rate times a second, whether answers come or not: an act that was
// due and had to wait for a free connection has waited.
func openLoop(ctx context.Context, addr string, readers []*reader, rate int, length time.Duration, do act) (latency, error) {
	due := make(chan time.Time, rate)
	took, refused := make([][]time.Duration, openConnections), atomic.Int64{}
	shares := len(readers) / openConnections
	go func() {
		defer close(due)
		began := time.Now()
		for i := range int(length.Seconds() * float64(rate)) {
			at := began.Add(time.Duration(i) * time.Second / time.Duration(rate))
			time.Sleep(time.Until(at))
			due <- at
		}
	}()
	err := onConnections(ctx, addr, openConnections, func(_ context.Context, c *client, i int) error {
		own := readers[i*shares : (i+1)*shares]
		for at := range due {
			err := do(c, own[rand.IntN(len(own))])
			if status, ok := errors.AsType[statusError](err); ok && status == http.StatusTooManyRequests {
				refused.Add(1)
				continue
			}
			if err != nil {
				return err
			}
			took[i] = append(took[i], time.Since(at))
		}
		return nil
	})
	l := latencyOf(slices.Concat(took...))
	l.refused = int(refused.Load())
	l.asked += l.refused
	return l, err
}

// latencyOf sorts what calls took.
func latencyOf(took []time.Duration) latency {
	slices.Sort(took)
	if len(took) == 0 {
		return latency{}
	}
	return latency{p50: took[len(took)/2], p99: took[len(took)*99/100], asked: len(took)}
}
