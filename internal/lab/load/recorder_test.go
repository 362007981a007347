package load_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/durationpb"
	"pgregory.net/rapid"

	faultv1 "github.com/throng-social/throng/gen/go/throng/fault/v1"
	"github.com/throng-social/throng/internal/lab/load"
)

func hinted(code connect.Code) error {
	err := connect.NewError(code, errors.New("come back"))
	detail, _ := connect.NewErrorDetail(&faultv1.Detail{Reason: "busy", RetryAfter: durationpb.New(time.Second)})
	err.AddDetail(detail)
	return err
}

func TestWhatBecameOfARequest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want load.Outcome
	}{
		{nil, load.OK},
		{connect.NewError(connect.CodeResourceExhausted, errors.New("full")), load.Refused},
		{hinted(connect.CodeResourceExhausted), load.Refused},
		{hinted(connect.CodeUnavailable), load.Refused},
		{connect.NewError(connect.CodeUnavailable, errors.New("connection refused")), load.ServerError},
		{connect.NewError(connect.CodeInternal, errors.New("oh")), load.ServerError},
		{connect.NewError(connect.CodeUnimplemented, errors.New("what")), load.ServerError},
		{errors.New("unexpected EOF"), load.ServerError},
		{connect.NewError(connect.CodeUnauthenticated, errors.New("who")), load.ClientError},
		{connect.NewError(connect.CodeInvalidArgument, errors.New("no")), load.ClientError},
		{connect.NewError(connect.CodeDeadlineExceeded, errors.New("late")), load.TimedOut},
		{fmt.Errorf("read: %w", context.DeadlineExceeded), load.TimedOut},
		{load.Wrong("item %d comes twice", 3), load.WrongBody},
		{fmt.Errorf("page 2: %w", load.Wrong("empty")), load.WrongBody},
	} {
		if got := load.OutcomeOf(c.err); got != c.want {
			t.Errorf("%v is taken for %q, want %q", c.err, got, c.want)
		}
	}
}

func TestTheFirstErrorOfEachKindIsKept(t *testing.T) {
	t.Parallel()
	o := load.Open{Bounds: load.Bounds{Duration: time.Minute, Requests: 4, Timeout: time.Second}, Rate: 1000, Concurrency: 1, Patience: time.Minute}
	r := run(t, o, func(_ context.Context, r load.Request) error {
		if r.N%2 == 0 {
			return load.Wrong("first wrong at %d", r.N)
		}
		return connect.NewError(connect.CodeInternal, fmt.Errorf("at %d", r.N))
	})
	if got := r.Example(load.WrongBody); got != "first wrong at 0" {
		t.Errorf("the wrong body is %q", got)
	}
	if got := r.Example(load.ServerError); got != "internal: at 1" {
		t.Errorf("the error is %q", got)
	}
}

// TestPiecesMakeTheWhole holds for any way of cutting a run into intervals.
func TestPiecesMakeTheWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		times := rapid.SliceOfN(rapid.Int64Range(0, int64(20*time.Minute)), 1, 200).Draw(t, "times")
		whole, sum := load.NewHistogram(), load.NewHistogram()
		piece := load.NewHistogram()
		for _, d := range times {
			whole.Record(time.Duration(d))
			piece.Record(time.Duration(d))
			if rapid.Bool().Draw(t, "cut") {
				sum.Add(piece)
				piece = load.NewHistogram()
			}
		}
		sum.Add(piece)
		if whole.Count() != int64(len(times)) || sum.Count() != whole.Count() {
			t.Fatalf("%d times: the whole has %d, the pieces %d", len(times), whole.Count(), sum.Count())
		}
		for _, q := range []float64{0, 0.1, 0.5, 0.9, 0.99, 1} {
			if whole.Quantile(q) != sum.Quantile(q) {
				t.Fatalf("quantile %v of the whole is %v, of the pieces %v", q, whole.Quantile(q), sum.Quantile(q))
			}
		}
		if whole.Mean() != sum.Mean() || whole.Max() != sum.Max() || !slices.Equal(whole.Distribution(), sum.Distribution()) {
			t.Fatal("the whole and the pieces differ")
		}
	})
}

func TestQuantilesAreThoseOfTheTimesToThreeDigits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		times := rapid.SliceOfN(rapid.Int64Range(0, int64(10*time.Minute)), 1, 300).Draw(t, "times")
		h := load.NewHistogram()
		for _, d := range times {
			h.Record(time.Duration(d))
		}
		slices.Sort(times)
		q := rapid.Float64Range(0.01, 1).Draw(t, "q")
		// Between two of the times, either will do.
		rank := q * float64(len(times))
		least, most := float64(times[max(int(math.Floor(rank)), 1)-1]), float64(times[min(int(math.Ceil(rank)), len(times))-1])
		got := float64(h.Quantile(q))
		if slack := most/500 + float64(2*time.Microsecond); got < least-slack || got > most+slack {
			t.Fatalf("quantile %v is %v, want %v to %v", q, time.Duration(got), time.Duration(least), time.Duration(most))
		}
	})
}

func TestCutsOfARunSumUpToItsTotal(t *testing.T) {
	t.Parallel()
	o := load.Open{Bounds: load.Bounds{Duration: time.Minute, Requests: 300, Timeout: time.Second}, Rate: 3000, Concurrency: 4, Patience: time.Minute}
	to := load.NewRecorder()
	sum := to.Cut()
	var mu sync.Mutex
	err := o.Run(t.Context(), func(_ context.Context, r load.Request) error {
		if r.N%50 == 49 {
			mu.Lock()
			sum.Add(to.Cut())
			mu.Unlock()
		}
		if r.N%7 == 0 {
			return load.Wrong("every seventh")
		}
		return nil
	}, to)
	if err != nil {
		t.Fatal(err)
	}
	sum.Add(to.Cut())
	total := to.Total()
	for _, o := range load.Outcomes() {
		if sum.Count(o) != total.Count(o) {
			t.Errorf("%v: the cuts have %d, the total %d", o, sum.Count(o), total.Count(o))
		}
	}
	if total.Count(load.OK)+total.Count(load.WrongBody) != 300 || total.Count(load.WrongBody) != 43 || sum.Latency.Count() != total.Latency.Count() {
		t.Errorf("%d went well, %d had a wrong body", total.Count(load.OK), total.Count(load.WrongBody))
	}
}
