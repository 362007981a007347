package postgres_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
)

func TestInTxKeepsAllOrNothing(t *testing.T) {
	t.Parallel()
	ctx, db := t.Context(), open(t, pgtest.New(t))
	mistake := errors.New("changed my mind")
	err := db.InTx(ctx, func(tx postgres.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE number SET n = 7")
		return errors.Join(err, mistake)
	})
	if !errors.Is(err, mistake) || mustNumber(ctx, t, db.Primary(ctx), 1) != 0 {
		t.Errorf("after a mistake there is %d, %v", mustNumber(ctx, t, db.Primary(ctx), 1), err)
	}
	if err := set(ctx, db, 1, 8); err != nil || mustNumber(ctx, t, db.Primary(ctx), 1) != 8 {
		t.Errorf("after a commit there is %d, %v", mustNumber(ctx, t, db.Primary(ctx), 1), err)
	}
}

// Two transactions that take the same locks in opposite order: the server ends
// one of them, and it must run again by itself.
func TestInTxRunsAgainAfterADeadlock(t *testing.T) {
	t.Parallel()
	ctx, db := t.Context(), open(t, pgtest.New(t))
	var both sync.WaitGroup // have taken their first lock
	both.Add(2)
	tries := make(chan int, 2)
	swap := func(first, second int) error {
		try := 0
		err := db.InTx(ctx, func(tx postgres.Tx) error {
			try++
			if err := add(ctx, tx, first); err != nil {
				return err
			}
			if try == 1 {
				both.Done()
				both.Wait()
			}
			return add(ctx, tx, second)
		})
		tries <- try
		return err
	}
	other := make(chan error, 1)
	go func() { other <- swap(2, 1) }()
	if err := errors.Join(swap(1, 2), <-other); err != nil {
		t.Fatal(err)
	}
	if n := <-tries + <-tries; n != 3 {
		t.Errorf("the two ran %d times together, want 3: there was no deadlock", n)
	}
	if one, two := mustNumber(ctx, t, db.Primary(ctx), 1), mustNumber(ctx, t, db.Primary(ctx), 2); one != 2 || two != 2 {
		t.Errorf("there are %d and %d, want 2 and 2", one, two)
	}
}

func add(ctx context.Context, tx postgres.Tx, id int) error {
	_, err := tx.Exec(ctx, "UPDATE number SET n = n + 1 WHERE id = $1", id)
	return err
}

// Serializable transactions that all read what the others write: every commit
// but one fails at first, and none is lost in the end.
func TestInTxRunsAgainAfterASerializationFailure(t *testing.T) {
	t.Parallel()
	ctx, db := t.Context(), open(t, pgtest.New(t))
	const writers = 3
	var read sync.WaitGroup
	read.Add(writers)
	errs := make(chan error, writers)
	for range writers {
		go func() {
			first := true
			errs <- db.InTx(ctx, func(tx postgres.Tx) error {
				if _, err := tx.Exec(ctx, "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"); err != nil {
					return err
				}
				n, err := number(ctx, tx, 1)
				if first {
					first = false
					read.Done()
					read.Wait()
				}
				if err != nil {
					return err
				}
				_, err = tx.Exec(ctx, "UPDATE number SET n = $1 WHERE id = 1", n+1)
				return err
			})
		}()
	}
	for range writers {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if n := mustNumber(ctx, t, db.Primary(ctx), 1); n != writers {
		t.Errorf("%d of %d increments are kept", n, writers)
	}
}

func TestInTxGivesUpAfterFourConflictsAndRunsOnceOtherwise(t *testing.T) {
	t.Parallel()
	ctx, db := t.Context(), open(t, pgtest.New(t))
	for code, want := range map[string]struct {
		tries int
		kind  fault.Kind
	}{
		"40001": {4, fault.Unavailable},
		"40P01": {4, fault.Unavailable},
		"23505": {1, fault.Exists},
		"22012": {1, fault.Internal},
	} {
		tries := 0
		err := db.InTx(ctx, func(tx postgres.Tx) error {
			tries++
			return raise(ctx, tx, code)
		})
		if tries != want.tries || fault.KindOf(err) != want.kind {
			t.Errorf("%s ran %d times and ended with %v", code, tries, err)
		}
	}
}

func TestInTxStopsTryingWhenTheCallerIsGone(t *testing.T) {
	t.Parallel()
	db := open(t, pgtest.New(t))
	ctx, cancel := context.WithCancel(t.Context())
	tries := 0
	err := db.InTx(ctx, func(tx postgres.Tx) error {
		tries++
		defer cancel()
		return raise(ctx, tx, "40001")
	})
	if tries != 1 || err == nil {
		t.Errorf("it ran %d times and ended with %v", tries, err)
	}
}

func TestReadersRefuseToWrite(t *testing.T) {
	t.Parallel()
	ctx, replicated := t.Context(), pgtest.NewReplicated(t, 1)
	for name, db := range map[string]*postgres.DB{"the writer itself": open(t, pgtest.New(t)), "a replica": open(t, replicated)} {
		for pool, p := range map[string]postgres.Pool{"Reader": db.Reader(ctx), "Primary": db.Primary(ctx)} {
			if _, err := p.Exec(ctx, "UPDATE number SET n = 1"); err == nil {
				t.Errorf("%s of %s took a write", pool, name)
			}
			if n := mustNumber(ctx, t, p, 1); n != 0 {
				t.Errorf("%s of %s reads %d", pool, name, n)
			}
		}
		err := db.InSnapshot(ctx, func(tx postgres.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE number SET n = 1")
			return err
		})
		if err == nil {
			t.Errorf("a snapshot of %s took a write", name)
		}
	}
}

func TestASnapshotSeesOneMoment(t *testing.T) {
	t.Parallel()
	ctx, db := t.Context(), open(t, pgtest.New(t))
	err := db.InSnapshot(ctx, func(tx postgres.Tx) error {
		before := mustNumber(ctx, t, tx, 1)
		if err := set(ctx, db, 1, 5); err != nil {
			return err
		}
		if after := mustNumber(ctx, t, tx, 1); before != 0 || after != 0 {
			t.Errorf("it sees %d, then %d", before, after)
		}
		return nil
	})
	if err != nil || mustNumber(ctx, t, db.Reader(ctx), 1) != 5 {
		t.Errorf("afterwards there is %d, %v", mustNumber(ctx, t, db.Reader(ctx), 1), err)
	}
}

func TestAllComesBackByItselfWhenTheServerDoes(t *testing.T) {
	t.Parallel()
	ctx, d := t.Context(), pgtest.NewReplicated(t, 0)
	db := open(t, d)
	if err := set(ctx, db, 1, 1); err != nil {
		t.Fatal(err)
	}
	if err := d.Server.KillPrimary(ctx); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{"a ping": db.Ping(ctx), "a write": set(ctx, db, 1, 2), "a read": onlyError(number(ctx, db.Reader(ctx), 1))} {
		f, ok := errors.AsType[*fault.Error](err)
		if !ok || f.Kind != fault.Unavailable || f.RetryAfter == 0 {
			t.Errorf("%s without a server is answered with %v", what, err)
		}
	}
	if err := d.Server.StartPrimary(ctx); err != nil {
		t.Fatal(err)
	}
	// A pool may hold connections of the time before, each of which fails once.
	err := db.Ping(ctx)
	for began := time.Now(); err != nil && time.Since(began) < 10*time.Second; {
		err = db.Ping(ctx)
	}
	if err := set(ctx, db, 1, 3); err != nil || mustNumber(ctx, t, db.Primary(ctx), 1) != 3 {
		t.Errorf("after it came back: %v", err)
	}
}

func TestATransactionBeginsOverANewConnectionWhereTheServerWasAwayMeanwhile(t *testing.T) {
	t.Parallel()
	ctx, d := t.Context(), pgtest.NewReplicated(t, 0)
	db := open(t, d)
	// Several at once leave several connections behind.
	const atOnce = 5
	var all, done sync.WaitGroup
	all.Add(atOnce)
	for range atOnce {
		done.Go(func() {
			if err := db.InTx(ctx, func(postgres.Tx) error { all.Done(); all.Wait(); return nil }); err != nil {
				t.Error(err)
			}
		})
	}
	done.Wait()
	if err := errors.Join(d.Server.StopPrimary(ctx), d.Server.StartPrimary(ctx)); err != nil {
		t.Fatal(err)
	}
	for i := range atOnce {
		if err := set(ctx, db, 1, i); err != nil {
			t.Errorf("transaction %d after the server came back: %v", i, err)
		}
	}
}

func TestOpenRefusesWhatIsNoAddress(t *testing.T) {
	t.Parallel()
	log := slog.New(slog.DiscardHandler)
	good := "postgres://u:p@127.0.0.1:1/d"
	for _, c := range []postgres.Config{{WriterURL: "postgres://u:p@:port/d"}, {WriterURL: good, ReaderURLs: []string{"://"}}} {
		if db, err := postgres.Open(t.Context(), c, log); err == nil {
			db.Close()
			t.Errorf("%+v was taken", c)
		}
	}
}

func onlyError(_ int, err error) error { return err }

func TestIndexedStatementsReadNoWholeTableHoweverSmall(t *testing.T) {
	t.Parallel()
	servers := pgtest.New(t)
	for _, test := range []struct {
		name    string
		indexed bool
		want    string
	}{
		{"a server's", true, "Index Scan"},
		{"an operator's", false, "Seq Scan"},
	} {
		db, err := postgres.Open(t.Context(), postgres.Config{WriterURL: servers.Writer, Indexed: test.indexed}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.Writer(t.Context()).Exec(t.Context(), "ANALYZE number"); err != nil {
			t.Fatal(err)
		}
		for pool, from := range map[string]asked{"writer": db.Writer(t.Context()), "primary": db.Primary(t.Context())} {
			var plan string
			if err := from.QueryRow(t.Context(), "EXPLAIN SELECT n FROM number WHERE id = 7").Scan(&plan); err != nil || !strings.Contains(plan, test.want) {
				t.Errorf("%s statement on the %s: %q, %v; want %s", test.name, pool, plan, err, test.want)
			}
			var kept string
			if err := from.QueryRow(t.Context(), "SHOW plan_cache_mode").Scan(&kept); err != nil || (kept != "auto") != (test.indexed && pool == "primary") {
				t.Errorf("%s plans on the %s are kept: %s, %v", test.name, pool, kept, err)
			}
		}
	}
}
