package migration_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/migration"
	"github.com/throng-social/throng/internal/postgres/pgtest"
)

// Databases are empty here: the tests migrate them.
func TestMain(m *testing.M) { pgtest.Main(m, nil) }

func TestMigratingAgainDoesNothing(t *testing.T) {
	t.Parallel()
	ctx, db := t.Context(), pgtest.New(t)
	if err := migration.Check(ctx, db.Writer); err == nil {
		t.Error("an empty database is up to date")
	}
	var first, second bytes.Buffer
	if err := migration.Up(ctx, db.Writer, logTo(&first)); err != nil {
		t.Fatal(err)
	}
	if err := migration.Up(ctx, db.Writer, logTo(&second)); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(first.String(), "00001_base.sql") || second.Len() != 0 {
		t.Errorf("the first run said\n%s\nand the second\n%s", &first, &second)
	}
	if err := migration.Check(ctx, db.Writer); err != nil {
		t.Error(err)
	}
}

func logTo(b *bytes.Buffer) *slog.Logger { return slog.New(slog.NewTextHandler(b, nil)) }

// As processes of a deployment do that start together.
func TestManyMayMigrateAtOnce(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if err := migration.Up(t.Context(), db.Writer, slog.New(slog.DiscardHandler)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if err := migration.Check(t.Context(), db.Writer); err != nil {
		t.Error(err)
	}
}

func TestIDsOfTheDatabaseAscendAndTellTheirTime(t *testing.T) {
	t.Parallel()
	ctx, db := t.Context(), pgtest.New(t)
	if err := migration.Up(ctx, db.Writer, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(ctx, db.Writer)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	rows, err := conn.Query(ctx, `SELECT id::text AS id, uuid_v7_time(id) AS at, clock_timestamp() AS now
		FROM (SELECT uuid_v7() AS id FROM generate_series(1, 20000) OFFSET 0) AS made`)
	if err != nil {
		t.Fatal(err)
	}
	type made struct {
		ID      string
		At, Now time.Time
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[made])
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range all {
		u := uuid.MustParse(m.ID)
		if u.Version() != 7 || u.Variant() != uuid.RFC4122 {
			t.Fatalf("%v is no UUIDv7", u)
		}
		if !id.Time(u).Equal(m.At) || m.At.After(m.Now) || m.At.Before(m.Now.Add(-time.Minute)) {
			t.Fatalf("%v was made at %v by the database, at %v by us, and it is %v", u, m.At, id.Time(u), m.Now)
		}
		// A microsecond's ids share their first part, and their order.
		if i > 0 && all[i-1].ID[:18] > m.ID[:18] {
			t.Fatalf("%s came before %s", all[i-1].ID, m.ID)
		}
	}
}
