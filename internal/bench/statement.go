package bench

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/throng-social/throng/gen/db/timelinedb"
)

// storeStatement is what a generated query would run.
func storeStatement(run func(timelinedb.DBTX)) (sql string, args []any) {
	r := &recorder{}
	run(r)
	return r.sql, r.args
}

// recorder runs nothing.
type recorder struct {
	sql  string
	args []any
}

// QueryRow implements timelinedb.DBTX.
func (r *recorder) QueryRow(_ context.Context, sql string, args ...any) pgx.Row {
	r.sql, r.args = sql, args
	return r
}

// Exec implements timelinedb.DBTX.
func (r *recorder) Exec(_ context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	r.sql, r.args = sql, args
	return pgconn.CommandTag{}, nil
}

// Query implements timelinedb.DBTX.
func (r *recorder) Query(_ context.Context, sql string, args ...any) (pgx.Rows, error) {
	r.sql, r.args = sql, args
	return nil, pgx.ErrNoRows
}

// Scan implements pgx.Row.
func (r *recorder) Scan(...any) error { return nil }
