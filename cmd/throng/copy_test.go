package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/throng-social/throng/internal/devstack"
	"github.com/throng-social/throng/internal/dynamo/dynamotest"
)

// The graph goes to DynamoDB, with an interruption, and back. With THRONG_COPY_EPINIONS it
// is the real one, with so many timelines audited on each side, or all for 0.
func TestAGraphIsCopiedToDynamoDBAndBack(t *testing.T) {
	g, sample := madeGraph(t, 600, 300), "300"
	if n := os.Getenv("THRONG_COPY_EPINIONS"); n != "" {
		g, sample = epinions(t), n
	}
	tables := dynamotest.New(t)
	d := deploy(t, "THRONG_TIMELINE_STRATEGY=pull", "THRONG_QUEUE=river", "THRONG_AWS_REGION="+devstack.Region,
		"THRONG_AWS_PREFIX="+tables.Prefix, "THRONG_DYNAMO_ENDPOINT="+tables.Endpoint)
	w := &world{deployment: d, graphFile: g}
	w.settle(t)
	was := w.sums(t)
	args := []string{"copy", "--sample", sample, "--from"}
	first := w.start(t, append(args, "one", "--to", "aws")...)
	await(t, time.Minute, "a part is copied", func() bool { return w.count(t, `SELECT coalesce(max(moved), 0) FROM copy_places`) > 0 })
	if err := first.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := first.Wait(); err == nil {
		t.Fatal("the copy was not interrupted: it was done")
	}
	for _, way := range [][]string{{"one", "--to", "aws"}, {"aws", "--to", "one", "--replace"}} {
		began := time.Now()
		t.Logf("%s\nin %v", w.mustRun(t, append(args, way...)...), time.Since(began).Round(time.Millisecond))
	}
	if is := w.sums(t); is != was {
		t.Errorf("there were %v, there are %v", was, is)
	}
	if n := w.count(t, `SELECT count(*) FROM graph_follows`); n != w.follows {
		t.Errorf("%d follows, want %d", n, w.follows)
	}
}

// settle imports the graph, has some people post, and ends server and worker.
func (w *world) settle(t *testing.T) {
	t.Helper()
	server, worker := w.start(t, "serve", "--no-work"), w.start(t, "worker")
	await(t, 20*time.Second, "the server is ready", func() bool { return ready("http://" + w.addr) })
	w.connect(t)
	t.Log(w.mustRun(t, w.importArgs()...))
	for i := range 40 {
		if _, err := w.postAs(t.Context(), fmt.Sprint("epi_", 14+i%4), fmt.Sprint("number ", i)); err != nil {
			t.Fatal(err)
		}
	}
	await(t, 2*time.Minute, "every message is handled", func() bool {
		n, err := w.app.OpenJobs(t.Context())
		return err == nil && n == 0
	})
	for _, cmd := range []*exec.Cmd{server, worker} {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	}
}

// sums are of all rows that a copy takes along.
func (w *world) sums(t *testing.T) (sums [4]int) {
	t.Helper()
	for i, query := range []string{
		`SELECT coalesce(sum(hashtext(f::text)::bigint), 0) FROM graph_follows f`,
		`SELECT coalesce(sum(hashtext(c::text)::bigint), 0) FROM graph_counts c`,
		`SELECT coalesce(sum(hashtext(p::text)::bigint), 0) FROM posts p`,
		`SELECT coalesce(sum(hashtext(format('%s %s %s', author_id, reader_id, since))::bigint), 0) FROM timeline_edges`,
	} {
		sums[i] = w.count(t, query)
	}
	return sums
}
