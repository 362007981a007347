package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
)

// raise lets the server itself fail with a code.
func raise(ctx context.Context, tx postgres.Tx, code string) error {
	_, err := tx.Exec(ctx, "DO $$ BEGIN RAISE EXCEPTION 'secret detail' USING ERRCODE = '"+code+"'; END $$")
	return err
}

func TestErrorsOfTheServerAreFaultsThatTellNothingOfIt(t *testing.T) {
	t.Parallel()
	ctx, db := t.Context(), open(t, pgtest.New(t))
	for code, want := range map[string]struct {
		kind   fault.Kind
		reason string
	}{
		"23505": {fault.Exists, "exists"},
		"40001": {fault.Unavailable, "conflict"},
		"40P01": {fault.Unavailable, "conflict"},
		"53300": {fault.Unavailable, "database_unavailable"},
		"57014": {fault.TimedOut, "deadline_exceeded"},
		"57P01": {fault.Unavailable, "database_unavailable"},
		"57P03": {fault.Unavailable, "database_unavailable"},
		"08006": {fault.Unavailable, "database_unavailable"},
		"42P01": {fault.Internal, ""},
		"23503": {fault.Internal, ""},
	} {
		err := db.InSnapshot(ctx, func(tx postgres.Tx) error { return raise(ctx, tx, code) })
		if fault.KindOf(err) != want.kind {
			t.Errorf("%s has kind %d, want %d: %v", code, fault.KindOf(err), want.kind, err)
		}
		f, ok := errors.AsType[*fault.Error](err)
		if ok != (want.kind != fault.Internal) {
			t.Errorf("%s is %v", code, err)
		}
		if ok && (f.Reason != want.reason || strings.Contains(f.Message, "secret")) {
			t.Errorf("clients would read of %s: %s, %q", code, f.Reason, f.Message)
		}
	}
}

func TestErrorsOnTheWayToTheServerAreFaults(t *testing.T) {
	t.Parallel()
	db := open(t, pgtest.New(t))
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancelLate := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancelLate()
	const sleep, die = "SELECT pg_sleep(5)", "SELECT pg_terminate_backend(pg_backend_pid())"
	for name, c := range map[string]struct {
		err  error
		want fault.Kind
	}{
		"no row":                   {onlyError(number(t.Context(), db.Reader(t.Context()), 99)), fault.NotFound},
		"a caller who has left":    {onlyError(number(canceled, db.Reader(canceled), 1)), fault.Canceled},
		"a deadline on the way":    {exec(late, db.Reader(late), sleep), fault.TimedOut},
		"a server that is away":    {nobodyThere(t), fault.Unavailable},
		"a connection that is cut": {exec(t.Context(), db.Writer(t.Context()), die), fault.Unavailable},
		"a mistake of ours":        {exec(t.Context(), db.Reader(t.Context()), "SELEKT 1"), fault.Internal},
	} {
		if c.err == nil || fault.KindOf(c.err) != c.want {
			t.Errorf("%s has kind %d, want %d: %v", name, fault.KindOf(c.err), c.want, c.err)
		}
	}
}

func exec(ctx context.Context, p postgres.Pool, sql string) error {
	_, err := p.Exec(ctx, sql)
	return err
}

func nobodyThere(t *testing.T) error {
	t.Helper()
	db, err := postgres.Open(t.Context(), postgres.Config{WriterURL: "postgres://u:p@127.0.0.1:1/d"}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	return db.Ping(t.Context())
}

func TestStatementsHaveATimeLimitOfTheServer(t *testing.T) {
	t.Parallel()
	ctx, db := t.Context(), open(t, pgtest.New(t))
	for name, p := range map[string]postgres.Pool{"Writer": db.Writer(ctx), "Reader": db.Reader(ctx), "Primary": db.Primary(ctx)} {
		var limit, idle string
		err := p.QueryRow(ctx, "SELECT current_setting('statement_timeout'), current_setting('idle_in_transaction_session_timeout')").Scan(&limit, &idle)
		if err != nil || limit != "30s" || idle != "30s" {
			t.Errorf("%s: %s and %s, %v", name, limit, idle, err)
		}
	}
}

func TestABrokenConstraintIsKnownByItsName(t *testing.T) {
	t.Parallel()
	ctx, db := t.Context(), open(t, pgtest.New(t))
	err := set(ctx, db, 1, 1_000_000)
	if !postgres.Violates(err, "number_small") || postgres.Violates(err, "number_pkey") || postgres.Violates(nil, "number_small") {
		t.Errorf("the error is %v", err)
	}
	_, err = db.Writer(ctx).Exec(ctx, "INSERT INTO number VALUES (1)")
	if !postgres.Violates(err, "number_pkey") || !fault.Is(err, fault.Exists) {
		t.Errorf("the error is %v", err)
	}
}

func TestAFaultStaysWhatItIs(t *testing.T) {
	t.Parallel()
	taken := fault.New(fault.Exists, "handle_taken", "this handle is taken")
	wrapped := fmt.Errorf("register: %w", taken)
	if !errors.Is(postgres.Fault(wrapped), wrapped) || postgres.Fault(wrapped).Error() != wrapped.Error() || postgres.Fault(nil) != nil {
		t.Error("it was changed")
	}
}
