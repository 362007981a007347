package transfer_test

import (
	"bytes"
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/throng-social/throng/internal/dynamo/dynamotest"
	"github.com/throng-social/throng/internal/migration"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/transfer"
)

func TestMain(m *testing.M) {
	pgtest.Main(m, func(ctx context.Context, url string) error {
		return migration.Up(ctx, url, slog.New(slog.DiscardHandler))
	})
}

func TestACopyThereAndBackIsTheSameByteForByte(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		w := newWorld(t)
		w.live(t, seed)
		was := w.dump(t)
		w.mustCopy(t, w.onPostgres(t), w.onDynamo(t), false)
		w.live(t, seed+100) // what is put over in the source must not stay when the copy comes back
		w.mustCopy(t, w.onDynamo(t), w.onPostgres(t), true)
		if is := w.dump(t); is != was {
			t.Fatalf("seed %d: there were\n%s\nthere are\n%s", seed, was, is)
		}
		w.recounted(t)
	}
}

// Every try may make some requests only, far fewer than the whole takes.
func TestACopyThatIsInterruptedGoesOnAndEndsTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.live(t, 7)
	was := w.dump(t)
	random := rand.New(rand.NewPCG(1, 2))
	there := w.copyInterrupted(t, random, func(s side) (from, to side) { return w.onPostgres(t), s }, 1, false)
	back := w.copyInterrupted(t, random, func(s side) (from, to side) { return s, w.onPostgres(t) }, 5, true)
	if is := w.dump(t); is != was {
		t.Fatalf("there were\n%s\nthere are\n%s", was, is)
	}
	t.Logf("interrupted %d times on the way there, %d times on the way back", there, back)
	if there < 2 || back < 2 {
		t.Errorf("interrupted %d and %d times only", there, back)
	}
	w.recounted(t)
}

// copyInterrupted runs a copy until it is done, and answers how often it was not.
func (w *world) copyInterrupted(t *testing.T, random *rand.Rand, sides func(onDynamo side) (from, to side), most int, replace bool) (times int) {
	t.Helper()
	for {
		ctx, cancel := context.WithCancel(t.Context())
		end := &countdown{inner: w.tables.Network, end: cancel}
		end.left.Store(int64(120 + random.IntN(80)))
		from, to := sides(w.dynamoBy(t, end))
		var out bytes.Buffer
		c, begun := w.newCopy(from, to, &out), w.places(t) > 0
		c.Replace, c.PageRows = replace && !begun, most
		err := c.Run(ctx)
		cancel()
		if strings.Contains(out.String(), "going on") != begun {
			t.Fatalf("after %d interruptions it says %q", times, &out)
		}
		if err == nil {
			if err := c.Done(t.Context()); err != nil {
				t.Fatal(err)
			}
			return times
		}
		if times++; !strings.Contains(err.Error(), "interrupted") || times > 100 {
			t.Fatalf("after %d interruptions: %v", times, err)
		}
	}
}

// countdown interrupts whoever sends too many requests.
type countdown struct {
	inner http.RoundTripper
	end   func()
	left  atomic.Int64
}

func (c *countdown) RoundTrip(r *http.Request) (*http.Response, error) {
	if c.left.Add(-1) == 0 {
		c.end()
	}
	return c.inner.RoundTrip(r)
}

func TestACopyEndsTheSameOnARoughNetwork(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.live(t, 8)
	was := w.dump(t)
	if err := w.tables.Network.Set(dynamotest.Rough(3)); err != nil {
		t.Fatal(err)
	}
	w.mustCopy(t, w.onPostgres(t), w.onDynamo(t), false)
	w.mustCopy(t, w.onDynamo(t), w.onPostgres(t), true)
	if is := w.dump(t); is != was {
		t.Fatalf("there were\n%s\nthere are\n%s", was, is)
	}
}

func TestACopyIsRefusedWhereItWouldMixOrLoseSomething(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	one, aws := w.onPostgres(t), w.onDynamo(t)
	refused := func(what, why string, c *transfer.Copy) {
		t.Helper()
		if err := c.Run(t.Context()); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: got %v", what, err)
		}
	}
	w.live(t, 9)
	replacing := w.newCopy(aws, one, t.Output())
	replacing.Replace = true
	refused("a target is replaced by nothing", "nothing", replacing)
	refused("a target has something", "--replace", w.newCopy(aws, one, t.Output()))
	// The copy is done, and not found to be right yet.
	if err := w.newCopy(one, aws, t.Output()).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	refused("another copy is not done", "not done yet", w.newCopy(aws, one, t.Output()))
	other := w.newCopy(one, aws, t.Output())
	other.To = "dynamo elsewhere"
	refused("the same to another place is not done", "not done yet", other)
	again := w.newCopy(one, aws, t.Output())
	if err := again.Run(t.Context()); err != nil {
		t.Error("the copy that is done is not gone on with:", err)
	}
	if err := again.Done(t.Context()); err != nil {
		t.Fatal(err)
	}
	refused("a target has a copy", "--replace", w.newCopy(one, aws, t.Output()))
}

func TestACopyNoticesThatSomethingWasWrittenMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.live(t, 10)
	c := w.newCopy(w.onPostgres(t), w.onDynamo(t), t.Output())
	if err := c.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.follow(t)
	if err := c.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "do not have the same") {
		t.Error("got", err)
	}
	c.Replace = true
	if err := c.Run(t.Context()); err != nil {
		t.Error("begun anew:", err)
	}
}
