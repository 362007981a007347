package campaign_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/campaign/score"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/pubsub"
)

func TestEveryPositionIsTheDefinitionOfTheFactsUpToIt(t *testing.T) {
	t.Parallel()
	w := startCounting(t)
	for i, rules := range []score.Rules{byPoints, byTogetherness} {
		c, d := w.found(rules), newDeeds(uint64(i), 12, 5)
		for range 20 {
			w.add(c, d.some(1+d.r.IntN(20))...)
			w.count(c)
		}
		w.exact(c, rules)
	}
}

// A process may be killed after a commit and before it tells anybody, or at any
// other time: the next one makes the state anew.
func TestAStateThatWasLostIsMadeAnew(t *testing.T) {
	t.Parallel()
	w := startCounting(t)
	c, d := w.found(byPoints), newDeeds(3, 12, 5)
	for i := range 10 {
		w.add(c, d.some(25)...)
		w.count(c)
		if i%3 == 0 {
			w.ForgetStates()
		}
	}
	w.exact(c, byPoints)
	if got := w.FoldCounts(); got.Rebuilds != 4 || got.Facts != 250 || got.Folds != 10 {
		t.Errorf("the counts are %+v", got)
	}
}

func TestProcessesThatCountAtOnceNeitherSkipNorDouble(t *testing.T) {
	t.Parallel()
	w := startCounting(t)
	other := countingOn(t, w.servers)
	campaigns := map[uuid.UUID]score.Rules{w.found(byPoints): byPoints, w.found(byTogetherness): byTogetherness}
	stop, stopOther := w.running(), other.running()
	var writers sync.WaitGroup
	seed := uint64(10)
	for c := range campaigns {
		for range 4 {
			seed++
			d := newDeeds(seed, 12, 5)
			writers.Go(func() {
				for range 150 {
					if _, err := w.db.Writer(t.Context()).Exec(t.Context(), addFact, factArgs(c, d.next())...); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	writers.Wait()
	w.settled()
	// A fold is counted only when its commit was answered.
	eventually(t, "as many facts are counted as there are", func() bool { return w.FoldCounts().Facts+other.FoldCounts().Facts >= 1200 })
	stop()
	stopOther()
	for c, rules := range campaigns {
		w.exact(c, rules)
	}
	a, b := w.FoldCounts(), other.FoldCounts()
	t.Logf("one process counted %+v, the other %+v", a, b)
	if a.Facts+b.Facts != 1200 {
		t.Errorf("%d facts were counted, and then %d: there are 1200", a.Facts, b.Facts)
	}
}

// The state of a process that has not counted for a while takes what the others
// have counted.
func TestProcessesThatCountInTurnAgree(t *testing.T) {
	t.Parallel()
	w := startCounting(t)
	other := countingOn(t, w.servers)
	for i, rules := range []score.Rules{byPoints, byTogetherness} {
		c, d := w.found(rules), newDeeds(uint64(20+i), 12, 5)
		for i := range 20 {
			w.add(c, d.some(10)...)
			if i%3 == 0 {
				w.count(c)
			} else {
				other.count(c)
			}
		}
		w.exact(c, rules)
	}
	if got := w.FoldCounts(); got.Rebuilds != 2 {
		t.Errorf("states were made anew %d times, want once a campaign", got.Rebuilds)
	}
}

// Ids are given before the commit, so a fact may come in behind greater ones.
func TestAFactThatIsCommittedLateIsCountedLate(t *testing.T) {
	t.Parallel()
	w := startCounting(t)
	c, ctx := w.found(byPoints), t.Context()
	w.add(c, score.Fact{Kind: score.Joined, User: nth(aPerson, 1), Subject: nth(aTeam, 1)}, score.Fact{Kind: score.Joined, User: nth(aPerson, 2), Subject: nth(aTeam, 2)})
	w.count(c)
	var late, early int64
	ok(t, w.db.InTx(ctx, func(tx postgres.Tx) error {
		if err := tx.QueryRow(ctx, addFact, factArgs(c, score.Fact{Kind: score.CheckedIn, User: nth(aPerson, 1), Subject: nth(aCheckIn, 1)})...).Scan(&late); err != nil {
			return err
		}
		w.add(c, score.Fact{Kind: score.CheckedIn, User: nth(aPerson, 2), Subject: nth(aCheckIn, 2)})
		w.count(c)
		return nil
	}))
	w.count(c)
	w.exact(c, byPoints)
	ok(t, w.db.Primary(ctx).QueryRow(ctx, `SELECT id FROM campaign_facts WHERE position = 2`).Scan(&early))
	if at := w.number(`SELECT position FROM campaign_facts WHERE id = $1`, late); at != 3 || late > early {
		t.Errorf("fact %d was counted at %d, after fact %d", late, at, early)
	}
	first := w.board(c, 0)[score.Key{Scope: score.Teams, Subject: nth(aTeam, 2)}]
	if second := w.board(c, 0)[score.Key{Scope: score.Teams, Subject: nth(aTeam, 1)}]; first.Position != 2 || second.Position != 3 {
		t.Errorf("the team that was counted first has %+v, the other %+v", first, second)
	}
}

func TestACommitThatFailsLeavesNoStateBehind(t *testing.T) {
	t.Parallel()
	w := startCounting(t)
	c, d := w.found(byPoints), newDeeds(4, 12, 5)
	w.add(c, d.some(30)...)
	w.count(c)
	before := w.board(c, 0)
	w.run(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no commit'; END $$`)
	w.run(`CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON campaign_positions DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()`)
	w.add(c, d.some(30)...)
	if _, err := w.Fold(t.Context(), c); err == nil || !strings.Contains(err.Error(), "no commit") {
		t.Errorf("the commit fails with %v", err)
	}
	if w.HoldsState(c) {
		t.Error("the state that has taken the facts is kept")
	}
	w.same("after the failure", w.board(c, 0), before)
	w.run(`DROP TRIGGER refuse ON campaign_positions`)
	w.count(c)
	w.exact(c, byPoints)
}

// A serialization failure lets a transaction run once more, which a state must not.
func TestAFoldThatWouldBeRunTwiceIsGivenUp(t *testing.T) {
	t.Parallel()
	w := startCounting(t)
	c, d := w.found(byPoints), newDeeds(5, 12, 5)
	w.run(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$`)
	w.run(`CREATE TRIGGER refuse AFTER INSERT ON campaign_positions FOR EACH ROW EXECUTE FUNCTION refuse()`)
	w.add(c, d.some(30)...)
	if n, err := w.Fold(t.Context(), c); err == nil || n != 0 || w.HoldsState(c) {
		t.Errorf("%d facts were counted, %v", n, err)
	}
	w.run(`DROP TRIGGER refuse ON campaign_positions`)
	w.count(c)
	w.exact(c, byPoints)
}

func TestWhileOneProcessCountsTheOthersGoOn(t *testing.T) {
	t.Parallel()
	w := startCounting(t)
	c, d, ctx := w.found(byPoints), newDeeds(6, 12, 5), t.Context()
	w.add(c, d.some(30)...)
	w.count(c)
	ok(t, w.db.InTx(ctx, func(tx postgres.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT FROM campaign_boards WHERE campaign_id = $1 FOR UPDATE`, c); err != nil {
			return err
		}
		w.add(c, d.some(30)...)
		n, err := w.Fold(ctx, c)
		if n != 0 || !w.HoldsState(c) {
			t.Errorf("%d facts were counted under the lock of another", n)
		}
		return err
	}))
	w.count(c)
	w.exact(c, byPoints)
}

func TestRulesThatChangeBeforeTheStartAreThoseThatCount(t *testing.T) {
	t.Parallel()
	w := startCounting(t)
	c := w.found(byPoints)
	w.add(c, score.Fact{Kind: score.Joined, User: nth(aPerson, 1), Subject: nth(aTeam, 1)})
	w.count(c)
	w.run(`UPDATE campaigns SET scoring = 2, points = 0, daily_cap = 0 WHERE id = $1`, c)
	w.add(c, score.Fact{Kind: score.CheckedIn, User: nth(aPerson, 1), Subject: nth(aCheckIn, 1)})
	w.count(c)
	w.exact(c, byTogetherness)
}

// What folds find is in the table, so nothing that is lost on the way is missed: here
// nobody tells them of anything, and their connections are cut all the time.
func TestFoldsGoOnAfterTheDatabaseWasAway(t *testing.T) {
	t.Parallel()
	w := startCounting(t)
	c, d := w.found(byTogetherness), newDeeds(7, 12, 5)
	writer := countingOn(t, w.servers)
	stop := w.running()
	for range 10 {
		writer.add(c, d.some(20)...)
		writer.run(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	}
	w.settled()
	stop()
	w.exact(c, byTogetherness)
}

// Whoever hears that a board has moved finds it moved.
func TestThatABoardHasMovedIsToldAfterTheCommit(t *testing.T) {
	t.Parallel()
	w := startCounting(t)
	c, d := w.found(byPoints), newDeeds(8, 12, 5)
	heard, connected := make(chan string, 100), make(chan struct{}, 100)
	w.bus.Subscribe("campaign", pubsub.Subscriber{
		Heard:  func(_ consistency.Position, message string) { heard <- message },
		Missed: func(pubsub.Moment) { connected <- struct{}{} },
	})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go w.bus.Run(ctx)
	<-connected
	stop := w.running()
	defer stop()
	w.add(c, d.some(10)...)
	select {
	case message := <-heard:
		position := w.number(`SELECT position FROM campaign_boards WHERE campaign_id = $1`, c)
		if position < 1 || message != fmt.Sprintf("%s 1", c) {
			t.Errorf("%q was told, the board is at %d", message, position)
		}
	case <-time.After(time.Minute):
		t.Fatal("nothing was told")
	}
}

func TestTheLagIsTheAgeOfTheOldestFactThatWasNotCounted(t *testing.T) {
	t.Parallel()
	w := startCounting(t)
	c, ago := w.found(byPoints), time.Now().Add(-time.Minute).UnixMicro()
	w.add(c, score.Fact{Kind: score.CheckedIn, User: nth(aPerson, 1), Subject: nth(aCheckIn, 1), Moment: ago})
	lag, err := w.FoldLag(t.Context())
	ok(t, err)
	if lag < time.Minute || lag > 2*time.Minute {
		t.Errorf("the lag is %v", lag)
	}
	w.count(c)
	if lag, err = w.FoldLag(t.Context()); lag != 0 || err != nil {
		t.Errorf("the lag is %v, %v", lag, err)
	}
}

func TestTimeDoesNotGoBackOnABoard(t *testing.T) {
	t.Parallel()
	w := startCounting(t)
	c, d := w.found(byPoints), newDeeds(9, 12, 5)
	w.add(c, d.some(10)...)
	w.count(c)
	w.run(`UPDATE campaign_boards SET counted_at = now() + interval '1 hour' WHERE campaign_id = $1`, c)
	w.add(c, d.some(10)...)
	w.count(c)
	if n := w.number(`SELECT count(*) FROM campaign_positions AS p JOIN campaign_boards AS b USING (campaign_id, position, counted_at) WHERE counted_at > now() + interval '50 minutes'`); n != 1 {
		t.Error("a position is dated before the one before")
	}
}
