package timeline_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"connectrpc.com/connect"

	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/queue"
)

var allQueues = []string{queue.Events, queue.Fanout, queue.Moves}

func TestAPostIsReadOnceAndReachesTheStreamsOfFollowersAndAuthorAlone(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t)
	p := startSite(t, d, siteOptions{})
	startSite(t, d, siteOptions{queues: allQueues})
	people := p.people(t, 22)
	author, other, followers := people[0], people[1], people[2:]
	for _, f := range followers {
		p.follow(t, f, author)
	}
	p.post(t, author, "before the streams began")
	awaitThat(t, "the follows were announced", func() bool { return p.timeline.Live().Heard >= int64(len(followers))+1 })
	watchers := []*watcher{p.watch(t, author, "")}
	for _, f := range append(followers, followers[0]) {
		watchers = append(watchers, p.watch(t, f, ""))
	}
	stranger := p.watch(t, other, "")
	looks := p.timeline.Live().Looks
	one, two := p.post(t, author, "one"), p.post(t, author, "two")
	theirs := p.post(t, other, "by somebody else")
	for _, w := range watchers {
		w.wants(t, one, two)
	}
	stranger.wants(t, theirs)
	if why := watchers[0].had()[0].GetWhy(); why != timelinev1.Why_WHY_OWN {
		t.Error("the author gets his own post as", why)
	}
	if item := watchers[1].had()[0]; item.GetWhy() != timelinev1.Why_WHY_FOLLOWED_PULLED || item.GetPost().GetText() == "" || item.GetAuthor().GetHandle() == "" {
		t.Error("a follower gets", item)
	}
	live := p.timeline.Live()
	if live.Hydrations != 3 || live.Looks != looks || live.Streams != len(watchers)+1 || live.Sent != int64(2*len(watchers)+1) {
		t.Errorf("three posts for %d streams: %+v, before: %d looks", len(watchers)+1, live, looks)
	}
}

func TestAStreamHasWhatAFollowBringsAndNothingAfterItEnded(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t)
	p := startSite(t, d, siteOptions{})
	startSite(t, d, siteOptions{queues: allQueues})
	people := p.people(t, 4)
	ann, bob, cat, dan := people[0], people[1], people[2], people[3]
	w := p.watch(t, ann, "")
	earlier := p.post(t, bob, "just before the follow")
	p.follow(t, ann, bob)
	w.wants(t, earlier)
	later := p.post(t, bob, "after the follow")
	w.wants(t, earlier, later)
	p.follow(t, ann, cat)
	p.follow(t, ann, dan)
	hello := p.post(t, dan, "hello")
	w.wants(t, earlier, later, hello)
	awaitThat(t, "all is announced", func() bool { return openJobs(t, d, "timeline.follows_changed") == 0 })
	stopMoves(t, d)
	// Nobody announces these: the streams still wait for the authors' posts.
	p.unfollow(t, ann, bob)
	if _, err := p.graph.Block(actAs(t, cat), &graphv1.BlockRequest{UserId: ann.String()}); err != nil {
		t.Fatal(err)
	}
	p.post(t, bob, "after the unfollow")
	p.post(t, cat, "after the block")
	last := p.post(t, dan, "the last one")
	w.wants(t, earlier, later, hello, last)
}

// stopMoves makes the jobs of changed follows wait, as on a queue that is behind.
func stopMoves(t *testing.T, d pgtest.DB) {
	t.Helper()
	execSQL(t, d, `CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.scheduled_at := now() + interval '1 hour'; NEW.state := 'scheduled'; RETURN NEW; END $$;
		CREATE TRIGGER hold BEFORE INSERT ON river_job FOR EACH ROW WHEN (NEW.kind = 'timeline.follows_changed') EXECUTE FUNCTION hold()`)
}

func TestADeletedPostIsNotSent(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t)
	p := startSite(t, d, siteOptions{})
	people := p.people(t, 2)
	ann, bob := people[0], people[1]
	p.follow(t, ann, bob)
	w := p.watch(t, ann, "")
	gone, kept := p.post(t, bob, "to go"), p.post(t, bob, "to stay")
	if _, err := p.posts.DeletePost(actAs(t, bob), &postv1.DeletePostRequest{PostId: gone}); err != nil {
		t.Fatal(err)
	}
	startSite(t, d, siteOptions{queues: allQueues})
	w.wants(t, kept)
	last := p.post(t, bob, "the last one")
	w.wants(t, kept, last)
}

// The server that announcements are read from may be behind them.
func TestAPostReachesStreamsWhileTheReplicaIsBehind(t *testing.T) {
	t.Parallel()
	d := pgtest.NewReplicated(t, 1)
	p := startSite(t, d, siteOptions{})
	startSite(t, d, siteOptions{queues: allQueues})
	people := p.people(t, 3)
	ann, bob, cat := people[0], people[1], people[2]
	p.follow(t, ann, bob)
	if err := d.Server.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	w := p.watch(t, ann, "")
	if err := d.Server.PauseReplay(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	one := p.post(t, bob, "the replica does not know this")
	w.wants(t, one)
	two := p.post(t, cat, "nor that")
	p.follow(t, ann, cat)
	w.wants(t, one, two)
	late := p.watch(t, ann, "")
	three := p.post(t, cat, "nor anything else")
	late.wants(t, three)
	w.wants(t, one, two, three)
	if err := d.Server.ResumeReplay(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
}

func TestNothingIsMissedOrSentTwiceWhenTheListenerLosesItsConnectionAllTheTime(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t)
	p := startSite(t, d, siteOptions{})
	startSite(t, d, siteOptions{queues: allQueues})
	people := p.people(t, 2)
	p.follow(t, people[0], people[1])
	w := p.watch(t, people[0], "")
	sql := sqlPool(t, d)
	var posts []string
	for i := range 40 {
		if i%3 == 0 {
			if _, err := sql.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'throng live' AND datname = current_database()`); err != nil {
				t.Fatal(err)
			}
		}
		posts = append(posts, p.post(t, people[1], fmt.Sprint(i)))
	}
	w.wants(t, posts...)
	last := p.post(t, people[1], "the last one")
	w.wants(t, append(posts, last)...)
}

func TestWithoutAnnouncementsStreamsLookForThemselves(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t)
	p := startSite(t, d, siteOptions{deaf: true})
	people := p.people(t, 2)
	p.follow(t, people[0], people[1])
	w := p.watch(t, people[0], "")
	one := p.post(t, people[1], "one")
	w.wants(t, one)
	two := p.post(t, people[1], "two")
	w.wants(t, one, two)
}

// A stream goes on while posts come in, and its logs are slow: what is announced
// between its reading and its first message is neither lost nor sent twice.
func TestStreamsThatGoOnAmongPostsHaveEachOfThemOnce(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t)
	p := startSite(t, d, siteOptions{slowLogs: 200 * time.Millisecond})
	startSite(t, d, siteOptions{queues: allQueues})
	people := p.people(t, 21)
	author, viewers := people[0], people[1:]
	tokens := make([]string, len(viewers))
	for i, v := range viewers {
		p.follow(t, v, author)
		tokens[i] = p.watch(t, v, "").end()
	}
	awaitThat(t, "the follows were announced", func() bool { return p.timeline.Live().Heard >= int64(len(viewers)) })
	var written atomic.Int64
	streams := make([]*watcher, len(viewers))
	var opening sync.WaitGroup
	for i, v := range viewers {
		opening.Go(func() {
			awaitThat(t, "it is this one's turn", func() bool { return written.Load() >= int64(3*i) })
			streams[i] = p.watch(t, v, tokens[i])
		})
	}
	var posts []string
	for i := range 3 * len(viewers) {
		posts = append(posts, p.post(t, author, fmt.Sprint(i)))
		written.Add(1)
	}
	opening.Wait()
	for _, w := range streams {
		w.wants(t, posts...)
	}
	last := p.post(t, author, "the last one")
	for _, w := range streams {
		w.wants(t, append(posts, last)...)
	}
}

func TestAResumedStreamHasEverythingSinceHoweverMuch(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t)
	p := startSite(t, d, siteOptions{})
	startSite(t, d, siteOptions{queues: allQueues})
	people := p.people(t, 2)
	p.follow(t, people[0], people[1])
	w := p.watch(t, people[0], "")
	first := p.post(t, people[1], "first")
	w.wants(t, first)
	token := w.end()
	var posts []string
	for i := range 2*300 + 50 {
		posts = append(posts, p.post(t, people[1], fmt.Sprint("while away ", i)))
	}
	again := p.watch(t, people[0], token)
	again.wants(t, posts...)
	more := p.post(t, people[1], "live again")
	again.wants(t, append(posts, more)...)
	p.watch(t, people[0], again.end()).wants(t)
}

func TestAStreamThatMayLiveNoLongerEndsWithoutAnError(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t)
	p := startSite(t, d, siteOptions{})
	viewer := p.people(t, 1)[0]
	w := p.watch(t, viewer, "", lifeHeader, "300ms")
	select {
	case <-w.ended:
		if w.err != nil || w.token == "" {
			t.Errorf("it ends with %v, token %q", w.err, w.token)
		}
	case <-time.After(watchPatience):
		t.Error("it goes on")
	}
}

func TestAServerThatStopsEndsItsStreamsAndTakesNoMore(t *testing.T) {
	t.Parallel()
	p := startSite(t, pgtest.New(t), siteOptions{})
	viewer := p.people(t, 1)[0]
	w := p.watch(t, viewer, "")
	p.timeline.EndStreams()
	if <-w.ended; w.err != nil {
		t.Error("the stream ends with", w.err)
	}
	refused := p.watch(t, viewer, w.token)
	if <-refused.ended; connect.CodeOf(refused.err) != connect.CodeUnavailable {
		t.Error("a new one ends with", refused.err)
	}
}

func TestAnAccountHasEightStreamsAtMost(t *testing.T) {
	t.Parallel()
	p := startSite(t, pgtest.New(t), siteOptions{})
	viewer := p.people(t, 1)[0]
	var open []*watcher
	for range 8 {
		open = append(open, p.watch(t, viewer, ""))
	}
	ninth := p.watch(t, viewer, "")
	if <-ninth.ended; connect.CodeOf(ninth.err) != connect.CodeResourceExhausted {
		t.Fatal("the ninth ends with", ninth.err)
	}
	open[3].end()
	awaitThat(t, "the place is free", func() bool { return p.timeline.Live().Streams == 7 })
	again := p.watch(t, viewer, "")
	awaitThat(t, "the place that is free is given", func() bool { return p.timeline.Live().Streams == 8 })
	if again.end() == "" {
		t.Error("it has no token")
	}
}

// Servers whose clocks are wrong by five seconds, to both sides, or by as much as
// can be; posts that are committed long after their ids were made; and watchers
// that are cut all the time and go on at the next server: each has every post
// exactly once.
func TestAWatcherThatGoesBackAndForthBetweenServersMissesNothing(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t)
	var servers []*site
	for _, skew := range []time.Duration{5 * time.Second, -5 * time.Second, time.Hour} {
		servers = append(servers, startSite(t, d, siteOptions{skew: skew}))
	}
	startSite(t, d, siteOptions{queues: allQueues})
	execSQL(t, d, `CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(random() * 2); RETURN NULL; END $$;
		CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON posts DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.text LIKE 'late%') EXECUTE FUNCTION dawdle()`)
	people := servers[0].people(t, 8)
	authors, viewers := people[:3], people[3:]
	for _, v := range viewers {
		for _, a := range authors {
			servers[0].follow(t, v, a)
		}
	}
	streams := make([]*watcher, len(viewers))
	for i, v := range viewers {
		streams[i] = servers[i%3].watch(t, v, "")
	}
	var posts []string
	var mu sync.Mutex
	var writing sync.WaitGroup
	for _, a := range authors {
		writing.Go(func() {
			for i := range 16 {
				post := servers[i%3].post(t, a, []string{"at once", "late"}[i%2])
				mu.Lock()
				posts = append(posts, post)
				mu.Unlock()
			}
		})
	}
	written := make(chan struct{})
	go func() { writing.Wait(); close(written) }()
	had := make([][]*timelinev1.TimelineItem, len(viewers))
	for round, done := 0, false; !done; round++ {
		select {
		case <-written:
			done = true
		case <-time.After(100 * time.Millisecond):
		}
		for i := range streams {
			token := streams[i].end()
			had[i] = append(had[i], streams[i].items...)
			streams[i] = servers[(i+round+1)%3].watch(t, viewers[i], token)
		}
	}
	// What was sent twice would have come before this.
	last := servers[0].post(t, authors[0], "the last one")
	for i, w := range streams {
		w.mu.Lock()
		w.items = append(had[i], w.items...)
		w.mu.Unlock()
		w.wants(t, append(posts, last)...)
	}
}
