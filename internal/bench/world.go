package bench

import (
	"context"
	_ "embed"
	"encoding/hex"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/alecthomas/kong"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/devstack"
	"github.com/throng-social/throng/internal/migration"
)

// size is how large a world is.
type size struct {
	// People are the accounts of each community; Readers of them read.
	People, Readers int
	// Follows is how many each reader follows in the mean (from three to seven
	// fifths of it), Posts how many each account wrote.
	Follows, Posts int
	// Fans follow the star; each has about FanEntries written entries.
	Fans, FanEntries int
	// Cloud is what of it a deployment of the shape aws has.
	Cloud cloudSize
	// Contest is how large campaigns are, which are worlds of their own.
	Contest contestSize
	// Products have reviews, 5.8 each in the mean, in worlds of their own.
	Products int64
	// Courses are as many as there are instructors, with half as many assistants again.
	Courses int64
	// Observations are those of the weather of each form.
	Observations int64
	// Ungated lets every call in: a small world may stand where all is slow.
	Ungated bool
}

func (s size) settings() map[string]int {
	return map[string]int{
		"people": s.People, "readers": s.Readers, "follows": s.Follows, "posts": s.Posts, "fans": s.Fans, "fan_entries": s.FanEntries,
	}
}

func (s size) String() string {
	return fmt.Sprintf("%d accounts with %d posts each, %d readers who follow %d each in the mean, a star with %d followers, about %.1f million written entries",
		2*s.People, s.Posts, s.Readers*5/4, s.Follows, s.Fans, float64(s.Readers*5/4*s.Follows*s.Posts+s.Fans*s.FanEntries)/1e6)
}

var (
	// full is the size that figures are taken at.
	full = size{
		People: 10_000, Readers: 2000, Follows: 100, Posts: 8, Fans: 100_000, FanEntries: 20,
		Cloud: cloudSize{Readers: 64, Authors: 100, Follows: 60, Posts: 4, Fans: 10_000, Messages: 3000, Counted: 30},
		Contest: contestSize{
			People: 2000, Teams: 10, Members: 1_000_000, Callers: 500, Rate: 1000, Watchers: 1000, Length: 20 * time.Second, Readers: 10_000,
		},
		Products: 50_000, Courses: 50_000, Observations: 1_000_000,
	}
	// small shows that it works.
	small = size{
		Ungated: true,
		People:  400, Readers: 128, Follows: 40, Posts: 8, Fans: 2000, FanEntries: 20,
		Cloud: cloudSize{Readers: 32, Authors: 32, Follows: 16, Posts: 3, Fans: 500, Messages: 300, Counted: 5},
		Contest: contestSize{
			People: 128, Teams: 4, Members: 10_000, Callers: 32, Rate: 50, Watchers: 32, Length: time.Second, Readers: 100,
		},
		Products: 200, Courses: 200, Observations: 5000,
	}
)

// accounts is a world that has little more than accounts: what rows of the shape aws
// need of it, and more than those of campaigns do.
func (s size) accounts() size {
	s.Follows, s.Posts, s.Fans, s.FanEntries = 1, 1, 1, 0
	return s
}

// world is a private Postgres with the world in it.
type world struct {
	size     size
	dir      string
	pg       *devstack.Postgres
	settings app.Settings
	// readers are measured; strangers live apart from them and warm a deployment
	// up without filling its caches with what is measured.
	readers, strangers []*reader
	// cloud is nil until rows of the shape aws are measured.
	cloud *cloud
	// shop and set are nil until rows of reviews are measured.
	shop *shop
	set  *reviewSet
	// station is nil until the weather is asked for.
	station *station
}

const (
	worldName  = "world"
	tokenLife  = 12 * time.Hour
	readerName = "bench_%d"
	starName   = "bench_star"
)

//go:embed world.sql
var worldSQL string

// newWorld starts Postgres as `throng dev` does, with one replica, and makes the
// world in it. A folder that has one already is used as it is.
func newWorld(ctx context.Context, dir string, s size) (*world, error) {
	pg, err := devstack.StartPostgres(ctx, devstack.PostgresOptions{Dir: filepath.Join(dir, "postgres"), Replicas: 1, Durable: true})
	if err != nil {
		return nil, err
	}
	w := &world{size: s, dir: dir, pg: pg}
	if err := w.fill(ctx); err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

func (w *world) close() {
	w.cloud.close()
	_ = w.pg.Close()
}

func (w *world) fill(ctx context.Context) (err error) {
	if w.settings, err = w.newSettings(worldName); err != nil {
		return err
	}
	// What is measured is written timelines, unless a row says otherwise.
	w.settings.Timeline.Strategy = "push"
	if err := w.migrated(ctx, worldName); err != nil {
		return err
	}
	if err := w.people(ctx); err != nil {
		return fmt.Errorf("make a world: %w", err)
	}
	if err := w.pg.CatchUp(ctx); err != nil {
		return err
	}
	return w.tokens(ctx)
}

func (w *world) migrated(ctx context.Context, database string) error {
	if err := w.pg.EnsureDatabase(ctx, database); err != nil {
		return err
	}
	return migration.Up(ctx, w.pg.WriterURL(database), slog.New(slog.DiscardHandler))
}

// newSettings are those of a deployment as it comes, on a database of this
// server, without limits on what one account may do.
func (w *world) newSettings(database string) (app.Settings, error) {
	var s app.Settings
	parser, err := kong.New(&s)
	if err != nil {
		return s, err
	}
	if _, err := parser.Parse(nil); err != nil {
		return s, err
	}
	s.URL, s.Readers = w.pg.WriterURL(database), w.pg.ReaderURLs(database)
	s.Addr, s.RateLimits, s.MediaDir = "127.0.0.1:0", false, filepath.Join(w.dir, "media")
	if w.size.Ungated {
		s.Concurrency = "off"
	}
	s.Secret = hex.EncodeToString(make([]byte, 32))
	return s, nil
}

func (w *world) people(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, w.settings.URL)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var there bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM users)").Scan(&there); err != nil || there {
		return err
	}
	for name, n := range w.size.settings() {
		if _, err := conn.Exec(ctx, fmt.Sprintf("SET bench.%s = '%d'", name, n)); err != nil {
			return err
		}
	}
	if _, err := conn.Exec(ctx, worldSQL); err != nil {
		return err
	}
	return w.vacuum(ctx, conn)
}

// vacuum waits until no replica needs to see the world as it was not yet there,
// or VACUUM would find nothing that everybody sees.
func (w *world) vacuum(ctx context.Context, conn *pgx.Conn) error {
	if err := w.pg.CatchUp(ctx); err != nil {
		return err
	}
	for past := true; past; {
		err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_replication_slots WHERE age(xmin) > 0)").Scan(&past)
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	for _, sql := range []string{"VACUUM (ANALYZE)", "CHECKPOINT"} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) version(ctx context.Context) (version string, err error) {
	conn, err := pgx.Connect(ctx, w.settings.URL)
	if err != nil {
		return "", err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	err = conn.QueryRow(ctx, "SHOW server_version").Scan(&version)
	return version, err
}

// tokens signs the readers in.
func (w *world) tokens(ctx context.Context) error {
	a, err := app.New(ctx, w.settings.Operator(), app.Role{}, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer a.Close()
	conn, err := pgx.Connect(ctx, w.settings.URL)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for i := range w.size.Readers {
		r, err := signIn(ctx, a, conn, fmt.Sprintf(readerName, 2*i))
		if err != nil {
			return err
		}
		w.readers = append(w.readers, r)
	}
	for i := range w.size.Readers / 4 {
		r, err := signIn(ctx, a, conn, fmt.Sprintf(readerName, 2*i+1))
		if err != nil {
			return err
		}
		w.strangers = append(w.strangers, r)
	}
	return nil
}

func signIn(ctx context.Context, a *app.App, conn *pgx.Conn, handle string) (*reader, error) {
	token, err := a.Token(ctx, handle, tokenLife)
	if err != nil {
		return nil, err
	}
	var id uuid.UUID
	err = conn.QueryRow(ctx, "SELECT id FROM users WHERE handle = $1", handle).Scan(&id)
	return &reader{id: id, access: token}, err
}

// logTo is a log file in the world's folder, as `throng dev` keeps one.
func (w *world) logTo(name string) (*slog.Logger, func(), error) {
	f, err := os.OpenFile(filepath.Join(w.dir, name+".log"), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, nil, err
	}
	return app.NewLogger(w.settings, f), func() { _ = f.Close() }, nil
}
