package campaign

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/page"
)

// newTestWatcher is a stream of a view that shows an empty board, without a
// database behind it.
func newTestWatcher(send func(*campaignv1.WatchLeaderboardResponse) error) *watcher {
	h := newWatchHub(&Service{pages: page.NewSealer(nil), now: time.Now, log: slog.New(slog.DiscardHandler)})
	w := newWatcher(h, identity.Caller{}, &campaignv1.WatchLeaderboardRequest{}, send)
	newAudience(h, uuid.New()).take(viewKey{scope: campaignv1.Scope_SCOPE_TEAMS}, w)
	w.view.publish(newShown(reading{}, false, false))
	return w
}

// testState is a state with so many teams, the first of which has as many points as
// there were positions.
func testState(position int64, places int) *shown {
	r := reading{top: boardTop{position: position, size: int64(places)}}
	for i := range places {
		subject := uuid.UUID{15: byte(i)}
		p := topPlace{subject: subject, score: int64(places - i)}
		if i == 0 {
			p.score += position
		}
		r.top.places = append(r.top.places, p)
		r.standings = append(r.standings, &campaignv1.Standing{
			Rank: int64(i) + 1, ScoreMicros: p.score, Who: &campaignv1.Standing_Team{Team: &campaignv1.Team{Id: subject.String()}},
		})
	}
	return newShown(r, false, false)
}

func TestASilentStreamHasAHeartbeatEveryFifteenSecondsAndEndsWithItsTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sent []time.Time
		var messages []*campaignv1.WatchLeaderboardResponse
		w := newTestWatcher(func(m *campaignv1.WatchLeaderboardResponse) error {
			sent, messages = append(sent, time.Now()), append(messages, m)
			return nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		began := time.Now()
		if err := w.run(ctx); err != nil || time.Since(began) != time.Hour {
			t.Errorf("it ends after %v with %v", time.Since(began), err)
		}
		if !messages[0].GetSnapshot() || sent[0] != began {
			t.Error("it begins with", messages[0])
		}
		for i := range sent[1:] {
			if gap := sent[i+1].Sub(sent[i]); gap > 15*time.Second || gap < 10*time.Second || messages[i+1].GetSnapshot() {
				t.Errorf("heartbeat %d comes %v after the message before: %v", i+1, gap, messages[i+1])
			}
		}
		if n := len(sent); n < 240 {
			t.Errorf("%d messages in an hour", n)
		}
	})
}

func TestASlowReaderGetsTheNewestStateAndNoBacklog(t *testing.T) {
	t.Parallel()
	for states, snapshot := range map[int]bool{shownStates - 2: false, 10 * shownStates: true} {
		synctest.Test(t, func(t *testing.T) {
			reads := make(chan *campaignv1.WatchLeaderboardResponse)
			w := newTestWatcher(func(m *campaignv1.WatchLeaderboardResponse) error { reads <- m; return nil })
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error)
			go func() { done <- w.run(ctx) }()
			<-reads
			w.view.publish(testState(1, 3))
			synctest.Wait() // It is being sent, and nobody reads.
			for i := range states {
				w.view.publish(testState(int64(i)+2, 3))
			}
			<-reads
			m := <-reads
			synctest.Wait()
			if want := int64(states) + 1; m.GetPosition() != want || m.GetSnapshot() != snapshot || !snapshot && len(m.GetStandings()) != 1 {
				t.Errorf("after %d states it gets %v", states, m)
			}
			if kept := len(w.view.states); kept > shownStates {
				t.Errorf("%d states are kept", kept)
			}
			select {
			case more := <-reads:
				t.Error("it gets more:", more)
			default:
			}
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
	}
}

func TestStreamsThatAreToGetTheSameGetTheSameMessage(t *testing.T) {
	t.Parallel()
	v := newTestWatcher(nil).view
	v.publish(testState(1, 20))
	before := v.now.Load()
	v.publish(testState(2, 20))
	now := v.now.Load()
	one, again := v.message(now, 10, before.version), v.message(now, 10, before.version)
	if one.response != again.response || one.empty || one.response.GetSnapshot() || len(one.response.GetStandings()) != 1 {
		t.Errorf("one is %v, the other %v", one, again)
	}
	if other := v.message(now, 5, before.version); other.response == one.response || other.response.GetResumeToken() == one.response.GetResumeToken() {
		t.Error("who watches fewer places gets", other.response)
	}
	if beat := v.message(now, 10, now.version); !beat.empty || len(beat.response.GetStandings()) != 0 {
		t.Error("without change it is", beat.response)
	}
	v.publish(testState(2, 20))
	if v.now.Load() != now {
		t.Error("the same state is a new one")
	}
	v.publish(testState(1, 20))
	if v.now.Load() != now {
		t.Error("a replica that is behind makes the board go backwards")
	}
	if before.messages != nil {
		t.Error("messages of an old state are kept")
	}
}

func TestStreamsEndWhenTheirBoardCannotBeReadForLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newTestWatcher(func(*campaignv1.WatchLeaderboardResponse) error { return nil })
		done := make(chan error)
		go func() { done <- w.run(t.Context()) }()
		synctest.Wait()
		a := w.audience
		for range looksToFail {
			a.begun++
			a.finish(a.reached, errStopping, []*boardView{w.view})
		}
		if err := <-done; err == nil {
			t.Error("it goes on")
		}
		w.view.publish(testState(1, 1))
		if !w.view.now.Load().ready() {
			t.Error("the view stays away")
		}
	})
}

// Whoever knows some places and gets the difference has the others.
func TestTheDifferenceMakesOneListOfPlacesOutOfTheOther(t *testing.T) {
	t.Parallel()
	list := rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) mark {
		return mark{
			subject: uuid.UUID{15: byte(rapid.IntRange(0, 15).Draw(t, "subject"))}, score: rapid.Int64Range(1, 3).Draw(t, "score"),
			look: rapid.Uint64Range(1, 2).Draw(t, "look"),
		}
	}), 0, 12, func(m mark) uuid.UUID { return m.subject })
	rapid.Check(t, func(t *rapid.T) {
		before, after := list.Draw(t, "before"), list.Draw(t, "after")
		type place struct {
			mark

			rank int
		}
		known := map[uuid.UUID]place{}
		for i, m := range before {
			known[m.subject] = place{m, i}
		}
		changed, gone := difference(before, after)
		for _, i := range changed {
			if known[after[i].subject] == (place{after[i], i}) {
				t.Fatalf("place %d is sent though it is known", i)
			}
			known[after[i].subject] = place{after[i], i}
		}
		for _, subject := range gone {
			if _, there := known[subject]; !there {
				t.Fatalf("%v goes who was not there", subject)
			}
			delete(known, subject)
		}
		if len(known) != len(after) {
			t.Fatalf("%d places are known, want %d", len(known), len(after))
		}
		for i, m := range after {
			if known[m.subject] != (place{m, i}) {
				t.Fatalf("place %d is %v, want %v", i, known[m.subject], m)
			}
		}
	})
}

func TestStatesOfThePastAreReadOnceAndFewAreKept(t *testing.T) {
	t.Parallel()
	var r recollection
	reads := map[int64]int{}
	read := func(position int64) ([]mark, error) {
		if reads[position]++; position < 0 {
			return nil, fmt.Errorf("there is no position %d", position)
		}
		return make([]mark, position), nil
	}
	for range 2 {
		for position := range int64(recalled) {
			if marks, err := r.marks(position, read); err != nil || len(marks) != int(position) {
				t.Errorf("position %d is %v, %v", position, marks, err)
			}
		}
		if _, err := r.marks(-1, read); err == nil {
			t.Error("what does not exist is known")
		}
	}
	for position, n := range reads {
		// What failed took the place of the oldest, and gave it up again.
		if n != 1 && position > 0 {
			t.Errorf("position %d was read %d times", position, n)
		}
	}
	for position := range int64(10 * recalled) {
		_, _ = r.marks(position, read)
	}
	if len(r.reads) != recalled || len(r.order) != recalled || !slices.Contains(r.order, 10*recalled-1) {
		t.Errorf("%d are kept: %v", len(r.reads), r.order)
	}
}

func TestAddressesOfOneNetworkCountAsOne(t *testing.T) {
	t.Parallel()
	network := func(a string) string { return networkOf(netip.MustParseAddr(a)).String() }
	for _, c := range []struct {
		one, other string
		same       bool
	}{
		{"2001:db8::1", "2001:db8::ffff:1", true},
		{"2001:db8::1", "2001:db8:0:1::1", false},
		{"192.0.2.1", "192.0.2.2", false},
		{"192.0.2.1", "::ffff:192.0.2.1", true},
		{"fe80::1%eth0", "fe80::2", true},
	} {
		if same := network(c.one) == network(c.other); same != c.same {
			t.Errorf("%s and %s are one: %v", c.one, c.other, same)
		}
	}
}
