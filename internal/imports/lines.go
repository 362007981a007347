package imports

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"

	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
)

// longestFollow is how much of a line of a file of follows is read; the rest of a
// longer one is passed over.
const longestFollow = 64 << 10

// lines reads a file line by line, and knows how far it has come.
type lines struct {
	file   *os.File
	size   int64
	zipped bool
	// longest is how much of a line is read.
	longest int
	// done counts bytes of the file as it is on disk.
	done   atomic.Int64
	text   *bufio.Reader
	number int64
}

// openLines opens a plain or gzipped file, of whose lines so many bytes are read.
func openLines(name string, longest int) (*lines, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	l := &lines{file: f, longest: longest}
	if err := l.open(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", name, err), f.Close())
	}
	return l, nil
}

func (l *lines) open() error {
	info, err := l.file.Stat()
	if err != nil {
		return err
	}
	l.size = info.Size()
	l.text = bufio.NewReaderSize(counted{l.file, &l.done}, l.longest)
	if magic, _ := l.text.Peek(2); !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return nil
	}
	unzipped, err := gzip.NewReader(l.text)
	if err != nil {
		return err
	}
	l.text, l.zipped = bufio.NewReaderSize(unzipped, l.longest), true
	return nil
}

// Close closes the file.
func (l *lines) Close() error { return l.file.Close() }

// offset is how much of the file was read.
func (l *lines) offset() int64 { return l.done.Load() }

var errLongLine = errors.New("the line is too long")

// next is the next line without the white space around it, valid until the call
// after it. It answers io.EOF after the last one, and errLongLine for one of which
// it passed over the most; the line after that can be read.
func (l *lines) next() ([]byte, error) {
	line, err := l.text.ReadSlice('\n')
	long := errors.Is(err, bufio.ErrBufferFull)
	for errors.Is(err, bufio.ErrBufferFull) {
		_, err = l.text.ReadSlice('\n')
	}
	if errors.Is(err, io.EOF) && len(line) > 0 {
		err = nil // the last line may lack its end
	}
	switch {
	case errors.Is(err, io.EOF):
		return nil, io.EOF
	case err != nil:
		return nil, fmt.Errorf("after line %d: %w", l.number, err)
	}
	l.number++
	if long {
		return nil, errLongLine
	}
	return bytes.TrimSpace(line), nil
}

// counted counts what is read.
type counted struct {
	r io.Reader
	n *atomic.Int64
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// parseFollow reads a line of two names into row, or says what is wrong with it.
func parseFollow(line []byte, prefix string, row *graphv1.ImportFollowsRequest_Row) error {
	fields := bytes.Fields(line)
	if len(fields) != 2 {
		return fmt.Errorf("there must be two names, not %d", len(fields))
	}
	row.Follower, row.Followee = prefix+string(fields[0]), prefix+string(fields[1])
	for _, handle := range []string{row.GetFollower(), row.GetFollowee()} {
		if !isHandle(handle) {
			return fmt.Errorf("%.40q is no handle: 3 to 30 of letters, digits and _", handle)
		}
	}
	if strings.EqualFold(row.GetFollower(), row.GetFollowee()) {
		return fmt.Errorf("%q follows itself", row.GetFollower())
	}
	return nil
}

// isHandle keeps the rule of the contract.
func isHandle(s string) bool {
	for _, c := range []byte(s) {
		if c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return len(s) >= 3 && len(s) <= 30
}
