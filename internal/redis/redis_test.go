package redis_test

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/redis"
	"github.com/throng-social/throng/internal/redis/redistest"
)

func TestMain(m *testing.M) { os.Exit(redistest.Main(m.Run)) }

var (
	echo = redis.NewScript(`return {KEYS[1], ARGV[1], 7, false}`)
	fill = redis.NewScript(`return redis.call('SET', KEYS[1], 'x')`)
	wild = redis.NewScript(`return redis.call('INCR', KEYS[1])`)
)

func TestAScriptIsRunAndAnswersPlainValues(t *testing.T) {
	t.Parallel()
	c, p := redistest.Connect(t, redistest.URL(t)), redistest.Prefix(t)
	for range 2 {
		answer, err := c.Run(t.Context(), echo, []string{p + "k"}, "a")
		list, _ := answer.([]any)
		if err != nil || len(list) != 4 || list[0] != p+"k" || list[1] != "a" || list[2] != int64(7) || list[3] != nil {
			t.Fatal(answer, err)
		}
	}
	if s := c.State(); !s.Here || s.Calls != 2 || s.Failures != 0 {
		t.Errorf("its state is %+v", s)
	}
}

func TestACallerWhoIsGoneDoesNotMakeRedisCountAsAway(t *testing.T) {
	t.Parallel()
	c, p := redistest.Connect(t, redistest.URL(t)), redistest.Prefix(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Run(ctx, fill, []string{p + "k"}); err != nil || !c.State().Here {
		t.Error(err, c.State())
	}
}

var count = redis.NewScript(`return {redis.call('GET', KEYS[1]), redis.call('LLEN', KEYS[2])}`)

func TestCommandsThatAreSentTogetherAreRunInOrder(t *testing.T) {
	t.Parallel()
	c, p := redistest.Connect(t, redistest.URL(t)), redistest.Prefix(t)
	err := c.Send(t.Context(), 0, redis.Command{"SET", p + "k", 7}, redis.Command{"INCR", p + "k"}, redis.Command{"RPUSH", p + "l", "a", "b"})
	answer, runErr := c.Run(t.Context(), count, []string{p + "k", p + "l"})
	list, _ := answer.([]any)
	if err != nil || runErr != nil || len(list) != 2 || list[0] != "8" || list[1] != int64(2) {
		t.Error("they leave", answer, err, runErr)
	}
	if s := c.State(); s.Calls != 2 || s.Failures != 0 {
		t.Errorf("its state is %+v", s)
	}
}

func TestACommandThatFailsAmongOthersIsAFailure(t *testing.T) {
	t.Parallel()
	c, p := redistest.Connect(t, redistest.URL(t)), redistest.Prefix(t)
	err := c.Send(t.Context(), 0, redis.Command{"SET", p + "k", "x"}, redis.Command{"INCR", p + "k"}, redis.Command{"SET", p + "k", "y"})
	if !fault.Is(err, fault.Unavailable) || c.State().Failures != 1 {
		t.Error(err, c.State())
	}
	redistest.Await(t, c, true)
}

// The one call that finds out waits no longer than it must, and those after it
// not at all.
func TestARedisThatHangsCostsOneTimeoutAndThenNothing(t *testing.T) {
	t.Parallel()
	server := redistest.New(t)
	c := redistest.Open(t, redis.Config{URL: server.URL()})
	redistest.Await(t, c, true)
	if err := server.Freeze(); err != nil {
		t.Fatal(err)
	}
	_, err := c.Run(t.Context(), fill, []string{"k"})
	if !fault.Is(err, fault.Unavailable) || c.State().Here {
		t.Fatalf("it failed with %v, and is %+v", err, c.State())
	}
	sent := c.State().Calls
	began := time.Now()
	for range 100_000 {
		if _, err := c.Run(t.Context(), fill, []string{"k"}); !fault.Is(err, fault.Unavailable) {
			t.Fatal(err)
		}
	}
	if s := c.State(); s.Calls != sent || s.Refused < 100_000 {
		t.Errorf("calls were sent: %+v", s)
	}
	t.Logf("100,000 refused calls took %v", time.Since(began))
	if err := server.Thaw(); err != nil {
		t.Fatal(err)
	}
	redistest.Await(t, c, true)
}

var busy = redis.NewScript(`
local function now() local t = redis.call('TIME') return t[1] * 1000000 + t[2] end
local began = now()
while now() < began + 200000 do end
return 7
`)

func TestAScriptThatMayTakeLongerDoes(t *testing.T) {
	t.Parallel()
	c := redistest.Open(t, redis.Config{URL: redistest.New(t).URL()})
	redistest.Await(t, c, true)
	if answer, err := c.RunFor(t.Context(), time.Minute, busy, nil); err != nil || answer != int64(7) || !c.State().Here {
		t.Error("it is answered with", answer, err)
	}
	if answer, err := c.Run(t.Context(), busy, nil); err == nil {
		t.Error("one that may not is answered with", answer)
	}
}

func TestARedisThatWasGoneIsUsedAgain(t *testing.T) {
	t.Parallel()
	server := redistest.New(t)
	c := redistest.Connect(t, server.URL())
	if err := server.Kill(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Run(t.Context(), fill, []string{"k"}); !fault.Is(err, fault.Unavailable) {
		t.Fatal("a call to nobody fails with", err)
	}
	if err := c.Ping(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Error("nobody answers a ping with", err)
	}
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	redistest.Await(t, c, true)
	if _, err := c.Run(t.Context(), fill, []string{"k"}); err != nil {
		t.Error(err)
	}
}

// A refusal that Redis gives in so many words, as a full or a loading one does,
// is a failure like silence.
func TestAnErrorOfRedisIsAFailureAndItsReturnIsNoticed(t *testing.T) {
	t.Parallel()
	c, p := redistest.Connect(t, redistest.URL(t)), redistest.Prefix(t)
	if _, err := c.Run(t.Context(), fill, []string{p + "k"}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Run(t.Context(), wild, []string{p + "k"}); !fault.Is(err, fault.Unavailable) || c.State().Failures != 1 {
		t.Error(err, c.State())
	}
	redistest.Await(t, c, true)
}

func TestAURLThatCannotBeReadIsRefusedWithoutQuotingItsPassword(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "http://me:sesame@host", "redis://me:sesame@host:port", "redis://me:sesame@host/x"} {
		_, err := redis.Open(redis.Config{URL: url}, slog.New(slog.DiscardHandler))
		if err == nil || strings.Contains(err.Error(), "sesame") {
			t.Errorf("%q: %v", url, err)
		}
	}
}
