package main_test

import (
	"compress/gzip"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/gen/go/throng/post/v1/postv1connect"
	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/devstack"
	"github.com/throng-social/throng/internal/dynamo/dynamotest"
	"github.com/throng-social/throng/internal/queue/sqsqueue/sqstest"
)

// onAWS is a deployment whose parts are emulators of AWS and a Redis, with a hub that
// so many people follow.
type onAWS struct {
	*deployment

	app       *app.App
	followers int
	server    *exec.Cmd
	worker    *exec.Cmd
}

func deployOnAWS(t *testing.T, followers int) *onAWS {
	t.Helper()
	d, _ := onEmulators(t)
	d.followers = followers
	d.up(t)
	d.load(t)
	return d
}

// onEmulators is a deployment of which nothing runs yet but what it stands on.
func onEmulators(t *testing.T) (d *onAWS, redis string) {
	t.Helper()
	tables := dynamotest.New(t)
	queues := sqstest.Named(t, tables.Prefix)
	redis = startRedis(t)
	d = &onAWS{deployment: deploy(
		t, "THRONG_SHAPE=aws", "THRONG_MEDIA_STORE=folder", "THRONG_AWS_REGION="+devstack.Region, "THRONG_AWS_PREFIX="+tables.Prefix,
		"THRONG_DYNAMO_ENDPOINT="+tables.Endpoint, "THRONG_SQS_ENDPOINT="+queues.Endpoint, "THRONG_REDIS_URL="+redis,
		"THRONG_TIMELINE_STRATEGY=push", "THRONG_TIMELINE_FANOUT_PAGE=25", "THRONG_TIMELINE_FANOUT_TURN=0s",
	)}
	s := app.Settings{Database: app.Database{URL: d.db.Writer}, Secret: strings.Repeat("00", 32), Services: app.Nouns, MediaDir: t.TempDir()}
	s.Shape, s.MediaStore, s.RedisURL, s.QueueEndpoint = app.ShapeAWS, "folder", redis, queues.Endpoint
	s.Region, s.Prefix, s.DynamoEndpoint = devstack.Region, tables.Prefix, tables.Endpoint
	s.Timeline.Keep, s.Timeline.FanoutPage = 1, 1
	var err error
	if d.app, err = app.New(t.Context(), s, app.Role{}, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.app.Close)
	return d, redis
}

func startRedis(t *testing.T) (url string) {
	t.Helper()
	dir, err := devstack.TempDir("throng-redis-test-")
	if err != nil {
		t.Fatal(err)
	}
	r, err := devstack.StartRedis(t.Context(), devstack.RedisOptions{Dir: filepath.Join(dir, "data")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if err := devstack.RemoveTempDir(dir); err != nil {
			t.Error(err)
		}
	})
	return r.URL()
}

// up starts a server and a worker.
func (d *onAWS) up(t *testing.T) {
	t.Helper()
	d.server = d.start(t, "serve", "--no-work")
	d.worker = d.start(t, "worker")
	await(t, 20*time.Second, "the server is ready", func() bool { return ready("http://" + d.addr) })
}

// crash kills both, as a machine that loses its power does.
func (d *onAWS) crash(t *testing.T) {
	t.Helper()
	for _, cmd := range []*exec.Cmd{d.worker, d.server} {
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
	}
}

// load imports the hub's followers.
func (d *onAWS) load(t *testing.T) {
	t.Helper()
	sql, err := pgx.Connect(t.Context(), d.db.Writer)
	if err != nil {
		t.Fatal(err)
	}
	defer sql.Close(t.Context())
	if _, err := sql.Exec(t.Context(), `INSERT INTO users (handle, role) VALUES ('operator', 4)`); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "follows.txt.gz")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(f)
	for i := range d.followers {
		fmt.Fprintf(z, "%d hub\n", i)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	operator := strings.TrimSpace(d.mustRun(t, "token", "operator", "--ttl", "1h"))
	t.Log(d.mustRun(t, "import", "follows", path, "--prefix", "epi_", "--token", operator))
	d.settled(t)
}

func (d *onAWS) settled(t *testing.T) {
	t.Helper()
	await(t, 2*time.Minute, "every message is handled", func() bool {
		n, err := d.app.OpenJobs(t.Context())
		return err == nil && n == 0
	})
}

// post has the hub post, and goes on with the same key until somebody says that it is
// done.
func (d *onAWS) post(t *testing.T, text string) string {
	t.Helper()
	token, err := d.app.Token(t.Context(), "epi_hub", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	posts := postv1connect.NewPostServiceClient(http.DefaultClient, "http://"+d.addr)
	req := &postv1.CreatePostRequest{Text: text, IdempotencyKey: uuid.NewString()}
	var post string
	await(t, time.Minute, "the post is acknowledged", func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		ctx, call := connect.NewClientContext(ctx)
		call.RequestHeader().Set("Authorization", "Bearer "+token)
		res, err := posts.CreatePost(ctx, req)
		post = res.GetPost().GetId()
		return err == nil
	})
	return post
}

// Server and worker are killed at ten moments: at once after a post was acknowledged,
// when its announcement is in the outbox alone, and later, in the midst of its
// delivery.
func TestServersAndWorkersOnAWSThatAreKilledTenTimesLoseNothing(t *testing.T) {
	d := deployOnAWS(t, 400)
	random := rand.New(rand.NewPCG(5, 6))
	var posts []string
	unpublished := 0
	for i := range 10 {
		posts = append(posts, d.post(t, fmt.Sprint("in a hurry ", i)))
		if i%2 > 0 {
			<-time.After(time.Duration(random.IntN(200)) * time.Millisecond)
		}
		d.crash(t)
		if n, err := d.app.OpenJobs(t.Context()); err == nil && n > 0 {
			unpublished++
		}
		d.up(t)
	}
	began := time.Now()
	d.settled(t)
	t.Logf("%d of 10 times something was on its way; everything was delivered %v after the last start", unpublished, time.Since(began).Round(time.Millisecond))
	if unpublished < 5 {
		t.Errorf("only %d crashes came while something was on its way", unpublished)
	}
	if out := d.mustRun(t, "lab", "audit"); !strings.Contains(out, fmt.Sprintf("%d posts", (d.followers+1)*len(posts))) || !strings.Contains(out, "0 missing, 0 extra") {
		t.Error(out)
	}
	t.Log(d.mustRun(t, "recount"))
}
