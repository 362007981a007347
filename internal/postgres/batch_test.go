package postgres_test

import (
	"context"
	"errors"
	"testing"

	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
)

// put adds statements that give numbers a value.
func put(ctx context.Context, u postgres.Unit, n int, ids ...int) error {
	for _, id := range ids {
		if _, err := u.Exec(ctx, "UPDATE number SET n = $2 WHERE id = $1", id, n); err != nil {
			return err
		}
	}
	return nil
}

func TestABatchIsDoneWhole(t *testing.T) {
	t.Parallel()
	ctx, db := t.Context(), open(t, pgtest.New(t))
	for n := range 3 { // statements are prepared the first time
		if err := db.InBatch(ctx, func(b *postgres.Batch) error { return put(ctx, b, n+1, 1, 2, 3) }); err != nil {
			t.Fatal(err)
		}
		for id := range 3 {
			if got := mustNumber(ctx, t, db.Primary(ctx), id+1); got != n+1 {
				t.Errorf("after batch %d number %d is %d", n+1, id+1, got)
			}
		}
	}
}

func TestABatchThatFailsChangesNothing(t *testing.T) {
	t.Parallel()
	db := open(t, pgtest.New(t))
	inSession, session := consistency.Begin(t.Context(), consistency.Position{})
	before := backend(t, db)
	for _, ctx := range []context.Context{t.Context(), inSession} {
		failsWhole(ctx, t, db)
	}
	if at, err := session.Ceiling(t.Context()); err != nil || at.Log == 0 {
		t.Errorf("a session that has written is at %v, %v", at, err)
	}
	if after := backend(t, db); after != before {
		t.Error("batches that failed cost their connection")
	}
}

// backend is the process at the other end of the writer's connection.
func backend(t *testing.T, db *postgres.DB) (pid int) {
	t.Helper()
	if err := db.Writer(t.Context()).QueryRow(t.Context(), "SELECT pg_backend_pid()").Scan(&pid); err != nil {
		t.Fatal(err)
	}
	return pid
}

func failsWhole(ctx context.Context, t *testing.T, db *postgres.DB) {
	t.Helper()
	was := mustNumber(ctx, t, db.Primary(ctx), 1)
	for range 3 {
		err := db.InBatch(ctx, func(b *postgres.Batch) error {
			if err := put(ctx, b, 7, 1); err != nil {
				return err
			}
			if _, err := b.Exec(ctx, "INSERT INTO number VALUES ($1)", 2); err != nil {
				return err
			}
			return put(ctx, b, 7, 3)
		})
		if !fault.Is(err, fault.Exists) || !postgres.Violates(err, "number_pkey") {
			t.Errorf("it fails with %v", err)
		}
		if one, three := mustNumber(ctx, t, db.Primary(ctx), 1), mustNumber(ctx, t, db.Primary(ctx), 3); one != was || three != 0 {
			t.Errorf("there are %d and %d", one, three)
		}
	}
	if err := db.InBatch(ctx, func(b *postgres.Batch) error { return put(ctx, b, 8, 1) }); err != nil || mustNumber(ctx, t, db.Primary(ctx), 1) != 8 {
		t.Errorf("the next one fails with %v", err)
	}
}

func TestABatchWhoseGatheringFailsIsNotSent(t *testing.T) {
	t.Parallel()
	ctx, db := t.Context(), open(t, pgtest.New(t))
	mistake := errors.New("changed my mind")
	err := db.InBatch(ctx, func(b *postgres.Batch) error { return errors.Join(put(ctx, b, 7, 1), mistake) })
	if !errors.Is(err, mistake) || mustNumber(ctx, t, db.Primary(ctx), 1) != 0 {
		t.Errorf("there is %d, %v", mustNumber(ctx, t, db.Primary(ctx), 1), err)
	}
	if err := db.InBatch(ctx, func(*postgres.Batch) error { return nil }); err != nil {
		t.Errorf("an empty one fails with %v", err)
	}
}

func TestABatchRefusesWhatWouldAnswer(t *testing.T) {
	t.Parallel()
	ctx, db := t.Context(), open(t, pgtest.New(t))
	for name, ask := range map[string]func(b *postgres.Batch) error{
		"a row":  func(b *postgres.Batch) error { return onlyError(number(ctx, b, 1)) },
		"rows":   func(b *postgres.Batch) error { _, err := b.Query(ctx, "SELECT 1"); return err }, //nolint:sqlclosecheck // there are none
		"copies": func(b *postgres.Batch) error { _, err := b.CopyFrom(ctx, nil, nil, nil); return err },
	} {
		if err := db.InBatch(ctx, ask); err == nil {
			t.Errorf("it answers %s", name)
		}
	}
}

func TestABatchRunsAgainAfterAConflict(t *testing.T) {
	t.Parallel()
	ctx, db := t.Context(), open(t, pgtest.New(t))
	// A sequence counts also the tries that are undone.
	err := db.InTx(ctx, func(tx postgres.Tx) error {
		_, err := tx.Exec(ctx, `CREATE SEQUENCE tries`)
		if err == nil {
			_, err = tx.Exec(ctx, `CREATE FUNCTION conflict() RETURNS void LANGUAGE plpgsql AS $$
				BEGIN IF nextval('tries') < 3 THEN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END IF; END $$`)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	err = db.InBatch(ctx, func(b *postgres.Batch) error {
		_, err := b.Exec(ctx, "SELECT conflict()")
		return errors.Join(put(ctx, b, 5, 1), err)
	})
	if err != nil || mustNumber(ctx, t, db.Primary(ctx), 1) != 5 {
		t.Errorf("there is %d, %v", mustNumber(ctx, t, db.Primary(ctx), 1), err)
	}
}

func TestWhoWroteByABatchReadsIt(t *testing.T) {
	t.Parallel()
	d := pgtest.NewReplicated(t, 1)
	db := open(t, d)
	if err := d.Server.PauseReplay(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	ctx, session := consistency.Begin(t.Context(), consistency.Position{})
	if err := db.InBatch(ctx, func(b *postgres.Batch) error { return put(ctx, b, 4, 1) }); err != nil {
		t.Fatal(err)
	}
	at, err := session.Ceiling(ctx)
	if err != nil {
		t.Fatal(err)
	}
	ctx, _ = consistency.Begin(t.Context(), at)
	if n := mustNumber(ctx, t, db.Reader(ctx), 1); n != 4 {
		t.Errorf("with the token a read shows %d", n)
	}
}
