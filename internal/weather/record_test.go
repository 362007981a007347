package weather_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"buf.build/go/protovalidate"
	"connectrpc.com/connect"
	"github.com/google/uuid"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	faultv1 "github.com/throng-social/throng/gen/go/throng/fault/v1"
	weatherv1 "github.com/throng-social/throng/gen/go/throng/weather/v1"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/rpc/rpctest"
	"github.com/throng-social/throng/internal/weather"
)

// say is a summary in a line.
func say(s *weatherv1.Summary) string {
	if s.GetCount() == 0 {
		return "nothing" + s.GetMean()
	}
	return fmt.Sprintf("%d, %d, %s, %d to %d", s.GetCount(), s.GetSum(), s.GetMean(), s.GetMin(), s.GetMax())
}

func counts(r *weatherv1.RecordObservationsResponse) string {
	return fmt.Sprintf("%d: %d new, %d corrected, %d places, %d refused", r.GetObservations(), r.GetCreated(), r.GetCorrected(), r.GetLocationsCreated(), r.GetRefused())
}

func TestWhatWasNotMeasuredIsAbsentAndNoZero(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		res := w.record(observed("Perth", start, -150, none, none), observed("Perth", start.Add(time.Hour), 0, 5000, none))
		equal(t, "recorded", counts(res), "2: 2 new, 0 corrected, 1 places, 0 refused")
		perth := w.location("perth")
		equal(t, "temperature", say(w.average(perth, temperature, time.Time{}, time.Time{})), "2, -150, -0.7500, -150 to 0")
		equal(t, "humidity", say(w.average(perth, humidity, time.Time{}, time.Time{})), "1, 5000, 50.0000, 5000 to 5000")
		equal(t, "wind", say(w.average(perth, windSpeed, time.Time{}, time.Time{})), "nothing")
		equal(t, "none of that hour", say(w.average(perth, humidity, start, start.Add(time.Hour))), "nothing")
		w.exact()
	})
}

func TestLateCorrectedAndDuplicateObservationsChangeEverySumExactly(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		var minutes []*weatherv1.Observation
		for i := range 600 {
			minutes = append(minutes, observed("Perth", start.Add(time.Duration(i)*time.Minute), int32(i), 100, none))
		}
		w.record(minutes...)
		perth := w.location("Perth")
		equal(t, "levels", w.texts(`SELECT levels::text FROM weather_totals`)[0], "6")
		day := func() string { return say(w.average(perth, temperature, start, start.AddDate(0, 0, 1))) }
		equal(t, "at first", day(), "600, 179700, 2.9950, 0 to 599")
		equal(t, "again", counts(w.record(minutes...)), "600: 0 new, 0 corrected, 0 places, 0 refused")
		w.exact()
		// The greatest of all, of its hour and of the total, goes, and the least comes late.
		equal(t, "corrected", counts(w.record(observed("Perth", start.Add(599*time.Minute), none, 7, 7), observed("Perth", start.Add(30*time.Second), -1, none, none))),
			"2: 1 new, 1 corrected, 0 places, 0 refused")
		equal(t, "then", day(), "600, 179100, 2.9850, -1 to 598")
		equal(t, "of all times", say(w.average(perth, temperature, time.Time{}, time.Time{})), "600, 179100, 2.9850, -1 to 598")
		equal(t, "of the hour", say(w.average(perth, temperature, start.Add(9*time.Hour), start.Add(10*time.Hour))), "59, 33571, 5.6900, 540 to 598")
		w.exact()
		// Twice in a message: the later one stays.
		w.record(observed("Perth", start, 1000, none, none), observed("Perth", start, 2000, none, none))
		equal(t, "the later one", say(w.average(perth, temperature, start, start.Add(time.Millisecond))), "1, 2000, 20.0000, 2000 to 2000")
		w.exact()
	})
}

func TestNamesThatDifferInCaseOrBlanksAreOfOnePlace(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.OverSocket)
	res := w.record(observed(" Alice  Springs", start, 1, none, none), observed("alice springs", start.Add(1), 2, none, none), observed("ALICE SPRINGS", start.Add(time.Second), 3, none, none),
		observed("Zürich", start, 4, none, none), observed("Zu\u0308rich", start.Add(time.Second), 5, none, none))
	equal(t, "recorded", counts(res), "5: 4 new, 0 corrected, 2 places, 0 refused")
	res2, err := w.GetLocation(t.Context(), &weatherv1.GetLocationRequest{Key: &weatherv1.GetLocationRequest_Name{Name: "alice\tsprings "}})
	must(t, err)
	equal(t, "the name", res2.GetLocation().GetName(), "Alice Springs")
	equal(t, "observations", res2.GetObservations(), 2)
	equal(t, "first and last", res2.GetFirstAt().AsTime().String()+res2.GetLastAt().AsTime().String(), start.String()+start.Add(time.Second).String())
	equal(t, "the other", say(w.average(w.location("zürich"), temperature, time.Time{}, time.Time{})), "2, 9, 0.0450, 4 to 5")
}

// wantRefused checks how a stream ended.
func wantRefused(t *testing.T, err error, code connect.Code, reason, field string) {
	t.Helper()
	gotReason, gotField := "", ""
	if refusal, ok := errors.AsType[*connect.Error](err); ok {
		for _, d := range refusal.Details() {
			value, err := d.Value()
			must(t, err)
			switch detail := value.(type) {
			case *faultv1.Detail:
				gotReason = detail.GetReason()
			case *validate.Violations:
				gotField = protovalidate.FieldPathString(detail.GetViolations()[0].GetField())
			}
		}
	}
	if connect.CodeOf(err) != code || gotReason != reason || gotField != field {
		t.Errorf("got %v, %q in %q; want %v, %q in %q", err, gotReason, gotField, code, reason, field)
	}
}

// Over a socket: input rules stand at the edge.
func TestAMessageWithABadValueIsRefusedWithItsPathAndNothingOfItIsStored(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.OverSocket)
	fine := observed("Perth", start, 1, none, none)
	for name, bad := range map[string]struct {
		o             *weatherv1.Observation
		field, reason string
	}{
		"900 degrees":       {observed("Perth", start, 90_000, none, none), "observations[1].temperature", ""},
		"humidity of 130":   {observed("Perth", start, none, 13_000, none), "observations[1].humidity", ""},
		"a negative wind":   {observed("Perth", start, none, none, -1), "observations[1].wind_speed", ""},
		"no name":           {observed(" ", start, 1, none, none), "observations[1].location", "location_invalid"},
		"the year 1899":     {observed("Perth", time.Date(1899, 12, 31, 0, 0, 0, 0, time.UTC), 1, none, none), "observations[1].at_ms", ""},
		"tomorrow":          {observed("Perth", time.Now().AddDate(0, 0, 1), 1, none, none), "observations[1].at_ms", "time_in_future"},
		"nothing at all":    {observed("Perth", start, none, none, none), "observations[1]", "observation_empty"},
		"a future too far":  {observed("Perth", time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC), 1, none, none), "observations[1].at_ms", ""},
		"a name of NUL":     {observed("a\x00", start, 1, none, none), "observations[1].location", "location_invalid"},
		"minus 273 degrees": {observed("Perth", start, -27_316, none, none), "observations[1].temperature", ""},
	} {
		_, err := w.try(fine, bad.o)
		t.Run(name, func(t *testing.T) { wantRefused(t, err, connect.CodeInvalidArgument, bad.reason, bad.field) })
	}
	equal(t, "stored", w.texts(`SELECT count(*)::text FROM weather_observations`)[0], "0")
	equal(t, "places", w.texts(`SELECT count(*)::text FROM weather_locations`)[0], "0")
	_, err := w.send(identity.With(t.Context(), identity.Caller{UserID: uuid.New(), Role: accessv1.Role_ROLE_ORGANIZER}), fine)
	wantRefused(t, err, connect.CodePermissionDenied, "role_required", "")
}

func TestStreamsOfTheSamePlacesAtOnceEndExact(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.OverSocket)
	var all sync.WaitGroup
	for stream := range uint64(4) {
		all.Go(func() {
			r := rand.New(rand.NewPCG(9, stream))
			for range 5 {
				var some []*weatherv1.Observation
				for range 300 {
					at := start.Add(time.Duration(r.IntN(2000)) * 10 * time.Minute)
					some = append(some, observed(fmt.Sprint("place ", r.IntN(8)), at, r.Int32N(4000), r.Int32N(10_000), none))
				}
				if _, err := w.try(some...); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	w.exact()
	equal(t, "places", w.texts(`SELECT count(*)::text FROM weather_totals`)[0], "8")
	equal(t, "observations", w.texts(`SELECT sum(observations)::text FROM weather_totals`)[0], w.texts(`SELECT count(*)::text FROM weather_observations`)[0])
}

func TestNoMoreThanFourStreamsAreTakenAtATime(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.OverSocket)
	keep := func() {
		stream, err := w.streams.RecordObservations(operator(t))
		must(t, err)
		must(t, stream.Send(&weatherv1.RecordObservationsRequest{Observations: []*weatherv1.Observation{observed("Perth", start, 1, none, none)}}))
		t.Cleanup(func() { _, _ = stream.CloseAndReceive() })
	}
	for range 4 {
		keep()
	}
	for deadline := time.Now().Add(time.Minute); ; {
		_, err := w.try(observed("Perth", start, 1, none, none))
		if connect.CodeOf(err) == connect.CodeResourceExhausted {
			wantRefused(t, err, connect.CodeResourceExhausted, "imports_busy", "")
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("a fifth was taken: ", err)
		}
		// It may have come before one of the others, which was refused then.
		keep()
	}
}

// Another process has made other levels of a place than this one knows of.
func TestAverageOfAPlaceWhoseLevelsChangedElsewhereIsRight(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.InProcess)
	w.record(observed("Perth", start, 100, none, none))
	perth := w.location("Perth")
	other := weather.New(weather.Deps{DB: w.db})
	ask := func() string {
		res, err := other.GetAverage(t.Context(), &weatherv1.GetAverageRequest{LocationId: perth, Metric: temperature, From: stamp(start), To: stamp(start.Add(5 * time.Hour))})
		must(t, err)
		return say(res.GetSummary())
	}
	equal(t, "before", ask(), "1, 100, 1.0000, 100 to 100")
	var minutes []*weatherv1.Observation
	for i := range 600 {
		minutes = append(minutes, observed("Perth", start.Add(time.Duration(i)*time.Minute), 100, none, none))
	}
	w.record(minutes...)
	equal(t, "after", ask(), "300, 30000, 1.0000, 100 to 100")
	w.exec(`UPDATE weather_totals SET levels = 0`)
	equal(t, "from rows again", ask(), "300, 30000, 1.0000, 100 to 100")
}
