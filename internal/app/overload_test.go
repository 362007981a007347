package app_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"connectrpc.com/connect"

	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	throng "github.com/throng-social/throng/sdk/go"
)

// A server that has all that it can do goes on with that, says so to everybody else,
// and is not taken for dead.
func TestAServerThatHasEnoughToDoRefusesTheRestAndStaysUp(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	d := deploy(t, db, seams[0], func(s *app.Settings) { s.Concurrency = "1-1" })
	sql := connectTo(t, db)
	ann := d.signUp(t)
	held, err := sql.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := held.Exec(t.Context(), "LOCK TABLE posts IN ACCESS EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	posted := make(chan error, 1)
	go func() {
		_, err := ann.posts.CreatePost(t.Context(), &postv1.CreatePostRequest{Text: "one that takes its time", IdempotencyKey: "takes its time"})
		posted <- err
	}()
	wait(t, sql, "the post is on its way", "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'posts'::regclass AND NOT granted)")

	_, err = d.stranger().users.GetUser(t.Context(), &userv1.GetUserRequest{Key: &userv1.GetUserRequest_Handle{Handle: ann.handle}})
	if connect.CodeOf(err) != connect.CodeResourceExhausted || throng.Reason(err) != "overloaded" || throng.RetryAfter(err) == 0 {
		t.Errorf("a stranger is answered with %v, %q, come back after %v", err, throng.Reason(err), throng.RetryAfter(err))
	}
	for path, want := range map[string]int{"/ops/readyz": http.StatusNoContent, "/ops/livez": http.StatusNoContent} {
		if code := d.probe(t, path); code != want {
			t.Errorf("%s answers %d", path, code)
		}
	}
	if status := fetch(t, http.MethodPost, d.base+"/grpc.health.v1.Health/Check", "{}")["status"]; status != "SERVING_STATUS_SERVING" {
		t.Errorf("the health check says %v", status)
	}
	if text := d.metrics(t); !strings.Contains(text, `throng_rpc_shed_total{importance="glance"} 1`) || !strings.Contains(text, "throng_rpc_in_flight 1") {
		t.Error("the metrics do not tell of it:", text)
	}

	if err := held.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-posted; err != nil {
		t.Error("the post that was let in ended with", err)
	}
	if _, err := d.stranger().users.GetUser(t.Context(), &userv1.GetUserRequest{Key: &userv1.GetUserRequest_Handle{Handle: ann.handle}}); err != nil {
		t.Error("afterwards a stranger is answered with", err)
	}
}

func (d deployment) metrics(t *testing.T) string {
	t.Helper()
	res, err := http.Get(d.base + "/ops/metrics")
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
