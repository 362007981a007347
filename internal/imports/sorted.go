package imports

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
)

// errOrder is of a file that is not sorted as it must be.
var errOrder = errors.New("the file is not sorted")

// sortedFile is a CSV file whose rows are in the order of an id, by, which several may
// share. A nil one has no rows.
type sortedFile struct {
	*records
	by        string
	at        int
	tolerance *tolerance
	// row is the next one, unless it has not been read yet, or there is none.
	row  []string
	id   int64
	done bool
}

// openSorted opens a file that is sorted by a column.
func openSorted(path, by string, t *tolerance) (*sortedFile, error) {
	r, err := openRecords(path)
	if err != nil {
		return nil, err
	}
	places, err := r.columns(by)
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return &sortedFile{records: r, by: by, at: places[0], tolerance: t, id: math.MinInt64}, nil
}

// peek is the id of the next row; io.EOF after the last one. It passes over rows
// that are none.
func (f *sortedFile) peek() (int64, error) {
	if f == nil || f.done {
		return 0, io.EOF
	}
	for f.row == nil {
		row, err := f.next()
		if errors.Is(err, io.EOF) {
			f.done = true
		}
		if err == nil {
			err = f.hold(row)
		} else if errors.Is(err, errRecord) {
			err = f.tolerance.pass(f.place(), err)
		}
		if err != nil {
			return 0, err
		}
	}
	return f.id, nil
}

// hold keeps a row as the next one, unless its id is none.
func (f *sortedFile) hold(row []string) error {
	id, err := strconv.ParseInt(row[f.at], 10, 64)
	if err != nil {
		return f.tolerance.pass(f.place(), fmt.Errorf("%s, %.40q, is no whole number", f.by, row[f.at]))
	}
	if id < f.id {
		return fmt.Errorf("%s: %w: %s %d comes after %d, but it must ascend", f.place(), errOrder, f.by, id, f.id)
	}
	f.row, f.id = row, id
	return nil
}

// take is the next row if it is of that id, else nil. It is valid until the call
// after it.
func (f *sortedFile) take(id int64) ([]string, error) {
	next, err := f.peek()
	if errors.Is(err, io.EOF) || err == nil && next != id {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	row := f.row
	f.row = nil
	return row, nil
}
