// Package s3test gives tests a real store of objects that checks signatures: one
// server for the test process, started with the first test that asks, and a bucket
// for every test. A test package wraps its tests once,
//
//	func TestMain(m *testing.M) { os.Exit(s3test.Tests(m).Run()) }
//
// and its tests call New, or NewServer where the store itself is to fail. It is for
// tests alone.
package s3test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/throng-social/throng/internal/devstack"
	"github.com/throng-social/throng/internal/media/s3files"
)

// patience is for a start on a busy machine.
const patience = time.Minute

// Runner runs tests, as *testing.M does.
type Runner interface{ Run() int }

// Process is what one test process has.
type Process struct {
	tests Runner

	mu     sync.Mutex
	dir    string
	shared *devstack.S3
	count  int
}

// process is set once, by Tests.
var process *Process

// Tests are tests whose store goes with them.
func Tests(tests Runner) *Process {
	process = &Process{tests: tests}
	return process
}

// Run runs them, and then ends the store.
func (p *Process) Run() int {
	code := p.tests.Run()
	if err := p.close(); err != nil {
		slog.Error("end the test store", slog.Any("error", err))
		code = max(code, 1)
	}
	return code
}

func (p *Process) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shared != nil {
		if err := p.shared.Close(); err != nil {
			return err
		}
	}
	if p.dir == "" {
		return nil
	}
	return devstack.RemoveTempDir(p.dir)
}

// Bucket is an empty bucket that one test has to itself.
type Bucket struct {
	Config s3files.Config
	// Server has the bucket. That of New is shared: leave it running.
	Server *devstack.S3

	api *s3.Client
}

// New returns a bucket on the shared server.
func New(t testing.TB) Bucket {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	server, err := process.start(ctx)
	if err != nil {
		t.Fatalf("s3test: %v", err)
	}
	return process.bucket(t, server)
}

// NewServer returns a bucket on a server of its own, which the test may stop.
func NewServer(t testing.TB) Bucket {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	server, err := process.another(ctx)
	if err != nil {
		t.Fatalf("s3test: %v", err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Errorf("s3test: %v", err)
		}
	})
	return process.bucket(t, server)
}

func (p *Process) start(ctx context.Context) (*devstack.S3, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shared != nil {
		return p.shared, nil
	}
	dir, err := p.folder("shared")
	if err != nil {
		return nil, err
	}
	p.shared, err = devstack.StartS3(ctx, devstack.EmulatorOptions{Dir: dir})
	return p.shared, err
}

func (p *Process) another(ctx context.Context) (*devstack.S3, error) {
	p.mu.Lock()
	p.count++
	dir, err := p.folder(fmt.Sprintf("own-%d", p.count))
	p.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return devstack.StartS3(ctx, devstack.EmulatorOptions{Dir: dir})
}

// folder names a data folder of this process.
func (p *Process) folder(name string) (string, error) {
	if p.dir == "" {
		dir, err := devstack.TempDir("throng-s3test")
		if err != nil {
			return "", err
		}
		p.dir = dir
	}
	return filepath.Join(p.dir, name), nil
}

func (p *Process) bucket(t testing.TB, server *devstack.S3) Bucket {
	t.Helper()
	p.mu.Lock()
	p.count++
	name := fmt.Sprintf("media-%d", p.count)
	p.mu.Unlock()
	if err := server.EnsureBucket(t.Context(), name); err != nil {
		t.Fatalf("s3test: %v", err)
	}
	return Bucket{
		Config: s3files.Config{
			Bucket: name, Region: devstack.Region, Endpoint: server.Endpoint(), PathStyle: true,
			AccessKey: server.AccessKey(), SecretKey: server.SecretKey(),
		},
		Server: server,
		api:    server.Client(),
	}
}

// Keys lists what is in the bucket.
func (b Bucket) Keys(t testing.TB) []string {
	t.Helper()
	page, err := b.api.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: &b.Config.Bucket})
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, o := range page.Contents {
		keys = append(keys, *o.Key)
	}
	return keys
}

// Put writes an object past everything.
func (b Bucket) Put(t testing.TB, key, text string) {
	t.Helper()
	_, err := b.api.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &b.Config.Bucket, Key: &key, Body: strings.NewReader(text)})
	if err != nil {
		t.Fatal(err)
	}
}

// Get reads an object.
func (b Bucket) Get(t testing.TB, key string) string {
	t.Helper()
	res, err := b.api.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &b.Config.Bucket, Key: &key})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Delete takes an object away.
func (b Bucket) Delete(t testing.TB, key string) {
	t.Helper()
	if _, err := b.api.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &b.Config.Bucket, Key: &key}); err != nil {
		t.Fatal(err)
	}
}
