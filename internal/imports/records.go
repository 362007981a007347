package imports

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// longestRecord is how many bytes one record may have; one that has no end is given
// up there.
const longestRecord = 256 << 10

// records reads a file of comma-separated values with a header, as RFC 4180 has it.
// A record that is none, because of a quote that is broken, too few fields or too
// many, is told with the line that it begins on; reading goes on at the line after
// that one, so that nothing which a broken quote seemed to swallow is lost.
type records struct {
	*lines
	name   string
	header []string
	tape   *tape
	csv    *csv.Reader
	// read is how many lines lie behind, number the one the last record began on.
	read, number int64
}

// openRecords opens a plain or gzipped file and reads its header.
func openRecords(path string) (*records, error) {
	l, err := openLines(path, longestRecord)
	if err != nil {
		return nil, err
	}
	r := &records{lines: l, name: filepath.Base(path)}
	r.from(l.text)
	if r.header, err = r.next(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s has no header: %w", path, err), l.Close())
	}
	r.header[0] = strings.TrimPrefix(r.header[0], "\ufeff")
	r.csv.ReuseRecord = true
	return r, nil
}

// from goes on with other bytes.
func (r *records) from(in io.Reader) {
	r.tape = &tape{from: in}
	r.csv = csv.NewReader(bufio.NewReaderSize(r.tape, 32<<10))
	r.csv.FieldsPerRecord, r.csv.ReuseRecord = len(r.header), r.header != nil
}

// place names the record that was read last.
func (r *records) place() string { return fmt.Sprintf("%s line %d", r.name, r.number) }

// columns are the places of columns of these names; it is an error where one is
// missing.
func (r *records) columns(names ...string) ([]int, error) {
	places := make([]int, len(names))
	for i, name := range names {
		if places[i] = r.column(name); places[i] < 0 {
			return nil, fmt.Errorf("%s has no column %q", r.name, name)
		}
	}
	return places, nil
}

// column is the place of a column, whatever the case of its name; -1 where there
// is none.
func (r *records) column(name string) int {
	for i, h := range r.header {
		if strings.EqualFold(strings.TrimSpace(h), name) {
			return i
		}
	}
	return -1
}

// errRecord is of a record that cannot be read; the next one can.
var errRecord = errors.New("this is no record")

// next is the fields of the next record, in a slice that is valid until the call
// after it. After an error that is errRecord it may be called again; io.EOF comes
// after the last record.
func (r *records) next() ([]string, error) {
	before := r.csv.InputOffset()
	fields, err := r.csv.Read()
	rest := r.tape.kept[r.tape.done:]
	blank := blankLines(rest)
	r.number = r.read + int64(bytes.Count(rest[:blank], newline)) + 1
	switch {
	case err == nil:
		used := int(r.csv.InputOffset() - before)
		r.read += int64(bytes.Count(rest[:used], newline))
		r.tape.done += used
		return fields, nil
	case errors.Is(err, io.EOF):
		return nil, io.EOF
	}
	why, ok := errors.AsType[*csv.ParseError](err)
	if !ok && !errors.Is(err, errLongRecord) {
		return nil, fmt.Errorf("%s after line %d: %w", r.name, r.read, err)
	}
	if err := r.skipLine(rest, blank); err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("%w: it is longer than %d bytes; is a quote missing?", errRecord, longestRecord)
	}
	return nil, fmt.Errorf("%w: %w", errRecord, why.Err)
}

var newline = []byte{'\n'}

// blankLines is how many bytes of blank lines a text begins with.
func blankLines(text []byte) int {
	n := 0
	for {
		line := bytes.TrimPrefix(text[n:], []byte{'\r'})
		if len(line) == 0 || line[0] != '\n' {
			return n
		}
		n = len(text) - len(line) + 1
	}
}

// skipLine goes on after the first line of what was read, that is not blank.
func (r *records) skipLine(rest []byte, blank int) error {
	r.read = r.number
	if end := bytes.IndexByte(rest[blank:], '\n'); end >= 0 {
		left := bytes.Clone(rest[blank+end+1:])
		r.from(io.MultiReader(bytes.NewReader(left), r.tape.from))
		return nil
	}
	chunk := make([]byte, 32<<10)
	for {
		n, err := r.tape.from.Read(chunk)
		if end := bytes.IndexByte(chunk[:n], '\n'); end >= 0 {
			r.from(io.MultiReader(bytes.NewReader(chunk[end+1:n]), r.tape.from))
			return nil
		}
		if errors.Is(err, io.EOF) {
			r.from(bytes.NewReader(nil))
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s after line %d: %w", r.name, r.read, err)
		}
	}
}

// tape hands on what it reads and keeps what is not done with, so that it can be
// read anew.
type tape struct {
	from io.Reader
	kept []byte
	// done is how much of what is kept nobody needs any more.
	done int
}

var errLongRecord = errors.New("the record is too long")

// Read implements io.Reader.
func (t *tape) Read(p []byte) (int, error) {
	t.kept = t.kept[:copy(t.kept, t.kept[t.done:])]
	t.done = 0
	if len(t.kept) > longestRecord {
		return 0, errLongRecord
	}
	n, err := t.from.Read(p)
	t.kept = append(t.kept, p[:n]...)
	return n, err
}
