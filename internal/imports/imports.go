// Package imports loads files into Throng, through the API, as an operator.
//
// A file is read line by line and sent over client streams in small messages,
// each of which the server stores or refuses as a whole. Nothing is kept beside
// the file: rows that are there already add nothing, and finding them takes a
// fraction of the time of storing them, so an import that was interrupted goes on
// by being run again. Lines that cannot be read are named by number and passed
// over, up to a bound.
//
// How far it has come is told by a bar or by lines (internal/progress).
package imports

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	"github.com/throng-social/throng/internal/progress"
	throng "github.com/throng-social/throng/sdk/go"
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

// FollowsConfig says what to import.
type FollowsConfig struct {
	Client *throng.Client
	// File has lines of two names, the first of which follows the second; plain
	// or gzipped. Empty lines and those that begin with # are passed over.
	File string
	// Prefix makes the handle of a name.
	Prefix string
	// MaxErrors is how many bad lines are passed over; the next ends the import.
	MaxErrors int
	// Streams is how many streams carry the rows side by side, 1 to 4; 0 means 2.
	Streams int
	// Out is where progress and bad lines are written.
	Out io.Writer
}

// Summary is what an import did.
type Summary struct {
	// Lines that were read, without comments.
	Lines int64
	// Bad is how many of them could not be read as a follow.
	Bad int64
	// What the server made of the others.
	AccountsCreated, FollowsCreated, Refused int64
	Took                                     time.Duration
}

// String is for people.
func (s Summary) String() string {
	return fmt.Sprintf("%d lines: %d accounts and %d follows created, %d lines refused, %d bad, in %.1f s",
		s.Lines, s.AccountsCreated, s.FollowsCreated, s.Refused, s.Bad, s.Took.Seconds())
}

// Follows imports a follow graph. The summary is true also beside an error. If
// ctx ends, what was sent is stored before Follows returns. It is an error when
// a line was bad or refused.
func Follows(ctx context.Context, c FollowsConfig) (Summary, error) {
	file, err := openLines(c.File)
	if err != nil {
		return Summary{}, err
	}
	defer func() { _ = file.Close() }()
	began := time.Now()
	im := &followsImport{FollowsConfig: c, file: file, progress: progress.New(c.Out, "importing", "rows", file.size)}
	err = im.run(ctx)
	im.progress.Finish()
	im.summary.Took = time.Since(began)
	return im.summary, im.verdict(err)
}

// followsImport is one run. The reader counts lines, the senders what the server did.
type followsImport struct {
	FollowsConfig
	file     *lines
	progress *progress.Progress
	// mu is for what the senders count.
	mu      sync.Mutex
	summary Summary
}

// message is one to send, and the place in the file that it ends at.
type message struct {
	rows   *graphv1.ImportFollowsRequest
	offset int64
}

// run reads and sends at the same time. Whoever fails stops the other; a stop
// from outside ends the reading, and the senders finish what was read.
func (im *followsImport) run(ctx context.Context) error {
	sending, cancel := afterwards(ctx, closeTime)
	defer cancel()
	g, gctx := errgroup.WithContext(sending)
	messages := make(chan message, readAhead)
	var read error
	g.Go(func() error {
		defer close(messages)
		read = im.read(ctx, gctx, messages)
		return nil
	})
	if im.Streams == 0 {
		im.Streams = defaultStreams
	}
	for range min(max(im.Streams, 1), maxStreams) {
		g.Go(func() error { return im.send(gctx, messages) })
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

// read makes messages of lines until the file ends, there are too many bad lines,
// or one of the contexts is over.
func (im *followsImport) read(ctx, sending context.Context, out chan<- message) error {
	for ctx.Err() == nil {
		m, err := im.nextMessage()
		if len(m.rows.GetRows()) > 0 {
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
	return fmt.Errorf("stopped at line %d, run it again to go on: %w", im.file.number, context.Cause(ctx))
}

var errTooManyBad = errors.New("too many bad lines")

// nextMessage reads the next rows; also those before an error.
func (im *followsImport) nextMessage() (message, error) {
	slab := make([]graphv1.ImportFollowsRequest_Row, messageRows)
	m := message{rows: &graphv1.ImportFollowsRequest{Rows: make([]*graphv1.ImportFollowsRequest_Row, 0, messageRows)}}
	for len(m.rows.GetRows()) < messageRows {
		line, err := im.file.next()
		m.offset = im.file.offset()
		if err != nil && !errors.Is(err, errLongLine) {
			return m, err
		}
		if err == nil && (len(line) == 0 || line[0] == '#') {
			continue
		}
		im.summary.Lines++
		row := &slab[len(m.rows.GetRows())]
		row.Line = im.file.number
		if err == nil {
			err = parseFollow(line, im.Prefix, row)
		}
		if err == nil {
			m.rows.Rows = append(m.rows.Rows, row)
		} else if err := im.bad(err); err != nil {
			return m, err
		}
	}
	return m, nil
}

// bad passes over a line, unless it is one too many.
func (im *followsImport) bad(wrong error) error {
	im.summary.Bad++
	im.progress.Sayf("line %d: %v", im.file.number, wrong)
	if im.summary.Bad > int64(im.MaxErrors) {
		return fmt.Errorf("stopped at line %d: %w", im.file.number, errTooManyBad)
	}
	return nil
}

// verdict makes an error of bad and refused lines where there is no other.
func (im *followsImport) verdict(err error) error {
	if left := im.summary.Bad + im.summary.Refused; err == nil && left > 0 {
		return fmt.Errorf("%d of %d lines were not imported", left, im.summary.Lines)
	}
	return err
}
