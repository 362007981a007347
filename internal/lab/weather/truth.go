package weather

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// columns are the measures of a file, in this order behind the place and the time.
const columns = 3

// missing stands for a value that was not measured.
const missing = math.MinInt32

// truth is what was observed, as the file says. Nothing in here comes from the service, the
// import or what they stand on: a rule that they have wrong is not wrong here as well.
type truth struct {
	// names are of the places, in the order of the file, and ids theirs in the deployment.
	names, ids []string
	// first says where the observations of each place begin in at and values; there they
	// stand in the order of time.
	first []int
	// at is in milliseconds since 1970, values in hundredths.
	at     []int64
	values [columns][]int32
	// begin is the time of the first of all, end a millisecond behind the last.
	begin, end int64
}

var (
	fileHead = []string{"location", "time", "temperature", "humidity", "wind_speed"}
	errForm  = errors.New("this is no file that `throng lab generate weather` writes: place by place, each in the order of time")
)

// readTruth reads a file of about so many observations.
func readTruth(ctx context.Context, name string, rows int) (*truth, error) {
	raw, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = raw.Close() }() // it was only read
	t := &truth{at: make([]int64, 0, rows), begin: math.MaxInt64, end: math.MinInt64}
	for i := range t.values {
		t.values[i] = make([]int32, 0, rows)
	}
	if err := t.read(ctx, raw); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	t.ids = make([]string, len(t.names))
	return t, nil
}

func (t *truth) read(ctx context.Context, from io.Reader) error {
	lines := csv.NewReader(from)
	lines.ReuseRecord = true
	if head, err := lines.Read(); err != nil || !slices.Equal(head, fileHead) {
		return errors.Join(errForm, err)
	}
	for ctx.Err() == nil {
		row, err := lines.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = t.add(row)
		}
		if err != nil {
			return err
		}
	}
	if len(t.at) == 0 && ctx.Err() == nil {
		return errForm
	}
	return context.Cause(ctx)
}

// add takes in a line.
func (t *truth) add(row []string) error {
	when, err := time.Parse(time.RFC3339, row[1])
	if err != nil {
		return err
	}
	at, last := when.UnixMilli(), len(t.at)-1
	if last < 0 || t.names[len(t.names)-1] != row[0] {
		t.names, t.first = append(t.names, strings.Clone(row[0])), append(t.first, len(t.at))
	} else if at <= t.at[last] {
		return errForm
	}
	t.at, t.begin, t.end = append(t.at, at), min(t.begin, at), max(t.end, at+1)
	for i := range t.values {
		v, err := hundredths(row[len(row)-columns+i])
		if err != nil {
			return err
		}
		t.values[i] = append(t.values[i], v)
	}
	return nil
}

// hundredths reads a value with two decimal places.
func hundredths(text string) (int32, error) {
	if text == "" {
		return missing, nil
	}
	v, err := strconv.ParseFloat(text, 64)
	return int32(math.Round(100 * v)), err
}

// byName has the number of each place under its name.
func (t *truth) byName() (map[string]int, error) {
	numbers := make(map[string]int, len(t.names))
	for place, name := range t.names {
		numbers[name] = place
	}
	if len(numbers) < len(t.names) {
		return nil, errForm
	}
	return numbers, nil
}

// some are so many places, drawn by a seed, or all where there are not as many.
func (t *truth) some(seed uint64, n int) []int {
	all := rand.New(rand.NewPCG(seed, 0x686f74)).Perm(len(t.names))
	return all[:min(n, len(all))]
}

// sums is what values add up to. least and greatest say nothing where count is 0.
type sums struct {
	count, sum      int64
	least, greatest int32
}

// answer adds up what a question asks for: it looks at every observation of the place, one
// by one.
func (t *truth) answer(q question) sums {
	until := len(t.at)
	if q.place+1 < len(t.first) {
		until = t.first[q.place+1]
	}
	s := sums{least: math.MaxInt32, greatest: math.MinInt32}
	for i := t.first[q.place]; i < until; i++ {
		v := t.values[q.column][i]
		if v == missing || !q.always && (t.at[i] < q.from || t.at[i] >= q.to) {
			continue
		}
		s.count, s.sum = s.count+1, s.sum+int64(v)
		s.least, s.greatest = min(s.least, v), max(s.greatest, v)
	}
	return s
}
