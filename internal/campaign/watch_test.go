package campaign_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/google/uuid"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/postgres/pgtest"
)

const (
	boardOfTeams   = campaignv1.Scope_SCOPE_TEAMS
	boardOfMembers = campaignv1.Scope_SCOPE_MEMBERS
)

// Whatever changes, whoever reads how slowly, and wherever a stream is taken up
// again: what came so far makes the board as it was at the position of the message.
func TestSnapshotAndDifferencesAlwaysMakeTheBoard(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			d := pgtest.New(t)
			processes := []*arena{startArena(t, d), startArena(t, d, deaf)}
			scope := []campaignv1.Scope{boardOfTeams, boardOfMembers}[seed%2]
			l := newLedger(t, d, processes[0].bus, scope)
			watchAtRandom(t, l, processes, rand.New(rand.NewPCG(seed, 7)))
		})
	}
}

func watchAtRandom(t *testing.T, l *ledger, processes []*arena, r *rand.Rand) {
	t.Helper()
	l.slow = 250 * time.Millisecond
	subjects := l.teams(15)
	var fans []*fan
	for i := range 8 {
		f := l.watch(anybody(t), processes[i%2], []int{1, slowTop, 10, 100}[i/2], nil)
		fans = append(fans, f)
	}
	for range 120 {
		changes := map[uuid.UUID]int64{}
		for range 1 + r.IntN(4) {
			// Few different scores, so that many are the same.
			changes[subjects[r.IntN(len(subjects))]] = max(0, r.Int64N(8)-1)
		}
		l.count(changes)
		if i := r.IntN(len(fans)); r.IntN(4) == 0 {
			fans[i] = l.watch(anybody(t), processes[r.IntN(2)], fans[i].top, fans[i])
			fans[i].resumed()
		}
		if r.IntN(3) == 0 {
			<-time.After(time.Duration(r.IntN(150)) * time.Millisecond)
		}
	}
	for _, f := range fans {
		f.wants()
	}
}

// resumed checks that a stream went on where the one before had ended.
func (f *fan) resumed() {
	f.t.Helper()
	if had := f.had(); len(had) == 0 || had[0].GetSnapshot() {
		f.t.Errorf("a stream is taken up with %d messages, the first of which is a snapshot", len(had))
	}
}

func TestManyPositionsWithinASecondAreTenMessages(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t)
	a := startArena(t, d)
	l := newLedger(t, d, a.bus, boardOfTeams)
	subjects := l.teams(3)
	l.count(map[uuid.UUID]int64{subjects[0]: 1})
	quick := l.watch(anybody(t), a, 10, nil)
	began := time.Now()
	for i := range 30 {
		l.count(map[uuid.UUID]int64{subjects[i%3]: int64(10 + i)})
	}
	quick.wants()
	took := time.Since(began)
	if n := len(quick.had()); time.Duration(n-3)*100*time.Millisecond > took {
		t.Errorf("30 positions within %v are %d messages", took, n)
	}
}

func TestFiveHundredWatchersSeeAChangeAtOnce(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t)
	a := startArena(t, d)
	l := newLedger(t, d, a.bus, boardOfTeams)
	subjects := l.teams(50)
	fans := make([]*fan, 500)
	var opening sync.WaitGroup
	for i := range fans {
		opening.Go(func() { fans[i] = l.watch(viewer(t, newID(t), accessv1.Role_ROLE_MEMBER), a, 10, nil) })
	}
	opening.Wait()
	var waits []time.Duration
	for i := range 20 {
		began := time.Now()
		l.count(map[uuid.UUID]int64{subjects[i]: int64(1000 + i)})
		for _, f := range fans {
			for !f.shows(l.last()) && time.Since(began) < watchPatience {
				<-time.After(time.Millisecond)
			}
			waits = append(waits, time.Since(began))
		}
	}
	slices.Sort(waits)
	p50, p99 := waits[len(waits)/2], waits[len(waits)*99/100]
	t.Logf("a change is seen by 500 watchers after %v (p50), %v (p99), %v (all)", p50, p99, waits[len(waits)-1])
	// A machine that does other things as well takes longer than the second that is
	// promised; later than this it would have been heartbeats that brought it.
	if p99 > 10*time.Second {
		t.Errorf("p99 is %v", p99)
	}
	if c := a.service.Watching(); c.Streams != 500 || c.Campaigns != 1 || c.States > 30 {
		t.Errorf("500 streams are %+v", c)
	}
}

func TestWithoutHintsABoardIsLookedAtEverySecond(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t)
	a := startArena(t, d, deaf)
	l := newLedger(t, d, nil, boardOfTeams)
	f := l.watch(anybody(t), a, 10, nil)
	subjects := l.teams(1)
	for i := range 3 {
		began := time.Now()
		l.count(map[uuid.UUID]int64{subjects[0]: int64(i) + 1})
		f.wants()
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("a change without a hint is seen after %v", took)
		}
	}
}

func TestAStreamHasWhatItsViewerHasSeenThoughTheReplicaIsBehind(t *testing.T) {
	t.Parallel()
	d := pgtest.NewReplicated(t, 1)
	hears, deafOne := startArena(t, d), startArena(t, d, deaf)
	l := newLedger(t, d, hears.bus, boardOfTeams)
	subjects := l.teams(3)
	l.count(map[uuid.UUID]int64{subjects[0]: 1})
	noError(t, d.Server.CatchUp(t.Context()))
	before, hearing := l.watch(anybody(t), deafOne, 10, nil), l.watch(anybody(t), hears, 10, nil)
	noError(t, d.Server.PauseReplay(t.Context(), 0))
	l.count(map[uuid.UUID]int64{subjects[1]: 2})
	hearing.wants()
	var place uint64
	noError(t, l.db.QueryRow(t.Context(), `SELECT pg_current_wal_flush_lsn() - '0/0'::pg_lsn`).Scan(&place))
	ctx, call := connect.NewClientContext(anybody(t))
	call.RequestHeader().Set(consistency.Header, consistency.Position{Log: place}.Token())
	if f := l.watch(ctx, deafOne, 10, nil); !f.shows(l.last()) {
		t.Error("who has seen position 2 is shown", f.newest())
	}
	before.wants()
	if f := l.watch(anybody(t), hears, 10, before); !f.shows(l.last()) {
		t.Error("whose stream had position 2 is shown", f.newest())
	}
	noError(t, d.Server.ResumeReplay(t.Context(), 0))
}

func TestStreamsOfOneAccountAndOfOneAddressAreBounded(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t)
	a := startArena(t, d)
	l := newLedger(t, d, a.bus, boardOfTeams)
	ann := newID(t)
	for who, most := range map[uuid.UUID]int{ann: 8, uuid.Nil: 64} {
		ctx := viewer(t, who, accessv1.Role_ROLE_MEMBER)
		fans := make([]*fan, most)
		for i := range fans {
			fans[i] = l.watch(ctx, a, 10, nil)
		}
		one := l.watch(ctx, a, 10, nil)
		if <-one.ended; !isFault(one.err, fault.Exhausted, "too_many_streams") {
			t.Errorf("one more than %d: %v", most, one.err)
		}
		fans[0].end()
		eventually(t, "there is room again", func() bool { return a.service.Watching().Streams == most-1 })
		fans[0] = l.watch(ctx, a, 10, nil)
		fans[0].wants()
		for _, f := range fans {
			f.end()
		}
		eventually(t, "all have left", func() bool { return a.service.Watching().Streams == 0 })
	}
}

func TestAServerThatStopsEndsTheStreamsOfItsBoardsAndTakesNoMore(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t)
	a, other := startArena(t, d), startArena(t, d)
	l := newLedger(t, d, a.bus, boardOfTeams)
	subjects := l.teams(2)
	l.count(map[uuid.UUID]int64{subjects[0]: 2})
	f := l.watch(anybody(t), a, 10, nil)
	a.service.EndStreams()
	if <-f.ended; f.err != nil {
		t.Error("it ends with", f.err)
	}
	refused := l.watch(anybody(t), a, 10, nil)
	if <-refused.ended; !isFault(refused.err, fault.Unavailable, "server_stopping") {
		t.Error("a new stream:", refused.err)
	}
	l.count(map[uuid.UUID]int64{subjects[1]: 1})
	f = l.watch(anybody(t), other, 10, f)
	f.resumed()
	f.wants()
}

func TestAFrozenBoardThatIsWatchedStandsStillForThePublicAlone(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t)
	a := startArena(t, d)
	l := newLedger(t, d, a.bus, boardOfTeams)
	subjects := l.teams(3)
	l.count(map[uuid.UUID]int64{subjects[0]: 3, subjects[1]: 2})
	public, organizer := l.watch(anybody(t), a, 10, nil), l.watch(viewer(t, l.organizer, accessv1.Role_ROLE_ORGANIZER), a, 10, nil)
	admin := l.watch(viewer(t, newID(t), accessv1.Role_ROLE_ADMIN), a, 10, nil)
	l.exec(`UPDATE campaigns SET frozen_at = clock_timestamp() WHERE id = $1`, l.id)
	froze := l.last()
	<-time.After(2 * time.Millisecond) // Later than the freeze by the clock.
	l.count(map[uuid.UUID]int64{subjects[2]: 5})
	for _, f := range []*fan{organizer, admin} {
		f.wants()
	}
	eventually(t, "the public knows that the board is frozen", func() bool { return public.newest().GetFrozen() })
	l.count(map[uuid.UUID]int64{subjects[2]: 6})
	organizer.wants()
	late := l.watch(anybody(t), a, 10, nil)
	if !late.shows(froze) || !late.newest().GetFrozen() || !public.shows(froze) || organizer.newest().GetFrozen() {
		t.Errorf("frozen at %d, the public sees %v and %v, the organizer %v", froze, public.newest(), late.newest(), organizer.newest())
	}
	l.exec(`UPDATE campaigns SET frozen_at = NULL, unfrozen_at = now() WHERE id = $1`, l.id)
	l.hint()
	public.wants()
	if m := public.newest(); m.GetSnapshot() || m.GetFrozen() || len(m.GetStandings()) != 3 {
		t.Errorf("unfreezing is %v", m)
	}
}

func TestABoardFreezesAndEndsByTheClockWhileItIsWatched(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t)
	a := startArena(t, d)
	l := newLedger(t, d, a.bus, boardOfMembers)
	ann := newID(t)
	l.exec(`UPDATE campaigns SET freezes_at = now() + interval '2 seconds', ends_at = now() + interval '5 seconds' WHERE id = $1`, l.id)
	l.count(map[uuid.UUID]int64{ann: 1})
	public, token := l.watch(anybody(t), a, 10, nil), l.watch(anybody(t), a, 5, nil)
	if m := public.newest(); m.GetFrozen() || m.GetFinal() {
		t.Fatal("it begins with", m)
	}
	eventually(t, "it freezes", func() bool { return public.newest().GetFrozen() })
	l.count(map[uuid.UUID]int64{ann: 2})
	token = l.watch(anybody(t), a, 5, token)
	eventually(t, "it ends", func() bool { return public.newest().GetFinal() && token.newest().GetFinal() })
	for _, f := range []*fan{public, token} {
		if m := f.newest(); m.GetFrozen() || !f.shows(2) {
			t.Error("it ends with", m)
		}
	}
}

func TestWhatIsTheViewersOwnIsMarkedForHimAlone(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t)
	a := startArena(t, d)
	l := newLedger(t, d, a.bus, boardOfTeams)
	subjects := l.teams(3)
	l.count(map[uuid.UUID]int64{subjects[0]: 3, subjects[1]: 2, subjects[2]: 1})
	ann := newID(t)
	l.move(ann, subjects[1], true)
	f, other := l.watch(viewer(t, ann, accessv1.Role_ROLE_MEMBER), a, 10, nil), l.watch(anybody(t), a, 10, nil)
	f.owns(subjects[1])
	l.move(ann, subjects[2], true)
	l.count(map[uuid.UUID]int64{subjects[0]: 4})
	f.owns(subjects[1], subjects[2])
	l.move(ann, subjects[1], false)
	l.count(map[uuid.UUID]int64{subjects[0]: 5})
	f.owns(subjects[2])
	other.owns()
	f.wants()
}

// move stores a join or a leave with its fact, as of the next position.
func (l *ledger) move(who, team uuid.UUID, join bool) {
	l.t.Helper()
	kind := 3
	if join {
		l.exec(`INSERT INTO campaign_memberships (campaign_id, user_id, team_id, joined_at) VALUES ($1, $2, $3, now())`, l.id, who, team)
	} else {
		kind = 4
		l.exec(`DELETE FROM campaign_memberships WHERE campaign_id = $1 AND user_id = $2 AND team_id = $3`, l.id, who, team)
	}
	l.exec(`INSERT INTO campaign_facts (campaign_id, kind, user_id, subject_id, moment, position) VALUES ($1, $2, $3, $4, now(), $5)`, l.id, kind, who, team, l.last()+1)
}

// owns waits until exactly these are marked.
func (f *fan) owns(want ...uuid.UUID) {
	f.t.Helper()
	eventually(f.t, fmt.Sprintf("%v are the viewer's", want), func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		n := 0
		for _, st := range f.places {
			if mine := slices.Contains(want, uuid.MustParse(standingOf(st))); mine != st.GetMine() {
				return false
			} else if mine {
				n++
			}
		}
		return n == len(want)
	})
}

func TestAPersonWithAnotherNameIsShownByIt(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t)
	a := startArena(t, d)
	l := newLedger(t, d, a.bus, boardOfMembers)
	res, err := a.users.Register(t.Context(), &userv1.RegisterRequest{Email: "ann@example.org", Handle: "ann", Password: "correct horse"})
	noError(t, err)
	ann, gone := uuid.MustParse(res.GetUser().GetId()), newID(t)
	l.count(map[uuid.UUID]int64{ann: 1, gone: 2})
	f := l.watch(anybody(t), a, 10, nil)
	if u := f.place(gone).GetUser(); u.GetId() != gone.String() || u.GetHandle() != "" {
		t.Error("an account that is gone is", u)
	}
	_, err = a.users.UpdateProfile(viewer(t, ann, accessv1.Role_ROLE_MEMBER), &userv1.UpdateProfileRequest{DisplayName: new("Ann")})
	noError(t, err)
	eventually(t, "she is shown as Ann", func() bool { return f.place(ann).GetUser().GetDisplayName() == "Ann" })
	if m := f.newest(); m.GetSnapshot() || len(m.GetStandings()) != 1 || m.GetPosition() != 1 {
		t.Error("a new name is", m)
	}
}
