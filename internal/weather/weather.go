// Package weather keeps what is observed at places, and answers exact averages.
//
// An observation is one row for a place and a time, in partitions by the year. Values
// are whole hundredths, so sums are exact, and an answer equals a full scan of its range
// to the last digit. It is put together from few rows: sums over all time, which every
// place has, roll-ups by hour, day and month, and rows themselves at the edges, in one
// statement (average.go).
//
// A level of roll-ups is kept of a place where it is at least ten times smaller than the
// one below, as far as the place's density tells: the number of its observations, or of
// the parts of the level below, over the parts of its span (level.go). So a place with
// six observations an hour has days and months, one with two a day has months, and of
// one with one a month there is only the sum over all time. The levels are decided with
// each write, and stand with the sums; whoever asks names those that he believes in, and
// is told those that there are.
//
// Sums and roll-ups change in the transaction that stores observations, which locks
// their places first (record_store.go); late ones are added, and what a corrected one
// was part of is summed up anew. So they equal a recount at every moment (Recount).
package weather

import (
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/weatherdb"
	"github.com/throng-social/throng/gen/go/throng/weather/v1/weatherv1connect"
	"github.com/throng-social/throng/internal/cache"
	"github.com/throng-social/throng/internal/page"
	"github.com/throng-social/throng/internal/postgres"
)

// Config is what a deployment says of the weather.
type Config struct {
	// Retention is how long observations are kept.
	Retention time.Duration `name:"retention" env:"THRONG_WEATHER_RETENTION" default:"0s" help:"How long observations are kept, up to a month longer, as in 17520h; 0 for ever."`
}

// Deps is what the service stands on. All but Config, Caches and Now are needed.
type Deps struct {
	DB     *postgres.DB
	Pages  page.Sealer
	Config Config
	// Caches are those of other processes; nil where this one is by itself.
	Caches *cache.Group
	Log    *slog.Logger
	// Now is the clock; time.Now.
	Now func() time.Time
}

// Service implements the contract of the weather.
type Service struct {
	db     *postgres.DB
	q      *weatherdb.Queries
	pages  page.Sealer
	config Config
	places *cache.Cache[uuid.UUID, place]
	totals *cache.Cache[uuid.UUID, *total]
	log    *slog.Logger
	now    func() time.Time
	// imports has a place for each stream under way.
	imports chan struct{}
}

var _ weatherv1connect.WeatherServiceHandler = (*Service)(nil)

// New makes the service.
func New(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	return &Service{
		db:      d.DB,
		q:       weatherdb.New(),
		pages:   d.Pages,
		config:  d.Config,
		places:  newPlaces(d.Caches),
		totals:  newTotals(d.Caches),
		log:     d.Log,
		now:     d.Now,
		imports: make(chan struct{}, maxImports),
	}
}

// CacheCounts are how many sums over all time were answered from memory, and how many
// were not.
func (s *Service) CacheCounts() (hits, misses uint64) { return s.totals.Counts() }
