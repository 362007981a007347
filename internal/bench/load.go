package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/throng-social/throng/internal/consistency"
)

// A load generator that costs little beside what it measures, and the same for
// both sides: HTTP/1.1 requests that are put together by hand, on connections
// that stay, and answers of which only the end and the position are looked for.

// reader is somebody who reads his home timeline. He sends the newest position
// that he has seen, as the SDKs do.
type reader struct {
	id       uuid.UUID
	access   string
	position []byte
}

// codec is how messages are written.
type codec struct {
	name, contentType, request string
}

var (
	asJSON     = codec{"JSON", "application/json", `{"pageSize":20}`}
	asProtobuf = codec{"protobuf", "application/proto", "\x08\x14"}
)

// readerHeader tells the bare side who asks; ours goes by the access token. Both
// sides get the same bytes.
const readerHeader = "X-Reader"

func (r *reader) request(out []byte, c codec) []byte {
	out = append(out, "POST /throng.timeline.v1.TimelineService/GetHomeTimeline HTTP/1.1\r\nHost: bench\r\nConnect-Protocol-Version: 1\r\nContent-Type: "...)
	out = append(append(out, c.contentType...), "\r\nContent-Length: "...)
	out = append(strconv.AppendInt(out, int64(len(c.request)), 10), "\r\nAuthorization: Bearer "...)
	out = append(append(out, r.access...), "\r\n"+readerHeader+": "...)
	out = append(out, r.id.String()...)
	if len(r.position) > 0 {
		out = append(append(out, "\r\n"+consistency.Header+": "...), r.position...)
	}
	return append(append(out, "\r\n\r\n"...), c.request...)
}

// client is one connection.
type client struct {
	conn net.Conn
	in   *bufio.Reader
	out  []byte
}

const (
	ioBuffer = 64 << 10
	patience = 20 * time.Second
)

func dial(addr string) (*client, error) {
	conn, err := (&net.Dialer{Timeout: patience}).DialContext(context.Background(), "tcp", addr)
	if err != nil {
		return nil, err
	}
	return &client{conn: conn, in: bufio.NewReaderSize(conn, ioBuffer)}, nil
}

// call asks for the reader's timeline and writes the body of the answer to body,
// which may be io.Discard.
func (c *client) call(r *reader, kind codec, body io.Writer) error {
	c.out = r.request(c.out[:0], kind)
	if _, err := c.conn.Write(c.out); err != nil {
		return err
	}
	h, err := c.head(r)
	if err != nil {
		return err
	}
	if err := c.body(h, body); err != nil {
		return err
	}
	if h.status != 200 {
		return fmt.Errorf("the answer has status %d", h.status)
	}
	return nil
}

// head is what of an answer's head matters.
type head struct {
	status  int
	length  int64
	chunked bool
}

var (
	lengthHeader   = []byte("content-length:")
	codingHeader   = []byte("transfer-encoding:")
	positionHeader = bytes.ToLower([]byte(consistency.Header + ":"))
	errMalformed   = errors.New("the answer is malformed")
)

func (c *client) head(r *reader) (h head, err error) {
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return h, err
	}
	if len(line) < 12 {
		return h, errMalformed
	}
	if h.status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return h, errMalformed
	}
	for {
		if line, err = c.in.ReadSlice('\n'); err != nil {
			return h, err
		}
		if line = bytes.TrimRight(line, "\r\n"); len(line) == 0 {
			return h, nil
		}
		switch {
		case is(line, lengthHeader):
			if h.length, err = strconv.ParseInt(string(value(line)), 10, 64); err != nil {
				return h, errMalformed
			}
		case is(line, codingHeader):
			h.chunked = true
		case is(line, positionHeader):
			r.position = append(r.position[:0], value(line)...)
		}
	}
}

func is(line, name []byte) bool {
	return len(line) > len(name) && line[len(name)-1] == ':' && bytes.EqualFold(line[:len(name)], name)
}

func value(line []byte) []byte {
	return bytes.TrimSpace(line[bytes.IndexByte(line, ':')+1:])
}

func (c *client) body(h head, to io.Writer) error {
	if !h.chunked {
		return c.pass(h.length, to)
	}
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return err
		}
		n, err := strconv.ParseInt(string(bytes.TrimRight(line, "\r\n")), 16, 64)
		if err != nil {
			return errMalformed
		}
		if err := c.pass(n, to); err != nil {
			return err
		}
		if _, err := c.in.Discard(2); err != nil || n == 0 {
			return err
		}
	}
}

func (c *client) pass(n int64, to io.Writer) error {
	if to == io.Discard {
		_, err := c.in.Discard(int(n))
		return err
	}
	_, err := io.CopyN(to, c.in, n)
	return err
}

// connections is how many calls are under way at once in a closed loop.
const connections = 16

// closedLoop calls as fast as answers come, each connection for readers of its
// own in random order, and answers calls a second.
func closedLoop(ctx context.Context, addr string, readers []*reader, kind codec, length time.Duration) (float64, error) {
	var calls atomic.Int64
	began := time.Now()
	err := onConnections(ctx, addr, connections, func(ctx context.Context, c *client, i int) error {
		own := share(readers, i)
		for n := int64(0); ; n++ {
			if time.Since(began) >= length || ctx.Err() != nil {
				calls.Add(n)
				return ctx.Err()
			}
			if err := c.call(own[rand.IntN(len(own))], kind, io.Discard); err != nil {
				return err
			}
		}
	})
	return float64(calls.Load()) / time.Since(began).Seconds(), err
}

// onceEach calls once for each reader and answers calls a second.
func onceEach(ctx context.Context, addr string, readers []*reader, kind codec) (float64, error) {
	began := time.Now()
	err := onConnections(ctx, addr, connections, func(_ context.Context, c *client, i int) error {
		for _, r := range share(readers, i) {
			if err := c.call(r, kind, io.Discard); err != nil {
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

// latency is how long calls took, from the moment at which they were due.
type latency struct{ p50, p99 time.Duration }

const openConnections = 64

// openLoop makes rate calls a second, whether answers come or not: a call that
// was due and had to wait for a free connection has waited.
func openLoop(ctx context.Context, addr string, readers []*reader, kind codec, rate int, length time.Duration) (latency, error) {
	due := make(chan time.Time, rate)
	took := make([][]time.Duration, openConnections)
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
			if err := c.call(own[rand.IntN(len(own))], kind, io.Discard); err != nil {
				return err
			}
			took[i] = append(took[i], time.Since(at))
		}
		return nil
	})
	all := slices.Concat(took...)
	slices.Sort(all)
	if err != nil || len(all) == 0 {
		return latency{}, err
	}
	return latency{p50: all[len(all)/2], p99: all[len(all)*99/100]}, nil
}
