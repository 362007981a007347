package postgres_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
)

// seen is the session's position without asking anybody: whoever would have to be asked
// answers an error.
func seen(t *testing.T, s *consistency.Session) consistency.Position {
	t.Helper()
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	p, err := s.Ceiling(gone)
	if err != nil {
		t.Fatal("somebody must still be asked:", err)
	}
	return p
}

func TestAReadKnowsWhereItsServerIsWithoutAskingAgain(t *testing.T) {
	t.Parallel()
	d := pgtest.NewReplicated(t, 1)
	db := open(t, d)
	for name, from := range map[string]func(context.Context) postgres.Pool{"a replica": db.Reader, "the primary": db.Primary} {
		ctx, session := consistency.Begin(t.Context(), consistency.Position{})
		mustNumber(ctx, t, from(ctx), 1)
		one := seen(t, session)
		found, err := from(ctx).Query(ctx, "SELECT n FROM number")
		if err != nil {
			t.Fatal(err)
		}
		// Whoever has enough may stop.
		found.Next()
		found.Close()
		if all := seen(t, session); found.Err() != nil || one.Log == 0 || !all.Reaches(one) {
			t.Errorf("from %s the session has %v, then %v: %v", name, one, all, found.Err())
		}
		if !one.Reaches(consistency.Position{Log: session.Floor().Log}) {
			t.Errorf("from %s the ceiling %v is under the floor %v", name, one, session.Floor())
		}
	}
}

func TestAReadThatFailsLeavesItsConnectionToOthers(t *testing.T) {
	t.Parallel()
	db, err := postgres.Open(t.Context(), pgtest.New(t).Config(1), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	ctx, session := consistency.Begin(t.Context(), consistency.Position{})
	from := db.Reader(ctx)
	for range 3 {
		if _, err := number(ctx, from, 77); !fault.Is(err, fault.NotFound) {
			t.Fatal("what is not there:", err)
		}
		var n int
		if err := from.QueryRow(ctx, "SELECT n FROM nowhere").Scan(&n); !fault.Is(err, fault.Internal) {
			t.Fatal("a table that is not there:", err)
		}
		found, err := from.Query(ctx, "SELECT 1 / (3 - id) FROM number ORDER BY id")
		for err == nil && found.Next() {
			continue
		}
		if err == nil {
			err = found.Err()
		}
		if !fault.Is(err, fault.Internal) {
			t.Fatal("a row that cannot be made:", err)
		}
		gone, cancel := context.WithCancel(ctx)
		cancel()
		if _, err := number(gone, from, 1); !fault.Is(err, fault.Canceled) {
			t.Fatal("whoever asked is gone:", err)
		}
	}
	mustNumber(ctx, t, from, 1)
	seen(t, session)
}

// listener hears of statements.
type listener struct {
	mu    sync.Mutex
	heard []string
}

func (l *listener) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heard = append(l.heard, "begin "+data.SQL)
	return ctx
}

func (l *listener) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heard = append(l.heard, "end")
}

func TestTheTracerIsToldOfReadsAndNotOfTheQuestion(t *testing.T) {
	t.Parallel()
	l := &listener{}
	c := pgtest.New(t).Config(0)
	c.Tracer = l
	db, err := postgres.Open(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	ctx, _ := consistency.Begin(t.Context(), consistency.Position{})
	mustNumber(ctx, t, db.Reader(ctx), 1)
	if got := strings.Join(l.heard, "; "); got != "begin SELECT n FROM number WHERE id = $1; end" {
		t.Error(got)
	}
}
