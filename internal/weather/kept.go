package weather

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/cache"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/fault"
)

const (
	// placesKept bounds the places in memory, to about 50 MB: all those of a large
	// deployment.
	placesKept     = 150_000
	placesLifetime = 10 * time.Minute
	// totalsKept bounds the sums over all time in memory, to about 10 MB.
	totalsKept = 20_000
	// totalsLifetime bounds how long another process may show sums as they were to
	// readers who have not seen their change.
	totalsLifetime = 5 * time.Second
)

var errNoLocation = fault.New(fault.NotFound, "location_not_found", "this place does not exist")

// place is what a read must know of a place: its number, and which levels were kept
// when it was last heard of.
type place struct {
	number int32
	levels levels
}

// total is all that is known of a place.
type total struct {
	id           uuid.UUID
	name         string
	observations int64
	first, last  time.Time
	sums         tally
}

func newPlaces(g *cache.Group) *cache.Cache[uuid.UUID, place] {
	return cache.NewShared(cache.Config{Size: placesKept, Lifetime: placesLifetime}, g, cache.ByID[place]("weather_place"))
}

func newTotals(g *cache.Group) *cache.Cache[uuid.UUID, *total] {
	return cache.NewShared(cache.Config{Size: totalsKept, Lifetime: totalsLifetime}, g, cache.ByID[*total]("weather_total"))
}

// place finds a place by its id. As its number stays, and whoever reads is told which
// levels there are, one that was found at any time will do; one that was not is looked
// for where the caller's session demands.
func (s *Service) place(ctx context.Context, id uuid.UUID) (place, error) {
	anew, _ := consistency.Begin(ctx, consistency.Position{})
	p, exists, err := s.places.Get(anew, id, s.loadPlaces)
	if err != nil || exists {
		return p, err
	}
	found, err := s.loadPlaces(ctx, []uuid.UUID{id})
	if err != nil {
		return place{}, err
	}
	p, exists = found[id]
	if !exists {
		return place{}, errNoLocation
	}
	return p, nil
}

func (s *Service) loadPlaces(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]place, error) {
	rows, err := s.q.LoadPlaces(ctx, s.db.Reader(ctx), ids)
	found := make(map[uuid.UUID]place, len(rows))
	for _, row := range rows {
		found[row.ID] = place{row.Number, levels(row.Levels)}
	}
	return found, err
}

// total finds the sums of a place.
func (s *Service) total(ctx context.Context, id uuid.UUID) (*total, error) {
	t, exists, err := s.totals.Get(ctx, id, s.loadTotals)
	if err == nil && !exists {
		err = errNoLocation
	}
	return t, err
}

func (s *Service) loadTotals(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*total, error) {
	rows, err := s.q.LoadTotals(ctx, s.db.Reader(ctx), ids)
	found := make(map[uuid.UUID]*total, len(rows))
	for i := range rows {
		t := &rows[i].WeatherTotal
		found[rows[i].ID] = &total{rows[i].ID, rows[i].Name, t.Observations, t.FirstAt, t.LastAt, tallyOf(t)}
	}
	return found, err
}

// changed forgets what is known of places. It is called after the commit, before the
// change is acknowledged.
func (s *Service) changed(summed, leveled []uuid.UUID) {
	s.totals.Invalidate(summed...)
	s.places.Invalidate(leveled...)
}
