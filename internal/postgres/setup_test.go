package postgres_test

import (
	"context"
	"log/slog"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m, migrate) }

// migrate makes a table of numbers, all 0.
func migrate(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, `CREATE TABLE number (id int PRIMARY KEY, n int NOT NULL DEFAULT 0 CONSTRAINT number_small CHECK (n < 1000000));
		INSERT INTO number SELECT generate_series(1, 10)`)
	return err
}

func open(t *testing.T, d pgtest.DB) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), d.Config(0), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

// set writes a number in a transaction.
func set(ctx context.Context, db *postgres.DB, id, n int) error {
	return db.InTx(ctx, func(tx postgres.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE number SET n = $2 WHERE id = $1", id, n)
		return err
	})
}

type asked interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func number(ctx context.Context, from asked, id int) (n int, err error) {
	err = from.QueryRow(ctx, "SELECT n FROM number WHERE id = $1", id).Scan(&n)
	return n, err
}

func mustNumber(ctx context.Context, t *testing.T, from asked, id int) int {
	t.Helper()
	n, err := number(ctx, from, id)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
