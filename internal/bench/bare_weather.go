package bench

import (
	"context"
	"encoding/binary"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/protobuf/types/known/timestamppb"

	weatherv1 "github.com/throng-social/throng/gen/go/throng/weather/v1"
	"github.com/throng-social/throng/gen/go/throng/weather/v1/weatherv1connect"
)

// bareAverageSQL is what a column adds up to over a range, of a place by its number: rows
// of a place that has no roll-ups, from the index alone.
const bareAverageSQL = `
SELECT count(%[1]s), sum(%[1]s), min(%[1]s), max(%[1]s)
FROM weather_observations
WHERE place = $1 AND at >= $2 AND at < $3`

const bareWeatherSide = "weather"

// bareColumns are those of the measures; statements are named after them.
var bareColumns = map[weatherv1.Metric]string{
	weatherv1.Metric_METRIC_TEMPERATURE: "temperature", weatherv1.Metric_METRIC_HUMIDITY: "humidity", weatherv1.Metric_METRIC_WIND_SPEED: "wind_speed",
}

// bareWeather answers GetAverage without anything that a product needs. Of some places it
// may have the answers over all time in its memory: then it asks nobody.
type bareWeather struct {
	weatherv1connect.UnimplementedWeatherServiceHandler

	pool    *pgxpool.Pool
	numbers map[string]uint32
	answers map[bareAverage]*weatherv1.GetAverageResponse
}

type bareAverage struct {
	place  string
	metric weatherv1.Metric
}

// newBareWeather reads from the replica, as ours does.
func newBareWeather(ctx context.Context, o order) (http.Handler, func(), error) {
	config, err := pgxpool.ParseConfig(o.Settings.Readers[0])
	if err != nil {
		return nil, nil, err
	}
	config.MaxConns, config.MinConns = o.Settings.MaxConns, o.Settings.MaxConns
	config.AfterConnect = prepareWeather
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, nil, err
	}
	b := &bareWeather{pool: pool, numbers: map[string]uint32{}}
	if err := b.remember(ctx, o.InMemory); err != nil {
		pool.Close()
		return nil, nil, err
	}
	mux := http.NewServeMux()
	mux.Handle(weatherv1connect.NewWeatherServiceHandler(b))
	return mux, pool.Close, nil
}

func prepareWeather(ctx context.Context, c *pgx.Conn) error {
	if _, err := c.Exec(ctx, barePlan); err != nil {
		return err
	}
	for _, column := range bareColumns {
		if _, err := c.PgConn().Prepare(ctx, column, fmt.Sprintf(bareAverageSQL, column), nil); err != nil {
			return err
		}
	}
	return nil
}

func (b *bareWeather) remember(ctx context.Context, places []string) error {
	rows, err := b.pool.Query(ctx, "SELECT id::text, number FROM weather_locations")
	if err != nil {
		return err
	}
	var place string
	var number uint32
	if _, err := pgx.ForEachRow(rows, []any{&place, &number}, func() error { b.numbers[place] = number; return nil }); err != nil {
		return err
	}
	answers := map[bareAverage]*weatherv1.GetAverageResponse{}
	for _, place := range places {
		for metric := range bareColumns {
			answers[bareAverage{place, metric}], err = b.GetAverage(ctx, &weatherv1.GetAverageRequest{
				LocationId: place, Metric: metric, From: timestamppb.New(time.Unix(0, 0)), To: timestamppb.New(bareEver),
			})
			if err != nil {
				return err
			}
		}
	}
	b.answers = answers
	return nil
}

// bareEver is after all observations.
var bareEver = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)

// GetAverage implements weatherv1connect.WeatherServiceHandler.
func (b *bareWeather) GetAverage(ctx context.Context, req *weatherv1.GetAverageRequest) (*weatherv1.GetAverageResponse, error) {
	if req.GetFrom() == nil {
		return b.answers[bareAverage{req.GetLocationId(), req.GetMetric()}], nil
	}
	conn, err := b.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Release()
	s := &weatherv1.Summary{}
	args := [][]byte{binary.BigEndian.AppendUint32(nil, b.numbers[req.GetLocationId()]), bareTime(req.GetFrom()), bareTime(req.GetTo())}
	// A context that cannot end spares the driver the watch over it.
	rows := conn.Conn().PgConn().ExecPrepared(context.Background(), bareColumns[req.GetMetric()], args, binaryFormat, binaryFormat)
	for rows.NextRow() {
		bareSummary(s, rows.Values())
	}
	_, err = rows.Close()
	return &weatherv1.GetAverageResponse{Summary: s}, err
}

// bareTime is a moment as Postgres has it.
func bareTime(t *timestamppb.Timestamp) []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(t.AsTime().Sub(bareEpoch).Microseconds())) //nolint:gosec // as the server means it
}

func bareSummary(s *weatherv1.Summary, v [][]byte) {
	s.Count, s.Sum = bareInt(v[0]), bareInt(v[1])
	if s.GetCount() == 0 {
		return
	}
	low, high := int32(binary.BigEndian.Uint32(v[2])), int32(binary.BigEndian.Uint32(v[3])) //nolint:gosec // as the server means it
	s.Min, s.Max = &low, &high
	sign, sum := "", s.GetSum()
	if sum < 0 {
		sign, sum = "-", -sum
	}
	// Sums are of hundredths.
	if s.Mean = bareMean(sum, 100*s.GetCount()); strings.Trim(s.GetMean(), "0.") != "" {
		s.Mean = sign + s.GetMean()
	}
}

// plans are those of the bare side's statements, for a place and half of the time.
func (s *station) plans(ctx context.Context, b *strings.Builder) error {
	replica, err := pgx.Connect(ctx, s.settings.Readers[0])
	if err != nil {
		return err
	}
	defer replica.Close(context.WithoutCancel(ctx))
	if _, err := replica.Exec(ctx, barePlan); err != nil {
		return err
	}
	var number int32
	if err := replica.QueryRow(ctx, "SELECT number FROM weather_locations WHERE id = $1::text::uuid", s.hot[0]).Scan(&number); err != nil {
		return err
	}
	return plan(ctx, b, replica, 3, "Average of a place over a range, bare, on the replica, after: "+barePlan, fmt.Sprintf(bareAverageSQL, "temperature"),
		number, s.begins, s.begins.Add(s.ends.Sub(s.begins)/2))
}
