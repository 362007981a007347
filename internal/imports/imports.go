// Package imports loads files into Throng, through the API, as an operator.
//
// A file is read line by line, or record by record, and sent over client streams in
// small messages, each of which the server stores or refuses as a whole (carry.go).
// Nothing is kept beside the file: rows that are there already add nothing, and
// finding them takes a fraction of the time of storing them, so an import that was
// interrupted goes on by being run again. Lines that cannot be read are named by
// number and passed over, up to a bound.
//
// Follows are lines of two names. Reviews come from a set of CSV files, from one
// CSV file, or from JSON Lines (reviews.go), courses and instructors from two CSV
// files, from one, or from JSON Lines (courses.go). Observations of the weather come
// from a CSV file in one of two forms (weather_table.go).
//
// How far it has come is told by a bar or by lines (internal/progress).
package imports

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	"github.com/throng-social/throng/internal/progress"
	throng "github.com/throng-social/throng/sdk/go"
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

// Summary is what an import of follows did.
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
	file, err := openLines(c.File, longestFollow)
	if err != nil {
		return Summary{}, err
	}
	defer func() { _ = file.Close() }()
	began := time.Now()
	im := &followsImport{prefix: c.Prefix, file: file, progress: progress.New(c.Out, "importing", "rows", file.size)}
	im.tolerance = tolerance{most: c.MaxErrors, progress: im.progress}
	carrying := &carrier[graphv1.ImportFollowsRequest, graphv1.ImportFollowsResponse]{
		open: c.Client.Graph.ImportFollows, next: im.next, place: im.place, count: im.count, progress: im.progress, streams: c.Streams,
	}
	err = carrying.run(ctx)
	im.progress.Finish()
	im.summary.Bad, im.summary.Took = im.tolerance.bad, time.Since(began)
	return im.summary, im.verdict(err)
}

// followsImport is one run. The reader counts lines, the senders what the server did.
type followsImport struct {
	prefix    string
	file      *lines
	progress  *progress.Progress
	tolerance tolerance
	summary   Summary
}

// place names the line that was read last.
func (im *followsImport) place() string { return fmt.Sprintf("line %d", im.file.number) }

// next reads the next rows; also those before an error.
func (im *followsImport) next() (message[graphv1.ImportFollowsRequest], error) {
	slab := make([]graphv1.ImportFollowsRequest_Row, messageRows)
	m := message[graphv1.ImportFollowsRequest]{body: &graphv1.ImportFollowsRequest{Rows: make([]*graphv1.ImportFollowsRequest_Row, 0, messageRows)}}
	for m.rows < messageRows {
		line, err := im.file.next()
		m.offset = im.file.offset()
		if err != nil && !errors.Is(err, errLongLine) {
			return m, err
		}
		if err == nil && (len(line) == 0 || line[0] == '#') {
			continue
		}
		im.summary.Lines++
		row := &slab[m.rows]
		row.Line = im.file.number
		if err == nil {
			err = parseFollow(line, im.prefix, row)
		}
		if err == nil {
			m.body.Rows = append(m.body.Rows, row)
			m.rows++
		} else if err := im.tolerance.pass(im.place(), err); err != nil {
			return m, err
		}
	}
	return m, nil
}

// count adds what the server made of a stream.
func (im *followsImport) count(a *graphv1.ImportFollowsResponse) {
	im.summary.AccountsCreated += a.GetAccountsCreated()
	im.summary.FollowsCreated += a.GetFollowsCreated()
	im.summary.Refused += a.GetRefused()
	for _, r := range a.GetRefusals() {
		im.progress.Sayf("line %d: refused, %s", r.GetLine(), r.GetReason())
	}
}

// verdict makes an error of bad and refused lines where there is no other.
func (im *followsImport) verdict(err error) error {
	if left := im.summary.Bad + im.summary.Refused; err == nil && left > 0 {
		return fmt.Errorf("%d of %d lines were not imported", left, im.summary.Lines)
	}
	return err
}
