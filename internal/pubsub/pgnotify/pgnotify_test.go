package pgnotify_test

import (
	"log/slog"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/pubsub"
	"github.com/throng-social/throng/internal/pubsub/pgnotify"
	"github.com/throng-social/throng/internal/pubsub/pubsubtest"
)

func TestMain(m *testing.M) { pgtest.Main(m, nil) }

func TestNotifyKeepsTheContractOfABus(t *testing.T) {
	t.Parallel()
	pubsubtest.Run(t, func(t *testing.T, own bool) pubsubtest.Deployment {
		t.Helper()
		servers := pgtest.New
		if own {
			servers = func(t testing.TB) pgtest.DB { return pgtest.NewReplicated(t, 0) }
		}
		d := servers(t)
		return pubsubtest.Deployment{
			Bus:    func(t *testing.T) pubsub.Bus { t.Helper(); return newBus(t, d) },
			Commit: func(t *testing.T) consistency.Position { t.Helper(); return pubsubtest.Commit(t, d.Writer) },
			Cut: func(t *testing.T) {
				t.Helper()
				exec(t, d, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'throng live' AND datname = current_database()`)
			},
			Stop:  func(t *testing.T) { t.Helper(); must(t, d.Server.StopPrimary(t.Context())) },
			Start: func(t *testing.T) { t.Helper(); must(t, d.Server.StartPrimary(t.Context())) },
		}
	})
}

func newBus(t *testing.T, d pgtest.DB) *pgnotify.Bus {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	db, err := postgres.Open(t.Context(), d.Config(2), log)
	must(t, err)
	t.Cleanup(db.Close)
	return pgnotify.New(pgnotify.Config{DB: db, URL: d.Writer, Stamp: pubsubtest.Stamp}, log)
}

func exec(t *testing.T, d pgtest.DB, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), d.Writer)
	must(t, err)
	_, err = conn.Exec(t.Context(), sql)
	must(t, err)
	must(t, conn.Close(t.Context()))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
