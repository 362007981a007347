package weather_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	weatherv1 "github.com/throng-social/throng/gen/go/throng/weather/v1"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

// stations are places of all densities, with what was sent of them: the last word on
// each time, which a scan goes through.
type stations struct {
	names []string
	rows  []map[time.Time]*weatherv1.Observation
	ids   []string
}

// station says how often a place observes, and for how long.
type station struct {
	name  string
	n     int
	every time.Duration
}

var network = []station{
	{"every minute", 1500, time.Minute},
	{"every ten minutes", 2500, 10 * time.Minute},
	{"every hour", 1500, time.Hour},
	{"twice a day", 1200, 12 * time.Hour},
	{"now and then", 60, 30 * 24 * time.Hour},
	{"once", 1, time.Hour},
}

func (s *stations) value(r *rand.Rand, most int32) int32 {
	switch r.IntN(8) {
	case 0:
		return none
	case 1:
		return most // the greatest is there many times
	default:
		return r.Int32N(most + 1)
	}
}

func (s *stations) observe(r *rand.Rand, place int, at time.Time) *weatherv1.Observation {
	warm := s.value(r, 4000)
	if warm != none {
		warm -= 1000
	}
	o := observed(s.names[place], at, warm, s.value(r, 10_000), s.value(r, 9000))
	if o.Temperature == nil && o.Humidity == nil && o.WindSpeed == nil {
		o.Humidity = new(int32)
	}
	return o
}

// first are the observations that a network begins with, in the order of time.
func (s *stations) first(r *rand.Rand) (all []*weatherv1.Observation) {
	for place, st := range network {
		s.names, s.rows = append(s.names, st.name), append(s.rows, map[time.Time]*weatherv1.Observation{})
		for i := range st.n {
			at := start.Add(time.Duration(i)*st.every + time.Duration(r.Int64N(int64(st.every/2)))).Truncate(time.Millisecond)
			all = append(all, s.keep(place, s.observe(r, place, at)))
		}
	}
	return all
}

func (s *stations) keep(place int, o *weatherv1.Observation) *weatherv1.Observation {
	s.rows[place][time.UnixMilli(o.GetAtMs()).UTC()] = o
	return o
}

// more are late ones, corrections and duplicates.
func (s *stations) more(r *rand.Rand, n int) (all []*weatherv1.Observation) {
	for range n {
		place := r.IntN(len(network))
		at := start.Add(time.Duration(r.Int64N(int64(network[place].every) * int64(network[place].n)))).Truncate(time.Millisecond)
		if r.IntN(40) == 0 {
			at = at.AddDate(-r.IntN(2), -r.IntN(3), 0) // long before the first
		}
		o := s.observe(r, place, at)
		if r.IntN(2) == 0 { // one that is there: to be corrected, or the same again
			for there, old := range s.rows[place] {
				o.AtMs = there.UnixMilli()
				if r.IntN(3) == 0 {
					o = proto.CloneOf(old)
				}
				break
			}
		}
		all = append(all, s.keep(place, o))
	}
	return all
}

// scan adds up what is in a range, by going through all there is.
func (s *stations) scan(place int, metric weatherv1.Metric, in func(at time.Time) bool) *weatherv1.Summary {
	sum, least, most := &weatherv1.Summary{}, int32(math.MaxInt32), int32(math.MinInt32)
	for at, o := range s.rows[place] {
		v := o.Temperature
		switch metric {
		case humidity:
			v = o.Humidity
		case windSpeed:
			v = o.WindSpeed
		}
		if v != nil && in(at) {
			sum.Count++
			sum.Sum += int64(*v)
			least, most = min(least, *v), max(most, *v)
		}
	}
	if sum.GetCount() > 0 {
		sum.Min, sum.Max, sum.Mean = &least, &most, evenly(big.NewRat(sum.GetSum(), 100*sum.GetCount()))
	}
	return sum
}

// moment is one to ask from or to: anywhere, where a part begins, or where an
// observation is.
func (s *stations) moment(r *rand.Rand, place int) time.Time {
	length := network[place].every * time.Duration(network[place].n)
	at := start.Add(time.Duration(r.Int64N(int64(length)*5/4)) - length/8)
	switch r.IntN(6) {
	case 0:
		return time.Time{}
	case 1:
		return at.Truncate(time.Hour)
	case 2:
		return at.Truncate(24 * time.Hour)
	case 3:
		return time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, time.UTC)
	case 4:
		for there := range s.rows[place] {
			return there.Add(time.Duration(r.IntN(3)-1) * time.Nanosecond * time.Duration(1+r.IntN(2)*999_999))
		}
	}
	return at
}

// ask asks one question and compares the answer with a scan.
func (s *stations) ask(w world, r *rand.Rand) {
	place, metric := r.IntN(len(network)), weatherv1.Metric(1+r.IntN(3))
	from, to := s.moment(r, place), s.moment(r, place)
	if !from.IsZero() && !to.IsZero() && !from.Before(to) {
		from, to = to, from.Add(time.Nanosecond)
	}
	got := w.average(s.ids[place], metric, from, to)
	want := s.scan(place, metric, func(at time.Time) bool { return !at.Before(from) && (to.IsZero() || at.Before(to)) })
	if !proto.Equal(got, want) {
		w.t.Errorf("%s, %v from %v to %v: got %v, want %v", s.names[place], metric, from, to, got, want)
	}
}

// asks is ask many times, by several at once.
func (s *stations) asks(w world, seed uint64, n int) {
	w.t.Helper()
	for _, name := range s.names[len(s.ids):] {
		s.ids = append(s.ids, w.location(name))
	}
	var all sync.WaitGroup
	for part := range uint64(4) {
		all.Go(func() {
			r := rand.New(rand.NewPCG(seed, part))
			for range n / 4 {
				s.ask(w, r)
			}
		})
	}
	all.Wait()
}

func TestTenThousandAveragesEqualAFullScan(t *testing.T) {
	t.Parallel()
	questions := map[rpctest.Seam]int{rpctest.InProcess: 3000, rpctest.OverSocket: 336}
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, s, r, n := open(t, seam), &stations{}, rand.New(rand.NewPCG(5, 6)), questions[seam]
		w.record(s.first(r)...)
		kept := w.texts(`SELECT l.name || ' ' || t.levels FROM weather_totals AS t JOIN weather_locations AS l ON l.number = t.place ORDER BY t.levels, l.name`)
		equal(t, "levels", strings.Join(kept, ", "), "now and then 0, once 0, every minute 6, twice a day 8, every hour 12, every ten minutes 12")
		s.asks(w, 1, n)
		for range 4 {
			w.record(s.more(r, 500)...)
		}
		w.exact()
		s.asks(w, 2, n)
		w.record(s.more(r, 3000)...)
		w.exact()
		s.asks(w, 3, n)
	})
}

func TestSeriesAndClimatesEqualAFullScan(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, s, r := open(t, seam), &stations{}, rand.New(rand.NewPCG(7, 8))
		w.record(s.first(r)...)
		w.record(s.more(r, 1000)...)
		s.asks(w, 4, 4)
		for range 100 {
			s.askSeries(w, r)
		}
		for place := range network {
			s.askClimate(w, place)
		}
	})
}

var lengths = map[weatherv1.Interval]time.Duration{
	weatherv1.Interval_INTERVAL_HOUR: time.Hour, weatherv1.Interval_INTERVAL_DAY: 24 * time.Hour, weatherv1.Interval_INTERVAL_MONTH: 30 * 24 * time.Hour,
}

// begin is where the part begins that a moment lies in.
func begin(interval weatherv1.Interval, at time.Time) time.Time {
	if interval == weatherv1.Interval_INTERVAL_MONTH {
		return time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, time.UTC)
	}
	return at.Truncate(lengths[interval])
}

func (s *stations) askSeries(w world, r *rand.Rand) {
	place, metric, interval := r.IntN(len(network)), weatherv1.Metric(1+r.IntN(3)), weatherv1.Interval(1+r.IntN(3))
	from := start.Add(time.Duration(r.Int64N(int64(network[place].every) * int64(network[place].n)))).UTC()
	to := from.Add(1 + time.Duration(r.Int64N(int64(lengths[interval])*100)))
	res, err := w.GetSeries(w.t.Context(), &weatherv1.GetSeriesRequest{LocationId: s.ids[place], Metric: metric, Interval: interval, From: stamp(from), To: stamp(to)})
	must(w.t, err)
	points := res.GetPoints()
	for at := begin(interval, from); at.Before(to); at = begin(interval, at.Add(lengths[interval]+36*time.Hour*time.Duration(interval/3))) {
		want := s.scan(place, metric, func(t time.Time) bool { return begin(interval, t).Equal(at) })
		if want.GetCount() == 0 {
			continue
		}
		if len(points) == 0 || !points[0].GetStart().AsTime().Equal(at) || !proto.Equal(points[0].GetSummary(), want) {
			w.t.Errorf("%s, %v by %v from %v to %v: got %v, want %v at %v", s.names[place], metric, interval, from, to, points, want, at)
			return
		}
		points = points[1:]
	}
	equal(w.t, "points more", len(points), 0)
}

func (s *stations) askClimate(w world, place int) {
	res, err := w.GetClimate(w.t.Context(), &weatherv1.GetClimateRequest{LocationId: s.ids[place], Metric: humidity})
	must(w.t, err)
	months := res.GetMonths()
	for m := time.January; m <= time.December; m++ {
		want := s.scan(place, humidity, func(t time.Time) bool { return t.Month() == m })
		if want.GetCount() == 0 {
			continue
		}
		if len(months) == 0 || months[0].GetMonth() != int32(m) || !proto.Equal(months[0].GetSummary(), want) {
			w.t.Errorf("%s: got %v, want %v in %v", s.names[place], months, want, m)
			return
		}
		months = months[1:]
	}
	equal(w.t, "months more", len(months), 0)
}
