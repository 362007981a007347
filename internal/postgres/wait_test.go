package postgres_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
)

// openNarrow is a deployment with one connection to each server.
func openNarrow(t *testing.T, url string) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), postgres.Config{WriterURL: url, MaxConns: 1, MaxWait: 100 * time.Millisecond}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

func TestWhoGetsNoConnectionSoonIsSentAway(t *testing.T) {
	t.Parallel()
	ctx, db := t.Context(), openNarrow(t, pgtest.New(t).Writer)
	// To connect may take longer than this deployment waits, on a machine that is busy.
	err := exec(ctx, db.Writer(ctx), "SELECT 1")
	for began := time.Now(); err != nil && time.Since(began) < 10*time.Second; {
		err = exec(ctx, db.Writer(ctx), "SELECT 1")
	}
	err = db.InTx(ctx, func(postgres.Tx) error {
		for what, err := range map[string]error{
			"a statement":   exec(ctx, db.Writer(ctx), "SELECT 1"),
			"a row":         onlyError(number(ctx, db.Writer(ctx), 1)),
			"a transaction": set(ctx, db, 1, 2),
		} {
			f, ok := errors.AsType[*fault.Error](err)
			if !ok || f.Kind != fault.Unavailable || f.Reason != "database_busy" || f.RetryAfter == 0 {
				t.Errorf("%s is answered with %v", what, err)
			}
		}
		if err := db.Ping(ctx); err != nil {
			t.Error("a server that is busy is taken for dead:", err)
		}
		late, cancel := context.WithTimeout(ctx, time.Millisecond)
		defer cancel()
		if err := exec(late, db.Writer(ctx), "SELECT 1"); !fault.Is(err, fault.TimedOut) {
			t.Errorf("whose time is up first is answered with %v", err)
		}
		return nil
	})
	// What is done with a connection is not bounded by the wait for it.
	if err := errors.Join(err, exec(ctx, db.Writer(ctx), "SELECT pg_sleep(0.2)"), set(ctx, db, 1, 3)); err != nil {
		t.Error("those who got one are answered with", err)
	}
}

func TestAServerThatSaysNothingIsAwayAndNotBusy(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	db := openNarrow(t, "postgres://u:p@"+silent.Addr().String()+"/d?sslmode=disable")
	f, ok := errors.AsType[*fault.Error](exec(t.Context(), db.Writer(t.Context()), "SELECT 1"))
	if !ok || f.Kind != fault.Unavailable || f.Reason != "database_unavailable" {
		t.Errorf("it is answered with %v", f)
	}
}
