package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/throng-social/throng/internal/consistency"
)

// A client that costs little beside what is measured, and the same for both sides:
// HTTP/1.1 requests that are put together by hand, on connections that stay, and
// answers of which only the end and the position are looked for.

// reader is somebody who reads his home timeline. He sends the newest position
// that he has seen, as the SDKs do.
type reader struct {
	id       uuid.UUID
	access   string
	position []byte
}

// codec is how messages are written.
type codec struct{ name, contentType string }

var (
	asJSON     = codec{"JSON", "application/json"}
	asProtobuf = codec{"protobuf", "application/proto"}
)

func (k codec) marshal(m proto.Message) ([]byte, error) {
	if k == asJSON {
		return protojson.Marshal(m)
	}
	return proto.Marshal(m)
}

func (k codec) unmarshal(raw []byte, m proto.Message) error {
	if k == asJSON {
		return protojson.Unmarshal(raw, m)
	}
	return proto.Unmarshal(raw, m)
}

// question is what is asked: a method by its path, and the message to it.
type question struct {
	codec

	method, message string
}

// ask puts a message into a question.
func (k codec) ask(method string, m proto.Message) (question, error) {
	raw, err := k.marshal(m)
	return question{k, method, string(raw)}, err
}

// asked is an act of a loop that wants no more of the answer than its end.
func (q question) asked(c *client, r *reader) error { return c.call(r, q, io.Discard) }

// readerHeader tells the bare side who asks; ours goes by the access token. Both
// sides get the same bytes.
const readerHeader = "X-Reader"

func (r *reader) request(out []byte, q question) []byte {
	out = append(append(out, "POST "...), q.method...)
	out = append(out, " HTTP/1.1\r\nHost: bench\r\nConnect-Protocol-Version: 1\r\nContent-Type: "...)
	out = append(append(out, q.contentType...), "\r\nContent-Length: "...)
	out = strconv.AppendInt(out, int64(len(q.message)), 10)
	if r.access != "" { // else he is not signed in
		out = append(append(out, "\r\nAuthorization: Bearer "...), r.access...)
		out = append(append(out, "\r\n"+readerHeader+": "...), r.id.String()...)
	}
	if len(r.position) > 0 {
		out = append(append(out, "\r\n"+consistency.Header+": "...), r.position...)
	}
	return append(append(out, "\r\n\r\n"...), q.message...)
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

func dial(addr string) (*client, error) { return dialWith(addr, ioBuffer) }

// dialWith reads into a buffer of so many bytes, which a line of a head must fit into.
func dialWith(addr string, buffer int) (*client, error) {
	conn, err := (&net.Dialer{Timeout: patience}).DialContext(context.Background(), "tcp", addr)
	if err != nil {
		return nil, err
	}
	return &client{conn: conn, in: bufio.NewReaderSize(conn, buffer)}, nil
}

// statusError is an answer that is none: its status.
type statusError int

func (s statusError) Error() string { return fmt.Sprintf("the answer has status %d", int(s)) }

// call asks a question and writes the body of the answer to body, which may be
// io.Discard.
func (c *client) call(r *reader, q question, body io.Writer) error {
	c.out = r.request(c.out[:0], q)
	return c.exchange(c.out, r, body)
}

// exchange sends a request as it is.
func (c *client) exchange(request []byte, r *reader, body io.Writer) error {
	if _, err := c.conn.Write(request); err != nil {
		return err
	}
	h, err := c.head(r)
	if err != nil {
		return err
	}
	if err := c.body(h, body); err != nil {
		return err
	}
	if h.status != http.StatusOK {
		return statusError(h.status)
	}
	return nil
}

// fetch asks a question and reads the answer into a message.
func (c *client) fetch(r *reader, q question, answer proto.Message) error {
	var body bytes.Buffer
	if err := c.call(r, q, &body); err != nil {
		return err
	}
	return q.unmarshal(body.Bytes(), answer)
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
