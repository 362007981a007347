package pgstore_test

import (
	"context"
	"log/slog"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/throng-social/throng/internal/migration"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/timeline/pgstore"
	"github.com/throng-social/throng/internal/timeline/storetest"
)

func TestMain(m *testing.M) {
	pgtest.Main(m, func(ctx context.Context, url string) error {
		return migration.Up(ctx, url, slog.New(slog.DiscardHandler))
	})
}

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, open)
}

func open(t *testing.T) storetest.Fixture {
	t.Helper()
	d := pgtest.New(t)
	db, err := postgres.Open(t.Context(), d.Config(16), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	sql, err := pgxpool.New(t.Context(), d.Writer)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sql.Close)
	pub := queue.NewPublisher()
	return storetest.Fixture{Store: pgstore.New(db, pub), Topics: func(t *testing.T) []string {
		t.Helper()
		rows, err := sql.Query(t.Context(), `DELETE FROM river_job RETURNING kind`)
		if err != nil {
			t.Fatal(err)
		}
		topics, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		return topics
	}}
}
