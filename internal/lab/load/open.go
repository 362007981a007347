package load

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"sync"
	"time"
)

// Arrivals says how requests are spread in time.
type Arrivals int

const (
	// Poisson is how independent people come by: a request says nothing about when
	// the next is due, so some come together.
	Poisson Arrivals = iota
	// Steady requests have the same time between them.
	Steady
)

// maxWaiting bounds the requests that are due and not yet begun.
const maxWaiting = 1_000_000

// Open is the open model.
type Open struct {
	Bounds
	// Rate is how many requests a second arrive.
	Rate float64
	// Arrivals is how; Poisson unless said otherwise.
	Arrivals Arrivals
	// Seed decides on the arrivals.
	Seed uint64
	// Concurrency is how many may be under way at once; further ones wait.
	Concurrency int
	// Patience is how long after its time a request is still begun; after that it
	// is dropped.
	Patience time.Duration
}

var (
	errRate     = errors.New("requests arrive at more than 0 and at most a million a second")
	errPatience = errors.New("the generator needs some patience, of less than the longest time that is measured")
)

// Check says why there can be no such run.
func (o Open) Check() error {
	switch {
	case !(o.Rate > 0 && o.Rate <= 1e6): // and so is NaN
		return errRate
	case o.Patience <= 0 || o.Patience > maxTimeout:
		return errPatience
	}
	return errors.Join(o.check(), checkConcurrency(o.Concurrency))
}

// Run makes the requests, and returns when all have ended: without an error
// unless the model is out of bounds or the context ended before.
func (o Open) Run(ctx context.Context, do Do, to *Recorder) error {
	if err := o.Check(); err != nil {
		return err
	}
	due := make(chan Request, o.waiting())
	var senders sync.WaitGroup
	for range o.Concurrency {
		senders.Go(func() {
			for r := range due {
				o.begin(ctx, r, do, to)
			}
		})
	}
	err := o.release(ctx, due, to)
	close(due)
	senders.Wait()
	return err
}

// waiting is how many requests can be due before the first of them runs out of
// patience, about.
func (o Open) waiting() int {
	return int(min(math.Ceil(2*o.Rate*o.Patience.Seconds())+1, maxWaiting))
}

// release hands each request out when it is due, and never waits for senders.
func (o Open) release(ctx context.Context, due chan<- Request, to *Recorder) error {
	began, next := time.Now(), o.schedule()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for n := range o.requests() {
		after := next()
		if after >= o.Duration {
			break
		}
		r := Request{N: n, Due: began.Add(after)}
		if !sleep(ctx, timer, time.Until(r.Due)) {
			return context.Cause(ctx)
		}
		select {
		case due <- r:
		default:
			to.drop()
		}
	}
	return nil
}

// begin sends a request unless it is too late for that.
func (o Open) begin(ctx context.Context, r Request, do Do, to *Recorder) {
	if ctx.Err() != nil {
		return
	}
	if time.Since(r.Due) > o.Patience {
		to.drop()
		return
	}
	send(ctx, r, time.Since(r.Due), o.Timeout, do, to)
}

// schedule answers when the next request is due, counted from the beginning.
func (o Open) schedule() func() time.Duration {
	n, at := 0, 0.0
	random := rand.New(rand.NewPCG(o.Seed, 0x6f70656e))
	return func() time.Duration {
		if o.Arrivals == Steady {
			at = float64(n) / o.Rate
			n++
		} else {
			at += random.ExpFloat64() / o.Rate
		}
		return time.Duration(at * float64(time.Second))
	}
}

// Expected is how many requests the schedule has, exactly: it depends on the seed
// alone.
func (o Open) Expected() int64 {
	next := o.schedule()
	for n := range o.requests() {
		if next() >= o.Duration {
			return n
		}
	}
	return o.requests()
}
