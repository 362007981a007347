package user

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/throng-social/throng/internal/fault"
)

func TestAHashVerifiesItsPasswordAlone(t *testing.T) {
	t.Parallel()
	h := newHasher(Hashing{MemoryKiB: 8})
	hash, err := h.hash(t.Context(), password)
	must(t, err)
	again, err := h.hash(t.Context(), password)
	must(t, err)
	if hash == again {
		t.Error("two hashes of one password are alike")
	}
	for candidate, want := range map[string]bool{password: true, password + " ": false, "": false, strings.ToUpper(password): false} {
		ok, err := h.verify(t.Context(), candidate, &hash)
		must(t, err)
		equal(t, candidate, ok, want)
	}
	ok, err := h.verify(t.Context(), password, nil)
	must(t, err)
	equal(t, "without a hash", ok, false)
	broken := "broken"
	if _, err = h.verify(t.Context(), password, &broken); err == nil {
		t.Error("a broken hash was taken")
	}
}

func TestTheDefaultCostIsWhatIsPromised(t *testing.T) {
	t.Parallel()
	hash, err := newHasher(Hashing{}).hash(t.Context(), password)
	must(t, err)
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=47104,t=1,p=1$") {
		t.Errorf("got %s", hash)
	}
}

func TestHashesLeaveProcessorsToOthers(t *testing.T) {
	t.Parallel()
	if n := DefaultHashing().AtOnce; n < 1 || n > max(runtime.GOMAXPROCS(0)/2, 1) || n > mostAtOnce {
		t.Errorf("%d are computed at once, on %d processors", n, runtime.GOMAXPROCS(0))
	}
}

func TestHashesWaitForTheirTurnAndTheQueueIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHasher(Hashing{AtOnce: 2, Waiting: 3})
		block := make(chan struct{})
		results := make(chan error, 10)
		for range 5 {
			go func() { results <- h.inTurn(t.Context(), func() { <-block }) }()
		}
		synctest.Wait()
		equal(t, "computing", len(h.turns), 2)
		equal(t, "computing and waiting", len(h.places), 5)

		err := h.inTurn(t.Context(), func() { t.Error("one too many was let in") })
		refused(t, err, fault.Exhausted, "sign_in_busy")
		if f := err.(*fault.Error); f.RetryAfter <= 0 { //nolint:errorlint // refused has looked
			t.Error("no hint when to come back")
		}

		close(block)
		for range 5 {
			must(t, <-results)
		}
		equal(t, "places taken", len(h.places), 0)
		equal(t, "hashes", h.computed.Load(), 5)
	})
}

func TestWhoeverHasWaitedForLongIsSentAwayBeforeHisCallIsOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHasher(Hashing{AtOnce: 1, Waiting: 1})
		block := make(chan struct{})
		done := make(chan error, 1)
		go func() { done <- h.inTurn(t.Context(), func() { <-block }) }()
		synctest.Wait()
		began := time.Now()
		_, err := h.hash(t.Context(), password)
		refused(t, err, fault.Exhausted, "sign_in_busy")
		equal(t, "waited", time.Since(began), hashPatience)
		equal(t, "places taken", len(h.places), 1)
		close(block)
		must(t, <-done)
	})
}

func TestAHashGivesWayWhenItsTurnHasCome(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked, idle := 0, make(chan struct{})
		h := newHasher(Hashing{AtOnce: 1, Waiting: 1, GiveWay: func(context.Context) { asked++; <-idle }})
		done := make(chan error, 1)
		go func() { done <- h.inTurn(t.Context(), func() {}) }()
		synctest.Wait()
		equal(t, "holding a turn", len(h.turns), 1)
		equal(t, "hashes", h.computed.Load(), 0)
		close(idle)
		must(t, <-done)
		equal(t, "hashes", h.computed.Load(), 1)
		equal(t, "times asked", asked, 1)
	})
}

func TestWhoeverLeavesTheQueueFreesHisPlace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHasher(Hashing{AtOnce: 1, Waiting: 1})
		block := make(chan struct{})
		done := make(chan error, 1)
		go func() { done <- h.inTurn(t.Context(), func() { <-block }) }()
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := h.hash(ctx, password)
		if !fault.Is(err, fault.Canceled) {
			t.Errorf("got %v", err)
		}
		equal(t, "places taken", len(h.places), 1)
		close(block)
		must(t, <-done)
	})
}
