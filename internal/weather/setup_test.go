package weather_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/types/known/timestamppb"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	weatherv1 "github.com/throng-social/throng/gen/go/throng/weather/v1"
	"github.com/throng-social/throng/gen/go/throng/weather/v1/weatherv1connect"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/page"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/rpc/rpctest"
	"github.com/throng-social/throng/internal/weather"
)

// world is a service of its own, as clients reach it.
type world struct {
	weatherv1connect.WeatherServiceClient
	// streams reaches it over a socket, whatever the seam.
	streams weatherv1connect.WeatherServiceClient
	// service is the noun itself: what is in no contract.
	service *weather.Service
	t       testing.TB
	db      *postgres.DB
}

func open(t testing.TB, seam rpctest.Seam, change ...func(*weather.Deps)) world {
	t.Helper()
	return on(t, seam, pgtest.New(t), change...)
}

// on is a world on given servers.
func on(t testing.TB, seam rpctest.Seam, servers pgtest.DB, change ...func(*weather.Deps)) world {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	w := world{t: t}
	var err error
	w.db, err = postgres.Open(t.Context(), servers.Config(0), log)
	must(t, err)
	t.Cleanup(w.db.Close)
	d := weather.Deps{DB: w.db, Pages: page.NewSealer([]byte("a secret of the deployment")), Log: log}
	for _, c := range change {
		c(&d)
	}
	w.service = weather.New(d)
	w.WeatherServiceClient, w.streams = reach(t, seam, w.service)
	return w
}

func operator(t testing.TB) context.Context {
	t.Helper()
	return identity.With(t.Context(), identity.Caller{UserID: uuid.New(), Role: accessv1.Role_ROLE_ADMIN})
}

// start is a day on which a day, a month and a year begin.
var start = time.Date(2020, time.January, 1, 0, 0, 0, 0, time.UTC)

// observed is an observation; a value of none was not measured.
func observed(location string, at time.Time, temperature, humidity, wind int32) *weatherv1.Observation {
	o := &weatherv1.Observation{Location: location, AtMs: at.UnixMilli()}
	if temperature != none {
		o.Temperature = &temperature
	}
	if humidity != none {
		o.Humidity = &humidity
	}
	if wind != none {
		o.WindSpeed = &wind
	}
	return o
}

const none = -1 << 31

// try sends observations over one stream, in messages of up to 1,000.
func (w world) try(observations ...*weatherv1.Observation) (*weatherv1.RecordObservationsResponse, error) {
	w.t.Helper()
	return w.send(operator(w.t), observations...)
}

func (w world) send(ctx context.Context, observations ...*weatherv1.Observation) (*weatherv1.RecordObservationsResponse, error) {
	w.t.Helper()
	stream, err := w.streams.RecordObservations(ctx)
	if err != nil {
		return nil, err
	}
	for first := true; first || len(observations) > 0; first = false {
		n := min(1000, len(observations))
		if err := stream.Send(&weatherv1.RecordObservationsRequest{Observations: observations[:n]}); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		observations = observations[n:]
	}
	return stream.CloseAndReceive()
}

func (w world) record(observations ...*weatherv1.Observation) *weatherv1.RecordObservationsResponse {
	w.t.Helper()
	res, err := w.try(observations...)
	must(w.t, err)
	return res
}

// location is the id of a place.
func (w world) location(name string) string {
	w.t.Helper()
	res, err := w.GetLocation(w.t.Context(), &weatherv1.GetLocationRequest{Key: &weatherv1.GetLocationRequest_Name{Name: name}})
	must(w.t, err)
	return res.GetLocation().GetId()
}

// average is one over a range; a zero time is an open end.
func (w world) average(location string, metric weatherv1.Metric, from, to time.Time) *weatherv1.Summary {
	w.t.Helper()
	res, err := w.GetAverage(w.t.Context(), &weatherv1.GetAverageRequest{LocationId: location, Metric: metric, From: stamp(from), To: stamp(to)})
	must(w.t, err)
	return res.GetSummary()
}

func stamp(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}

const (
	temperature = weatherv1.Metric_METRIC_TEMPERATURE
	humidity    = weatherv1.Metric_METRIC_HUMIDITY
	windSpeed   = weatherv1.Metric_METRIC_WIND_SPEED
)

// exact holds that everything precomputed equals a recount.
func (w world) exact() {
	w.t.Helper()
	n, err := w.service.Recount(w.t.Context(), func(diff string) { w.t.Error(diff) })
	must(w.t, err)
	if n != 0 {
		w.t.Errorf("%d differences", n)
	}
}

func (w world) exec(sql string, args ...any) {
	w.t.Helper()
	_, err := w.db.Writer(w.t.Context()).Exec(w.t.Context(), sql, args...)
	must(w.t, err)
}

// texts are those that a query answers.
func (w world) texts(sql string, args ...any) []string {
	w.t.Helper()
	rows, err := w.db.Writer(w.t.Context()).Query(w.t.Context(), sql, args...)
	must(w.t, err)
	texts, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(w.t, err)
	return texts
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// wantFault checks kind, reason and field.
func wantFault(t testing.TB, err error, kind fault.Kind, reason, field string) {
	t.Helper()
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Kind != kind || f.Reason != reason || f.Field != field {
		t.Errorf("got %#v, want the reason %q in the field %q", err, reason, field)
	}
}
