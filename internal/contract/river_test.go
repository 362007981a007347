package contract_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/throng-social/throng/internal/postgres/pgtest"
)

// sql/external/river.sql tells sqlc of River's tables; River itself makes them.
// So what is told is made beside them, and both are asked for their columns.
func TestWhatOurQueriesKnowOfRiverIsTrue(t *testing.T) {
	t.Parallel()
	conn := connect(t, pgtest.New(t).Writer)
	_, err := conn.Exec(t.Context(), "CREATE SCHEMA told; SET search_path = told;"+read(t, root+"/sql/external/river.sql"))
	if err != nil {
		t.Fatal(err)
	}
	told, made := columns(t, conn, "told"), columns(t, conn, "public")
	if len(told) < 10 {
		t.Fatalf("only %d columns were told of: %v", len(told), told)
	}
	for column, want := range told {
		if made[column] != want {
			t.Errorf("%s is %q in sql/external/river.sql and %q in River's tables", column, want, made[column])
		}
	}
	if told, made := states(t, conn, "told"), states(t, conn, "public"); told != made {
		t.Errorf("the states of a job are %s in sql/external/river.sql and %s in River's tables", told, made)
	}
}

// columns are the types of River's columns in a schema, and whether they may be
// null.
func columns(t *testing.T, conn *pgx.Conn, schema string) map[string]string {
	t.Helper()
	rows, err := conn.Query(t.Context(), `SELECT c.relname || '.' || a.attname,
			regexp_replace(format_type(a.atttypid, NULL), '^(told|public)\.', '') || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
		FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
		WHERE c.relnamespace = $1::regnamespace AND c.relkind = 'r' AND c.relname LIKE 'river%' AND a.attnum > 0 AND NOT a.attisdropped`, schema)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	var column, kind string
	if _, err := pgx.ForEachRow(rows, []any{&column, &kind}, func() error { all[column] = kind; return nil }); err != nil {
		t.Fatal(err)
	}
	return all
}

func states(t *testing.T, conn *pgx.Conn, schema string) (all string) {
	t.Helper()
	err := conn.QueryRow(t.Context(), `SELECT string_agg(e.enumlabel, ', ' ORDER BY e.enumlabel) FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid
		WHERE t.typnamespace = $1::regnamespace AND t.typname = 'river_job_state'`, schema).Scan(&all)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}
