package postgres_test

import (
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/throng-social/throng/internal/postgres/pgtest"
)

// A plan that was made for a small table is not kept for long once the table has grown,
// though nobody has told Postgres to look at it.
func TestThePlansOfTheQueueFollowItsSize(t *testing.T) {
	t.Parallel()
	db := open(t, pgtest.New(t))
	ctx, pool := t.Context(), db.QueuePool()
	exec := func(sql string) {
		t.Helper()
		if _, err := pool.Exec(ctx, sql, pgx.QueryExecModeSimpleProtocol); err != nil {
			t.Fatal(err)
		}
	}
	plan := func() string {
		t.Helper()
		rows, err := pool.Query(ctx, `EXPLAIN EXECUTE numbered(1)`, pgx.QueryExecModeSimpleProtocol)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(lines, "\n")
	}
	exec(`CREATE TABLE growing (id int PRIMARY KEY, n int)`)
	exec(`ALTER TABLE growing SET (autovacuum_enabled = off)`)
	exec(`VACUUM (ANALYZE) growing`)
	if n := pool.Stat().TotalConns(); n != 1 {
		t.Fatalf("the test needs one connection, and has %d", n)
	}
	exec(`PREPARE numbered AS SELECT count(*) FROM growing WHERE n = $1`)
	small := plan()
	exec(`INSERT INTO growing SELECT g, g FROM generate_series(1, 50000) g`)
	for deadline := time.Now().Add(time.Minute); plan() == small; {
		if time.Now().After(deadline) {
			t.Fatalf("the plan stays as it was:\n%s", small)
		}
		<-time.After(20 * time.Millisecond)
	}
}
