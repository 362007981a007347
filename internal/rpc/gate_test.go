package rpc

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/throng-social/throng/internal/fault"
)

func newGate(least, most int) *Gate {
	return NewGate(Bounds{Least: least, Most: most}, prometheus.NewRegistry())
}

// entrant is a call that has come to a gate.
type entrant struct {
	leave func(bool)
	err   error
}

// come goes to the gate and waits there; what came of it is in the channel.
func come(ctx context.Context, g *Gate, i Importance) <-chan entrant {
	came := make(chan entrant, 1)
	go func() {
		leave, err := g.enter(ctx, i)
		came <- entrant{leave, err}
	}()
	synctest.Wait()
	return came
}

// mustEnter is let in without waiting.
func mustEnter(t *testing.T, g *Gate, i Importance) (leave func(bool)) {
	t.Helper()
	leave, err := g.enter(t.Context(), i)
	if err != nil {
		t.Fatal(err)
	}
	return leave
}

// refused holds that a call was sent away with all that a client needs to know.
func refused(t *testing.T, err error) {
	t.Helper()
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Kind != fault.Exhausted || f.Reason != "overloaded" || f.RetryAfter < leastRetry || f.RetryAfter > leastRetry+spreadRetry {
		t.Errorf("it ended with %+v", err)
	}
}

func TestTheMostImportantAreLetInFirstAndOfThoseTheOldest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1, 1)
		leave := mustEnter(t, g, Glance)
		var order []string
		var waiting sync.WaitGroup
		for _, w := range []struct {
			name       string
			importance Importance
		}{{"a glance", Glance}, {"a write", Write}, {"a read", Read}, {"another write", Write}, {"a vital call", Vital}} {
			waiting.Go(func() {
				leave := mustEnter(t, g, w.importance)
				order = append(order, w.name) // one is in at a time
				leave(true)
			})
			synctest.Wait()
		}
		leave(true)
		waiting.Wait()
		want := []string{"a vital call", "a write", "another write", "a read", "a glance"}
		for i := range want {
			if len(order) != len(want) || order[i] != want[i] {
				t.Fatalf("they were let in as %q, want %q", order, want)
			}
		}
	})
}

func TestWhoIsMoreImportantTakesThePlaceOfTheLeastWhereTooManyWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1, 1)
		leave := mustEnter(t, g, Write)
		first := come(t.Context(), g, Read)
		var last <-chan entrant
		for range maxWaiting - 1 {
			last = come(t.Context(), g, Glance)
		}

		refused(t, (<-come(t.Context(), g, Glance)).err)
		vital := come(t.Context(), g, Vital)
		refused(t, (<-last).err)
		if g.count != maxWaiting {
			t.Errorf("%d wait, want %d", g.count, maxWaiting)
		}

		leave(true)
		(<-vital).leave(true)
		(<-first).leave(true)
		synctest.Wait()
	})
}

func TestPatienceIsShortWhereItIsNoBurst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1, 1)
		leave := mustEnter(t, g, Write)
		wait := func() time.Duration {
			began := time.Now()
			_, err := g.enter(t.Context(), Write)
			refused(t, err)
			return time.Since(began)
		}
		if d := wait(); d != patience {
			t.Errorf("the first waited for %v, want %v", d, patience)
		}
		// One after the other somebody waits, so it never ends.
		var others []<-chan entrant
		for range 6 {
			others = append(others, come(t.Context(), g, Write))
			time.Sleep(patience / 5)
		}
		if d := wait(); d != shortPatience {
			t.Errorf("in a crowd one waited for %v, want %v", d, shortPatience)
		}
		for _, o := range others {
			refused(t, (<-o).err)
		}
		if d := wait(); d != patience {
			t.Errorf("after the crowd one waited for %v, want %v", d, patience)
		}
		leave(true)
	})
}

func TestWhoeverLeavesTheQueueLosesNoPermit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1, 1)
		leave := mustEnter(t, g, Write)
		ctx, cancel := context.WithCancel(t.Context())
		gone, stays := come(ctx, g, Write), come(t.Context(), g, Write)
		cancel()
		if err := (<-gone).err; !errors.Is(err, context.Canceled) {
			t.Errorf("whoever left got %v", err)
		}
		leave(true)
		(<-stays).leave(true)

		// One is let in and leaves in the same moment.
		leave = mustEnter(t, g, Write)
		ctx, cancel = context.WithCancel(t.Context())
		torn := come(ctx, g, Write)
		leave(true)
		cancel()
		if e := <-torn; e.err == nil {
			e.leave(true)
		}
		synctest.Wait()
		if g.in != 0 || g.count != 0 {
			t.Errorf("%d are in and %d wait", g.in, g.count)
		}
	})
}

func TestSignInsTakeNoPlacesAndAreBoundedApart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1, 1)
		var leaving []func(bool)
		for range maxApart {
			leaving = append(leaving, mustEnter(t, g, Apart))
		}
		began := time.Now()
		_, err := g.enter(t.Context(), Apart)
		refused(t, err)
		if d := time.Since(began); d != 0 {
			t.Errorf("one too many waited for %v", d)
		}
		mustEnter(t, g, Glance)(true)
		for _, leave := range leaving {
			leave(true)
		}
		mustEnter(t, g, Apart)(true)
	})
}

func TestJobsGiveWayToCallsForAMoment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate(4, 4)
		waited := func() time.Duration {
			began := time.Now()
			g.GiveWay(t.Context())
			return time.Since(began)
		}
		first, second := mustEnter(t, g, Write), mustEnter(t, g, Write)
		if d := waited(); d != 0 {
			t.Errorf("with little to do a job waits for %v", d)
		}
		third := mustEnter(t, g, Write)
		if d := waited(); d != giveWayTime {
			t.Errorf("with much to do a job waits for %v, want %v", d, giveWayTime)
		}
		time.AfterFunc(giveWayTime/4, func() { third(true) })
		if d := waited(); d != giveWayTime/4 {
			t.Errorf("a job waits for %v, and there was much to do for %v", d, giveWayTime/4)
		}
		first(true)
		second(true)
	})
}

// shop is a server that does so many calls at once, for so long each, whether the
// caller still waits or not, as a database does.
type shop struct {
	hands chan struct{}
	takes time.Duration
}

func newShop(hands int, takes time.Duration) *shop {
	return &shop{hands: make(chan struct{}, hands), takes: takes}
}

func (s *shop) serve() {
	s.hands <- struct{}{}
	time.Sleep(s.takes)
	<-s.hands
}

// crowd is what became of calls of one importance: those answered in time.
type crowd struct{ came, good atomic.Int64 }

// rush brings calls of each importance at a steady rate, so many a second, for a
// time.
func rush(t *testing.T, g *Gate, s *shop, rates map[Importance]int, length time.Duration) map[Importance]*crowd {
	t.Helper()
	const inTime = time.Second
	found := map[Importance]*crowd{}
	var calls, sources sync.WaitGroup
	for i, rate := range rates {
		c := &crowd{}
		found[i] = c
		sources.Go(func() {
			for began := time.Now(); time.Since(began) < length; time.Sleep(time.Second / time.Duration(rate)) {
				c.came.Add(1)
				calls.Go(func() {
					began, leave := time.Now(), func(bool) {}
					if g != nil {
						var err error
						if leave, err = g.enter(t.Context(), i); err != nil {
							return
						}
					}
					s.serve()
					leave(true)
					if time.Since(began) <= inTime {
						c.good.Add(1)
					}
				})
			}
		})
	}
	sources.Wait()
	calls.Wait()
	return found
}

func TestAtTenTimesTheCapacityTheGoodputIsThatOfTheCapacity(t *testing.T) {
	t.Parallel()
	const hands, takes, length = 4, 20 * time.Millisecond, 20 * time.Second
	capacity := float64(hands) * length.Seconds() / takes.Seconds()
	goodput := func(t *testing.T, gate func() *Gate) (share float64) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			rate := int(10 * capacity / length.Seconds())
			found := rush(t, gate(), newShop(hands, takes), map[Importance]int{Write: rate}, length)
			share = float64(found[Write].good.Load()) / capacity
		})
		return share
	}
	if got := goodput(t, func() *Gate { return newGate(2, 64) }); got < 0.8 {
		t.Errorf("it is %.2f of the capacity", got)
	}
	// Without a gate everybody is late, which is what it is for.
	if got := goodput(t, func() *Gate { return nil }); got > 0.2 {
		t.Errorf("without a gate it is %.2f of the capacity: this test shows nothing", got)
	}
}

func TestTheLimitFollowsWhatIsAnswered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGate(2, 64)
		for _, c := range []struct {
			takes time.Duration
			want  float64
		}{
			{20 * time.Millisecond, 10}, // 4 hands do 200 a second: 10 take 50 ms
			{2 * time.Millisecond, 64},
			{20 * time.Millisecond, 10},
			{200 * time.Millisecond, 2},
		} {
			rush(t, g, newShop(4, c.takes), map[Importance]int{Write: 3000}, 4*time.Second)
			if g.limit < c.want*0.9 || g.limit > c.want*1.1 {
				t.Errorf("where a call takes %v for itself, %.1f are let in at once, want %v", c.takes, g.limit, c.want)
			}
		}
	})
}

func TestPastCapacityWhatIsImportantIsRefusedLast(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		// 200 a second can be done: all vital calls and writes, and some reads.
		found := rush(t, newGate(2, 64), newShop(4, 20*time.Millisecond), map[Importance]int{Glance: 500, Read: 500, Write: 60, Vital: 60}, 20*time.Second)
		share := func(i Importance) float64 { return float64(found[i].good.Load()) / float64(found[i].came.Load()) }
		if share(Vital) < 0.99 || share(Write) < 0.99 {
			t.Errorf("%.3f of the vital calls and %.3f of the writes went well", share(Vital), share(Write))
		}
		if share(Glance) > 0.02 || share(Read) < 0.1 {
			t.Errorf("%.3f of the reads went well, and %.3f of what anybody may read", share(Read), share(Glance))
		}
	})
}
