package app_test

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/redis/redistest"
)

// run runs an app until stop, which answers what it ended with.
func run(t *testing.T, db pgtest.DB, role app.Role, change ...func(*app.Settings)) (a *app.App, stop func() error) {
	t.Helper()
	s := defaults(t)
	s.URL, s.Readers = db.Writer, db.Readers
	s.Addr, s.OpsAddr, s.MediaDir, s.RateLimits = "127.0.0.1:0", "", filepath.Join(t.TempDir(), "media"), false
	s.Secret, s.DrainTime = hex.EncodeToString(make([]byte, 32)), time.Minute
	for _, c := range change {
		c(&s)
	}
	a, err := app.New(t.Context(), s, role, slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx); close(done) }()
	t.Cleanup(func() {
		cancel()
		for range done {
			continue // until it is closed
		}
		a.Close()
	})
	return a, func() error { cancel(); return <-done }
}

// A server that runs no jobs hears of posts from the worker in another process.
func TestLiveStreamsAcrossProcesses(t *testing.T) {
	t.Parallel()
	for name, bus := range map[string]func(*app.Settings){
		"over Postgres": func(*app.Settings) {},
		"over Redis":    onRedis(redistest.New(t).URL()),
	} {
		t.Run(name, func(t *testing.T) { liveAcrossProcesses(t, bus) })
	}
}

func liveAcrossProcesses(t *testing.T, bus func(*app.Settings)) {
	db := pgtest.New(t)
	a, stop := run(t, db, app.Role{Serve: true}, bus)
	run(t, db, app.Role{Work: true}, bus)
	d := deployment{app: a, base: "http://" + a.Addr(), db: db}
	for deadline := time.Now().Add(time.Minute); !strings.Contains(metrics(t, d.base), "\nthrong_live_connected 1\n"); {
		if time.Now().After(deadline) {
			t.Fatal("announcements are not heard")
		}
		<-time.After(20 * time.Millisecond)
	}
	ann, bob := d.signUp(t), d.signUp(t)
	ann.follow(t, bob)
	d.settled(t)
	stream, err := ann.timeline.WatchHomeTimeline(t.Context(), &timelinev1.WatchHomeTimelineRequest{})
	if err != nil || !stream.Receive() {
		t.Fatal(err, stream.Err())
	}
	post := bob.post(t, "live")
	for more := true; more && len(stream.Msg().GetItems()) == 0; {
		more = stream.Receive()
	}
	if items := stream.Msg().GetItems(); len(items) != 1 || items[0].GetPost().GetId() != post {
		t.Fatal("got", items, stream.Err())
	}
	text := metrics(t, d.base)
	for _, line := range []string{"throng_timeline_streams 1", "throng_timeline_live_hydrations_total 1", "throng_timeline_live_items_total 1"} {
		if !strings.Contains(text, "\n"+line+"\n") {
			t.Errorf("the metrics do not say %q", line)
		}
	}
	began := time.Now()
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	for stream.Receive() {
		continue // a heartbeat
	}
	if err := errors.Join(stream.Err(), stream.Close()); err != nil {
		t.Error("a server that stops ends the stream with", err)
	}
	if err := <-stopped; err != nil || time.Since(began) > 30*time.Second {
		t.Errorf("it stopped after %v with %v", time.Since(began), err)
	}
}

func metrics(t *testing.T, base string) string {
	t.Helper()
	res, err := http.Get(base + "/ops/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
