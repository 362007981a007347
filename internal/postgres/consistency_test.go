package postgres_test

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
)

// client is one that sends back the newest token it holds, as the SDKs do.
type client struct {
	db    *postgres.DB
	token string
}

// request runs fn as internal/rpc runs a method: in a session that demands what
// the client has seen, and whose position the client holds afterwards.
func (c *client) request(t *testing.T, fn func(ctx context.Context) error) {
	t.Helper()
	ctx, session := consistency.Begin(t.Context(), consistency.Parse(c.token))
	if err := fn(ctx); err != nil {
		t.Fatal(err)
	}
	p, err := session.Ceiling(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if !p.Reaches(consistency.Parse(c.token)) {
		t.Fatalf("the position went back from %d to %d", consistency.Parse(c.token), p)
	}
	c.token = p.Token()
}

func (c *client) write(t *testing.T, n int) {
	t.Helper()
	c.request(t, func(ctx context.Context) error { return set(ctx, c.db, 1, n) })
}

func (c *client) read(t *testing.T) (n int) {
	t.Helper()
	c.request(t, func(ctx context.Context) (err error) {
		n, err = number(ctx, c.db.Reader(ctx), 1)
		return err
	})
	return n
}

// readSnapshot reads in the other way that reads go to replicas.
func (c *client) readSnapshot(t *testing.T) (n int) {
	t.Helper()
	c.request(t, func(ctx context.Context) error {
		return c.db.InSnapshot(ctx, func(tx postgres.Tx) (err error) {
			n, err = number(ctx, tx, 1)
			return err
		})
	})
	return n
}

func TestWhileReplicasStandStillReadsAfterAWriteAreStaleWithoutTheTokenAndNeverWithIt(t *testing.T) {
	t.Parallel()
	d := pgtest.NewReplicated(t, 2)
	db := open(t, d)
	for i := range d.Readers {
		if err := d.Server.PauseReplay(t.Context(), i); err != nil {
			t.Fatal(err)
		}
	}
	author := &client{db: db}
	for n := 1; n <= 50; n++ {
		author.write(t, n)
		if got := (&client{db: db}).read(t); got != 0 {
			t.Fatalf("without the token a read shows %d: the replica was not read", got)
		}
		if got := author.read(t); got != n {
			t.Fatalf("with the token a read shows %d after %d was written", got, n)
		}
		if got := author.readSnapshot(t); got != n {
			t.Fatalf("with the token a snapshot shows %d after %d was written", got, n)
		}
	}
}

func TestWhileReplicasFollowNoReadAfterAWriteIsStaleWithTheToken(t *testing.T) {
	t.Parallel()
	db := open(t, pgtest.NewReplicated(t, 2))
	author := &client{db: db}
	stale := 0
	for n := 1; n <= 500; n++ {
		author.write(t, n)
		if (&client{db: db}).read(t) != n {
			stale++
		}
		if got := author.read(t); got != n {
			t.Fatalf("with the token a read shows %d after %d was written", got, n)
		}
	}
	t.Logf("%d of 500 reads were stale without the token, none with it", stale)
}

// One replica stands still and one follows, so that every other read would show
// an older state. Readers that hold their token never see that.
func TestReadsNeverGoBackOverTwoReplicas(t *testing.T) {
	t.Parallel()
	d := pgtest.NewReplicated(t, 2)
	db := open(t, d)
	if err := d.Server.PauseReplay(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var others sync.WaitGroup
	others.Go(func() {
		for n := 1; ctx.Err() == nil; n++ {
			if err := set(ctx, db, 1, n); err != nil && ctx.Err() == nil {
				t.Error(err)
			}
		}
	})
	var back atomic.Bool
	others.Go(func() { back.Store(goesBack(t.Context(), t, db)) })
	t.Run("with the token", func(t *testing.T) {
		for i := range 4 {
			t.Run(strconv.Itoa(i), func(t *testing.T) {
				t.Parallel()
				reader := &client{db: db}
				for last, i := 0, 0; i < 300; i++ {
					n := reader.read(t)
					if n < last {
						t.Fatalf("a read went back from %d to %d", last, n)
					}
					last = n
				}
			})
		}
	})
	cancel()
	others.Wait()
	if !back.Load() {
		t.Error("reads do not even go back without a token: the test proves nothing")
	}
}

// goesBack reads without tokens until a read shows less than the one before.
func goesBack(ctx context.Context, t *testing.T, db *postgres.DB) bool {
	t.Helper()
	for last, i := 0, 0; i < 1000; i++ {
		n, err := number(ctx, db.Reader(ctx), 1)
		if err != nil {
			t.Error(err)
			return false
		}
		if n < last {
			return true
		}
		last = n
	}
	return false
}

// What is read in one request bounds what a cache may promise of it: the floor
// is never past what a replica has replayed.
func TestTheFloorOfAReadIsReachedByWhateverAnswered(t *testing.T) {
	t.Parallel()
	d := pgtest.NewReplicated(t, 1)
	db := open(t, d)
	author := &client{db: db}
	author.write(t, 1)
	if err := d.Server.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := d.Server.PauseReplay(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	author.write(t, 2)
	ctx, session := consistency.Begin(t.Context(), consistency.Position{})
	if n := mustNumber(ctx, t, db.Reader(ctx), 1); n != 1 {
		t.Fatalf("the replica shows %d", n)
	}
	if floor := session.Floor(); floor.Reaches(consistency.Parse(author.token)) {
		t.Errorf("an old read promises %d, the position after the write is %d", floor, consistency.Parse(author.token))
	}
}

func TestAReplicaThatIsAwayIsPassedOverAndComesBack(t *testing.T) {
	t.Parallel()
	d := pgtest.NewReplicated(t, 0)
	d.Readers = []string{"postgres://u:p@127.0.0.1:1/d"}
	db := open(t, d)
	author := &client{db: db}
	author.write(t, 3)
	// With a token the replica is asked at once; without one it is found out by
	// the poll.
	if n := author.read(t); n != 3 {
		t.Errorf("with the token a read shows %d", n)
	}
	began := time.Now()
	for {
		n, err := number(t.Context(), db.Reader(t.Context()), 1)
		if err == nil && n == 3 {
			break
		}
		if !fault.Is(err, fault.Unavailable) || time.Since(began) > 10*time.Second {
			t.Fatalf("without the token a read shows %d, %v", n, err)
		}
	}
}
