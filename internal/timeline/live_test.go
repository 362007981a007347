package timeline

import (
	"encoding/json"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/pubsub"
)

func followingOf(authors ...byte) []follow {
	list := make([]follow, len(authors))
	for i, a := range authors {
		list[i] = follow{author: anyID(a), since: 1}
	}
	slices.SortFunc(list, func(a, b follow) int { return compare(a.author, b.author) })
	return list
}

func TestAHeadIsOutdatedByLaterPostsOfThoseWhomItsReaderFollows(t *testing.T) {
	t.Parallel()
	var r recent
	start := time.Now()
	at := func(n int) time.Time { return start.Add(time.Duration(n) * time.Second) }
	if r.anyOf(followingOf(1), start.Add(-time.Hour)) {
		t.Error("nothing was heard, and yet something is newer")
	}
	r.add(announcement{Author: anyID(1)}, at(10))
	r.add(announcement{Author: anyID(2)}, at(20))
	for _, c := range []struct {
		than      int
		following []follow
		want      bool
	}{
		{9, followingOf(1), true},
		{10, followingOf(1), false},
		{15, followingOf(1), false},
		{15, followingOf(1, 2), true},
		{5, followingOf(3), false},
		{5, nil, false},
	} {
		if got := r.anyOf(c.following, at(c.than)); got != c.want {
			t.Errorf("of %v after %d: %v, want %v", c.following, c.than, got, c.want)
		}
	}
}

func TestAHeadIsOutdatedWhenMoreWasHeardThanIsKept(t *testing.T) {
	t.Parallel()
	var r recent
	start := time.Now()
	for i := range recentPosts {
		r.add(announcement{Author: anyID(1)}, start.Add(time.Duration(i+1)*time.Millisecond))
	}
	if !r.anyOf(followingOf(2), start) {
		t.Error("all that is kept is newer, so older ones may be lost")
	}
	if r.anyOf(followingOf(2), start.Add(time.Millisecond)) {
		t.Error("everything since then is kept, and nobody followed is in it")
	}
}

func TestAHeadFromBeforeALostConnectionIsOutdated(t *testing.T) {
	t.Parallel()
	var r recent
	now := time.Now()
	r.lost(now)
	if !r.anyOf(nil, now.Add(-time.Second)) || r.anyOf(nil, now) {
		t.Error("a gap outdates what is older than it, and nothing else")
	}
}

func TestLargeDeliveriesAreInFlightForTenSecondsAfterTheyWereHeardOfLast(t *testing.T) {
	t.Parallel()
	var r recent
	start := time.Now()
	following := followingOf(1, 2, 3)
	r.add(announcement{Author: anyID(3), Large: true}, start)
	r.add(announcement{Author: anyID(1), Large: true}, start.Add(time.Second))
	r.add(announcement{Author: anyID(2)}, start.Add(time.Second))
	r.add(announcement{Author: anyID(9), Large: true}, start.Add(time.Second))
	r.add(announcement{Author: anyID(3), Large: true}, start.Add(5*time.Second))
	for after, want := range map[time.Duration][]uuid.UUID{
		6 * time.Second:  {anyID(1), anyID(3)},
		12 * time.Second: {anyID(3)},
		16 * time.Second: nil,
	} {
		if got := r.flying(following, start.Add(after)); !slices.Equal(got, want) {
			t.Errorf("after %v: %v, want %v", after, got, want)
		}
	}
}

func TestAsManyLargeDeliveriesAsThereMayBeAreBounded(t *testing.T) {
	t.Parallel()
	var r recent
	now := time.Now()
	for i := range 200 {
		r.add(announcement{Author: anyID(byte(i)), Large: true}, now)
	}
	if len(r.large) != flights || len(r.flying(followingOf(199, 0), now)) != 1 {
		t.Errorf("%d are kept", len(r.large))
	}
}

func BenchmarkFresher(b *testing.B) {
	l := &live{}
	following := make([]follow, 200)
	for i := range following {
		following[i].author = uuid.New()
	}
	slices.SortFunc(following, func(a, b follow) int { return compare(a.author, b.author) })
	start := time.Now()
	for range recentPosts - 1 {
		l.recent.add(announcement{Author: uuid.New()}, time.Now())
	}
	b.Run("nothing new", func(b *testing.B) {
		for b.Loop() {
			l.fresher(following, time.Now())
		}
	})
	b.Run("all of the ring is new", func(b *testing.B) {
		for b.Loop() {
			l.fresher(following, start)
		}
	})
	b.Run("in flight", func(b *testing.B) {
		for b.Loop() {
			l.inFlight(following)
		}
	})
}

func TestAnAnnouncementFitsIntoAMessageAndReadsBack(t *testing.T) {
	t.Parallel()
	readers := make([]uuid.UUID, namedReaders)
	for i := range readers {
		readers[i] = uuid.New()
	}
	for _, a := range []announcement{{Readers: joined(readers)}, {Post: uuid.New(), Author: uuid.New(), Large: true}, {Everybody: true}} {
		text, err := json.Marshal(a)
		if err != nil || len(text)+len(topicLive)+1 > pubsub.MaxMessage {
			t.Fatalf("%d bytes, %v", len(text), err)
		}
		var got announcement
		if err := json.Unmarshal(text, &got); err != nil || got.Post != a.Post || got.Author != a.Author || got.Large != a.Large || got.Everybody != a.Everybody {
			t.Fatalf("%s reads back as %+v, %v", text, got, err)
		}
		if want := split(a.Readers); !slices.Equal(split(got.Readers), want) {
			t.Fatalf("%d readers, want %d", len(split(got.Readers)), len(want))
		}
	}
	if ids := split(make([]byte, 40)); len(ids) != 2 {
		t.Errorf("half an id counts: %v", ids)
	}
}

// newTestHub is a hub without a service: for who is told what.
func newTestHub() *live {
	l := &live{log: slog.New(slog.DiscardHandler)}
	l.hub = newHub(&Service{}, l)
	return l
}

func (l *live) newTestWatch(viewer byte, following ...byte) *watch {
	w := &watch{hub: l.hub, wake: make(chan struct{}, 1), progress: progress{viewer: anyID(viewer)}}
	l.hub.viewers[w.viewer] = append(l.hub.viewers[w.viewer], w)
	l.hub.wheel.turning = true // nobody asks by himself
	l.hub.wheel.add(w)
	l.hub.follow(w, followingOf(following...))
	return w
}

func TestAPostConcernsTheStreamsWhoseViewerFollowsTheAuthorOrIsHim(t *testing.T) {
	t.Parallel()
	l := newTestHub()
	one, two, author := l.newTestWatch(1, 8, 9), l.newTestWatch(2, 9), l.newTestWatch(9)
	if got := l.hub.waiting(anyID(9)); len(got) != 3 {
		t.Errorf("%d streams wait for the post of an author who watches and has two followers", len(got))
	}
	l.hub.follow(two, followingOf(8))
	if got := l.hub.waiting(anyID(9)); len(got) != 2 || slices.Contains(got, two) {
		t.Errorf("%d streams wait after one follow ended", len(got))
	}
	if got := l.hub.waiting(anyID(8)); len(got) != 2 {
		t.Errorf("%d streams wait after a follow began", len(got))
	}
	for _, w := range []*watch{one, two, author} {
		l.hub.leave(w)
	}
	if len(l.hub.authors) != 0 || len(l.hub.viewers) != 0 || l.hub.open() != 0 {
		t.Errorf("after all left there are %d authors, %d viewers, %d streams", len(l.hub.authors), len(l.hub.viewers), l.hub.open())
	}
}

func TestChangedFollowsWakeTheStreamsOfTheirReadersAlone(t *testing.T) {
	t.Parallel()
	l := newTestHub()
	mine, alsoMine, theirs := l.newTestWatch(1), l.newTestWatch(1), l.newTestWatch(2)
	text, err := json.Marshal(announcement{Readers: joined([]uuid.UUID{anyID(1), anyID(3)})})
	if err != nil {
		t.Fatal(err)
	}
	l.hear(consistency.Position{Log: 77}, string(text))
	for w, want := range map[*watch]asks{mine: askLook | askFollows, alsoMine: askLook | askFollows, theirs: 0} {
		if got, _ := w.take(); got != want {
			t.Errorf("%v is asked for %b, want %b", w.viewer, got, want)
		}
	}
	if l.position() != (consistency.Position{Log: 77}) {
		t.Errorf("who looks then must have come to 77, not to %d", l.position())
	}
}

// Every stream is asked for a heartbeat within 15 seconds of the one before,
// without announcements it looks each second, and after a gap within two.
func TestTheWheelAsksEveryStreamInTime(t *testing.T) {
	t.Parallel()
	l := newTestHub()
	watches := make([]*watch, 500)
	for i := range watches {
		watches[i] = l.newTestWatch(byte(i))
	}
	count := func(ticks, from int, what asks) (least, most int) {
		counts := make([]int, len(watches))
		for n := from; n < from+ticks; n++ {
			l.hub.visit(n)
			for i, w := range watches {
				if got, _ := w.take(); got&what == what {
					counts[i]++
				}
			}
		}
		return slices.Min(counts), slices.Max(counts)
	}
	if least, most := count(int(15*time.Second/wheelTick)-1, 3, askBeat); least < 1 || most > 2 {
		t.Errorf("in 15 seconds streams get %d to %d heartbeats", least, most)
	}
	if least, most := count(int(10*time.Second/wheelTick), 7, askLook); least != 10 || most != 10 {
		t.Errorf("in 10 seconds without announcements streams look %d to %d times", least, most)
	}
	l.hub.missed()
	if least, most := count(int(2*time.Second/wheelTick), 5, askLook|askFollows); least != 1 || most != 1 {
		t.Errorf("within 2 seconds of a gap streams look %d to %d times", least, most)
	}
}

func TestAStreamThatIsTooSlowLooksAgainInsteadOfGrowing(t *testing.T) {
	t.Parallel()
	w := newTestHub().newTestWatch(1)
	for range inboxSize {
		w.put(&news{})
	}
	if what, inbox := w.take(); what != 0 || len(inbox) != inboxSize {
		t.Errorf("a full inbox has %d posts, and the stream is asked for %b", len(inbox), what)
	}
	for range 10*inboxSize + 1 {
		w.put(&news{})
	}
	if what, inbox := w.take(); what != askLook || len(inbox) > inboxSize {
		t.Errorf("an inbox that ran over has %d posts, and the stream is asked for %b", len(inbox), what)
	}
}

func TestAPostIsNewOnceHoweverOftenAndLateItIsAnnounced(t *testing.T) {
	t.Parallel()
	now := time.Now()
	made := func(ago time.Duration) uuid.UUID {
		u := idAt(now.Add(-ago))
		u[15] = 1
		return u
	}
	w := &watch{looked: now.Add(-2 * time.Minute), progress: progress{since: idAt(now.Add(-time.Minute)), delivered: []uuid.UUID{made(time.Second)}}}
	for name, c := range map[string]struct {
		ago  time.Duration
		want bool
	}{
		"delivered": {time.Second, false},
		"new":       {2 * time.Second, true},
		"made after the last look, announced late":   {90 * time.Second, true},
		"made before the last look, which found it":  {3 * time.Minute, false},
		"made long before the stream, announced now": {time.Hour, false},
	} {
		if got := w.takes(made(c.ago)); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	var q queueOfPosts
	p := announcedPost{entry: entry{post: made(0)}}
	for i, want := range [][2]bool{{true, true}, {true, false}} {
		if room, begin := q.push(p); room != want[0] || begin != want[1] || len(q.posts) != 1 {
			t.Errorf("push %d: room %v, begin %v, %d queued", i, room, begin, len(q.posts))
		}
	}
}

func TestTheQueueOfPostsIsBoundedAndEndsItsReadingWhenEmpty(t *testing.T) {
	t.Parallel()
	var q queueOfPosts
	for i := range queuedPosts {
		if room, begin := q.push(announcedPost{entry: entry{post: uuid.New()}}); !room || begin != (i == 0) {
			t.Fatalf("post %d: room %v, begin %v", i, room, begin)
		}
	}
	if room, begin := q.push(announcedPost{entry: entry{post: uuid.New()}}); room || begin {
		t.Error("one too many was taken")
	}
	taken := 0
	for batch := q.take(); len(batch) > 0; batch = q.take() {
		taken += len(batch)
	}
	if _, begin := q.push(announcedPost{entry: entry{post: uuid.New()}}); taken != queuedPosts || !begin {
		t.Errorf("%d were taken; who comes then begins anew: %v", taken, begin)
	}
	for range 3 * seenPosts {
		q.push(announcedPost{entry: entry{post: uuid.New()}})
		q.posts = q.posts[:0]
	}
	if n := len(q.seen) + len(q.seenBefore); n > 2*seenPosts {
		t.Errorf("%d are remembered", n)
	}
}

func TestWithoutABusNothingIsHeardAndAnnouncingIsNothing(t *testing.T) {
	t.Parallel()
	l := newLive(&Service{Deps: Deps{Log: slog.New(slog.DiscardHandler)}})
	if err := l.announcePost(t.Context(), anyID(1), anyID(2), true); err != nil {
		t.Error(err)
	}
	if err := l.announceFollows(t.Context(), []uuid.UUID{anyID(1)}); err != nil {
		t.Error(err)
	}
	if l.fresher(followingOf(2), time.Now().Add(-time.Hour)) || l.inFlight(followingOf(2)) != nil {
		t.Error("something was heard")
	}
}
