package imports

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"connectrpc.com/connect"
	"golang.org/x/sync/errgroup"

	"github.com/throng-social/throng/internal/progress"
)

const (
	// messageRows is how many rows one message has.
	messageRows = 1000
	// streamRows is how many rows one stream carries before the next is opened, as
	// the server tells of refused rows at the end of a stream.
	streamRows = 500_000
	// readAhead is how many messages wait for the server.
	readAhead = 8
	// closeTime is how long the server may take for what it has, after a stop.
	closeTime = 30 * time.Second
	// Two streams keep the server's processors busy; it takes four at once.
	defaultStreams = 2
	maxStreams     = 4
)

// message is one to send, and the place in the input that it ends at.
type message[Req any] struct {
	body   *Req
	rows   int
	offset int64
}

type stream[Req, Res any] = connect.ClientStreamForClientSimple[Req, Res]

// carrier brings messages to the server, over several streams side by side.
type carrier[Req, Res any] struct {
	open func(context.Context) (*stream[Req, Res], error)
	// next reads a message; it may answer one beside an error, too, and io.EOF at
	// the end.
	next func() (message[Req], error)
	// place tells people how far next has come.
	place func() string
	// count is told what the server made of each stream, by one at a time.
	count    func(*Res)
	progress *progress.Progress
	// streams is how many there are, 1 to 4; 0 means 2.
	streams int

	mu sync.Mutex
}

// run reads and sends at the same time. Whoever fails stops the other; a stop
// from outside ends the reading, and the senders finish what was read.
func (c *carrier[Req, Res]) run(ctx context.Context) error {
	sending, cancel := afterwards(ctx, closeTime)
	defer cancel()
	g, gctx := errgroup.WithContext(sending)
	messages := make(chan message[Req], readAhead)
	var read error
	g.Go(func() error {
		defer close(messages)
		read = c.read(ctx, gctx, messages)
		return nil
	})
	if c.streams == 0 {
		c.streams = defaultStreams
	}
	for range min(max(c.streams, 1), maxStreams) {
		g.Go(func() error { return c.send(gctx, messages) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return read
}

// afterwards is a context that outlives ctx by d.
func afterwards(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	out, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(d, cancel) })
	return out, func() { stop(); cancel() }
}

// read makes messages until the input ends, there are too many bad lines, or one
// of the contexts is over.
func (c *carrier[Req, Res]) read(ctx, sending context.Context, out chan<- message[Req]) error {
	for ctx.Err() == nil {
		m, err := c.next()
		if m.rows > 0 {
			select {
			case out <- m:
			case <-sending.Done():
				return nil
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return fmt.Errorf("stopped at %s, run it again to go on: %w", c.place(), context.Cause(ctx))
}

// send carries messages over one stream after the other.
func (c *carrier[Req, Res]) send(ctx context.Context, in <-chan message[Req]) error {
	for {
		first, ok := <-in
		if !ok {
			return nil
		}
		s, err := c.open(ctx)
		if err != nil {
			return err
		}
		if err := c.fill(s, first, in); err != nil {
			return err
		}
	}
}

// fill sends messages until the stream is full or there are no more, and takes
// the server's answer.
func (c *carrier[Req, Res]) fill(s *stream[Req, Res], m message[Req], in <-chan message[Req]) error {
	for rows := 0; ; {
		// The server's refusal of a stream comes with the answer.
		if err := s.Send(m.body); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		c.progress.At(m.rows, m.offset)
		if rows += m.rows; rows >= streamRows {
			break
		}
		var ok bool
		if m, ok = <-in; !ok {
			break
		}
	}
	answer, err := s.CloseAndReceive()
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count(answer)
	return nil
}

// tolerance passes over bad lines, up to a bound.
type tolerance struct {
	most int
	bad  int64
	// strays are rows that belong to something that was not read.
	strays   int64
	progress *progress.Progress
}

var errTooManyBad = errors.New("too many bad lines")

// pass names a bad line and passes over it, unless it is one too many.
func (t *tolerance) pass(place string, wrong error) error {
	t.bad++
	t.progress.Sayf("%s: %v", place, wrong)
	if t.bad > int64(t.most) {
		return fmt.Errorf("stopped at %s: %w", place, errTooManyBad)
	}
	return nil
}
