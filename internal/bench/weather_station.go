package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/lab/generate"
)

// station is a database of its own with the weather of many places in it, which stands
// still.
type station struct {
	settings app.Settings
	set      *weatherSet
	// places are their ids; hot are those with the most observations.
	places, hot []string
	// begins and ends are the first and the last time of all.
	begins, ends time.Time
	readers      []*reader
}

const (
	stationName = "station"
	// hotPlaces is how many places are asked about again and again.
	hotPlaces      = 11
	weatherReaders = 64
)

// openStation makes it where there is none yet.
func (w *world) openStation(ctx context.Context, r *report) (*station, error) {
	if w.station != nil {
		return w.station, nil
	}
	set, err := w.weather(ctx, r, generate.Sparse)
	if err != nil {
		return nil, err
	}
	s := &station{set: set, readers: signedOut(weatherReaders)}
	if s.settings, err = w.newSettings(stationName); err != nil {
		return nil, err
	}
	if err := w.filled(ctx, stationName, set.load); err != nil {
		return nil, err
	}
	if err := s.look(ctx); err != nil {
		return nil, err
	}
	w.station = s
	return s, nil
}

// look finds what is to be asked about.
func (s *station) look(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.settings.URL)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for to, sql := range map[*[]string]string{
		&s.places: "SELECT id::text FROM weather_locations ORDER BY id",
		&s.hot: fmt.Sprintf("SELECT l.id::text FROM weather_totals t JOIN weather_locations l ON l.number = t.place ORDER BY t.observations DESC, t.place LIMIT %d",
			hotPlaces),
	} {
		rows, err := conn.Query(ctx, sql)
		if err != nil {
			return err
		}
		if *to, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
			return err
		}
	}
	return conn.QueryRow(ctx, "SELECT min(first_at), max(last_at) FROM weather_totals").Scan(&s.begins, &s.ends)
}
