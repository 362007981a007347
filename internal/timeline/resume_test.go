package timeline

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

func FuzzResume(f *testing.F) {
	viewer := anyID(7)
	good := &progress{viewer: viewer, since: anyID(1), delivered: []uuid.UUID{anyID(2), anyID(3)}}
	f.Add(good.token())
	f.Add("")
	f.Add("AAAA")
	f.Add((&progress{viewer: viewer, since: anyID(1), delivered: []uuid.UUID{anyID(3), anyID(2), anyID(3)}}).token())
	f.Fuzz(func(t *testing.T, token string) {
		p := &progress{viewer: viewer}
		if err := p.resume(token); err != nil || token == "" {
			return
		}
		if !slices.IsSortedFunc(p.delivered, compare) {
			t.Fatal("not in order:", p.delivered)
		}
		again := &progress{viewer: viewer}
		if err := again.resume(p.token()); err != nil || again.since != p.since || !slices.Equal(again.delivered, p.delivered) {
			t.Fatalf("a token of %v does not read back: %v", p, err)
		}
	})
}

func TestATokenOfAnotherViewerIsRefused(t *testing.T) {
	t.Parallel()
	theirs, mine := &progress{viewer: anyID(1), since: anyID(1)}, &progress{viewer: anyID(2)}
	if err := mine.resume(theirs.token()); err == nil {
		t.Fatal("it was taken")
	}
}

func TestTheLongestTokenIsOneThatTheContractTakes(t *testing.T) {
	t.Parallel()
	p := &progress{viewer: anyID(1), since: anyID(1)}
	for range 2 * watchedPosts {
		p.add(uuid.New())
	}
	if n := len(p.token()); len(p.delivered) != watchedPosts || n > 8192 {
		t.Fatalf("%d posts make a token of %d characters", len(p.delivered), n)
	}
	if err := (&progress{viewer: anyID(1)}).resume(p.token()); err != nil {
		t.Fatal(err)
	}
}

// Whatever comes in whatever order: what was added counts as delivered for as long
// as it is not older than what is remembered, and nothing else does.
func TestProgressKnowsWhatWasDeliveredFromItsPlaceOn(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := &progress{since: anyID(rapid.ByteMax(9).Draw(t, "since"))}
		added := map[uuid.UUID]bool{}
		for range rapid.IntRange(0, 40).Draw(t, "steps") {
			post := anyID(rapid.Byte().Draw(t, "post"))
			if rapid.IntRange(0, 9).Draw(t, "forget") == 0 {
				p.forget(post)
				continue
			}
			p.add(post)
			added[post] = true
		}
		for n := range 256 {
			post := anyID(byte(n))
			if want := added[post] && compare(post, p.since) >= 0; p.has(post) != want {
				t.Fatalf("%v, from %v on: has it: %v", post, p.since, p.has(post))
			}
		}
	})
}

func TestTheLeastIdOfATimeReadsBackAsThatTime(t *testing.T) {
	t.Parallel()
	now := time.Now().Truncate(time.Millisecond)
	before, after := idAt(now.Add(-time.Millisecond)), idAt(now)
	made := idAt(now)
	made[15] = 1
	if compare(before, after) >= 0 || compare(after, made) >= 0 {
		t.Fatal(before, after, made)
	}
}
