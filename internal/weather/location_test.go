package weather_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	weatherv1 "github.com/throng-social/throng/gen/go/throng/weather/v1"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

// found are the names that a search answers, page by page.
func (w world) found(query string, size int32) string {
	w.t.Helper()
	var names []string
	for token, more := "", true; more; more = token != "" {
		res, err := w.SearchLocations(w.t.Context(), &weatherv1.SearchLocationsRequest{Query: query, PageSize: size, PageToken: token})
		must(w.t, err)
		if token = res.GetNextPageToken(); len(res.GetLocations()) > int(size) || token != "" && len(res.GetLocations()) != int(size) {
			w.t.Errorf("a page of %d has %d", size, len(res.GetLocations()))
		}
		for _, l := range res.GetLocations() {
			names = append(names, l.GetName())
		}
	}
	return strings.Join(names, ", ")
}

func TestASearchFindsWhatBeginsWithItAndThenWhatResemblesIt(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		var all []*weatherv1.Observation
		for _, name := range []string{"Melbourne", "Melrose", "Melbourne Airport", "East Melbourne", "Perth", "Perth Airport", "Darwin"} {
			all = append(all, observed(name, start, 1, none, none))
		}
		w.record(all...)
		for _, size := range []int32{1, 2, 100} {
			equal(t, "Mel", w.found("mEL", size), "Melbourne, Melbourne Airport, Melrose, East Melbourne")
			equal(t, "misspelled", w.found("Melburne", size), "Melbourne, East Melbourne, Melbourne Airport")
			equal(t, "with blanks", w.found(" perth  air", size), "Perth Airport, Perth")
			equal(t, "nothing", w.found("Oslo", size), "")
			equal(t, "all", w.found("", size), "Darwin, East Melbourne, Melbourne, Melbourne Airport, Melrose, Perth, Perth Airport")
		}
		res, err := w.SearchLocations(t.Context(), &weatherv1.SearchLocationsRequest{Query: "mel", PageSize: 1})
		must(t, err)
		_, err = w.SearchLocations(t.Context(), &weatherv1.SearchLocationsRequest{Query: "per", PageSize: 1, PageToken: res.GetNextPageToken()})
		wantFault(t, err, fault.Invalid, "page_token_invalid", "page_token")
	})
}

func TestAPlaceThatIsNotThereIsNotFoundAndNotRemembered(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, id, ctx := open(t, seam), uuid.NewString(), t.Context()
		ask := map[string]func() error{
			"location": func() error {
				_, err := w.GetLocation(ctx, &weatherv1.GetLocationRequest{Key: &weatherv1.GetLocationRequest_LocationId{LocationId: id}})
				return err
			},
			"name": func() error {
				_, err := w.GetLocation(ctx, &weatherv1.GetLocationRequest{Key: &weatherv1.GetLocationRequest_Name{Name: "Perth"}})
				return err
			},
			"average": func() error {
				_, err := w.GetAverage(ctx, &weatherv1.GetAverageRequest{LocationId: id, Metric: temperature})
				return err
			},
			"range": func() error {
				_, err := w.GetAverage(ctx, &weatherv1.GetAverageRequest{LocationId: id, Metric: temperature, From: stamp(start)})
				return err
			},
			"series": func() error {
				_, err := w.GetSeries(ctx, &weatherv1.GetSeriesRequest{
					LocationId: id, Metric: temperature, Interval: weatherv1.Interval_INTERVAL_DAY, From: stamp(start), To: stamp(start.AddDate(0, 0, 1)),
				})
				return err
			},
			"climate": func() error {
				_, err := w.GetClimate(ctx, &weatherv1.GetClimateRequest{LocationId: id, Metric: temperature})
				return err
			},
		}
		for _, do := range ask {
			wantFault(t, do(), fault.NotFound, "location_not_found", "")
		}
		w.exec(`WITH made AS (INSERT INTO weather_locations (id, name, name_key) VALUES ($1, 'Perth', 'perth') RETURNING number) INSERT INTO weather_totals (place) SELECT number FROM made`, id)
		for name, do := range ask {
			if err := do(); err != nil {
				t.Errorf("%s: it was remembered that there is none: %v", name, err)
			}
		}
	})
}

func TestRangesThatAreNoneAreRefusedWithTheField(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		w.record(observed("Perth", start, 1, none, none))
		perth := w.location("Perth")
		for name, c := range map[string]struct {
			from, to      time.Time
			reason, field string
			edge          bool
		}{
			"upside down":         {start, start.Add(-1), "range_reversed", "to", false},
			"empty":               {start, start, "range_empty", "to", false},
			"of a thousand years": {start.AddDate(-500, 0, 0), start.AddDate(500, 0, 0), "", "from", true},
			"until the year 2500": {start, start.AddDate(480, 0, 0), "", "to", true},
		} {
			if c.edge && seam == rpctest.InProcess {
				continue // input rules stand at the edge
			}
			_, err := w.GetAverage(t.Context(), &weatherv1.GetAverageRequest{LocationId: perth, Metric: temperature, From: stamp(c.from), To: stamp(c.to)})
			t.Run(name, func(t *testing.T) { wantFault(t, err, fault.Invalid, c.reason, c.field) })
		}
		for interval, most := range map[weatherv1.Interval]time.Time{
			weatherv1.Interval_INTERVAL_HOUR: start.Add(2000 * time.Hour), weatherv1.Interval_INTERVAL_DAY: start.AddDate(0, 0, 2000), weatherv1.Interval_INTERVAL_MONTH: start.AddDate(0, 2000, 0),
		} {
			ask := &weatherv1.GetSeriesRequest{LocationId: perth, Metric: temperature, Interval: interval, From: stamp(start.Add(time.Minute)), To: stamp(most)}
			res, err := w.GetSeries(t.Context(), ask)
			if most.Year() < 2200 {
				must(t, err)
				equal(t, "points", len(res.GetPoints()), 1)
				ask.To = stamp(most.Add(1))
				_, err = w.GetSeries(t.Context(), ask)
				wantFault(t, err, fault.Invalid, "range_too_long", "to")
			}
		}
	})
}

// In process: a socket shares no memory.
func TestAveragesOverAllTimeAreReadOnce(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.InProcess)
	w.record(observed("Perth", start, 1, none, none))
	perth := w.location("Perth")
	for range 5 {
		for _, m := range []weatherv1.Metric{temperature, humidity, windSpeed} {
			w.average(perth, m, time.Time{}, time.Time{})
		}
	}
	hits, misses := w.service.CacheCounts()
	equal(t, "hits and misses", fmt.Sprint(hits, misses), "15 1")
	w.record(observed("Perth", start, 3, none, none))
	equal(t, "a write is seen", say(w.average(perth, temperature, time.Time{}, time.Time{})), "1, 3, 0.0300, 3 to 3")
}

func TestWhoRecordedSeesItThroughReplicasThatLag(t *testing.T) {
	t.Parallel()
	servers := pgtest.NewReplicated(t, 1)
	w := on(t, rpctest.OverSocket, servers)
	w.record(observed("Perth", start, 1, none, none))
	must(t, servers.Server.CatchUp(t.Context()))
	perth := w.location("Perth")
	w.average(perth, temperature, start, start.Add(time.Hour))
	must(t, servers.Server.PauseReplay(t.Context(), 0))
	w.record(observed("Perth", start.Add(time.Second), 3, none, none), observed("Albury", start, 3, none, none))
	ctx, session := consistency.Begin(t.Context(), consistency.Position{})
	w.db.Writer(ctx)
	at, err := session.Ceiling(t.Context())
	must(t, err)
	for _, to := range []time.Time{{}, start.Add(time.Hour)} {
		demanding, _ := consistency.Begin(t.Context(), at)
		res, err := w.GetAverage(demanding, &weatherv1.GetAverageRequest{LocationId: perth, Metric: temperature, To: stamp(to)})
		must(t, err)
		equal(t, "his own write", say(res.GetSummary()), "2, 4, 0.0200, 1 to 3")
	}
	ctx, _ = consistency.Begin(t.Context(), at)
	_, err = w.GetLocation(ctx, &weatherv1.GetLocationRequest{Key: &weatherv1.GetLocationRequest_Name{Name: "Albury"}})
	must(t, err)
}
