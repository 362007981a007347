package s3files_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/media/s3files"
	"github.com/throng-social/throng/internal/media/s3files/s3test"
)

// faulty is a network that fails as often as it is told.
type faulty struct {
	http.RoundTripper

	// fail answers instead of the server, before or after that has done its work.
	fail  func(*http.Request) (*http.Response, error)
	after bool
	left  atomic.Int64
	asked atomic.Int64
}

func (f *faulty) RoundTrip(r *http.Request) (*http.Response, error) {
	f.asked.Add(1)
	if f.left.Add(-1) < 0 {
		return f.RoundTripper.RoundTrip(r)
	}
	if f.after {
		if res, err := f.RoundTripper.RoundTrip(r); err == nil {
			_ = res.Body.Close()
		}
	}
	return f.fail(r)
}

func over(b s3test.Bucket, times int64, after bool, fail func(*http.Request) (*http.Response, error)) (s3files.Config, *faulty) {
	f := &faulty{RoundTripper: http.DefaultTransport, fail: fail, after: after}
	f.left.Store(times)
	b.Config.Transport = f
	return b.Config, f
}

func answering(status int, code string) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r, Header: http.Header{"Content-Type": {"application/xml"}},
			Body: io.NopCloser(strings.NewReader("<Error><Code>" + code + "</Code><Message>it fails</Message></Error>")),
		}, nil
	}
}

func breaking(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }

// stuck answers when nobody waits any more.
func stuck(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// calls are all that ask the bucket.
func calls(f *s3files.Files, mediaID uuid.UUID) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"Arrived": func(ctx context.Context) error { _, err := f.Arrived(ctx, mediaID, 5); return err },
		"Discard": func(ctx context.Context) error { return f.Discard(ctx, mediaID) },
		"Keep": func(ctx context.Context) error {
			_, err := f.Keep(ctx, mediaID, "image/png", []byte("bytes"))
			return err
		},
		"Read": func(ctx context.Context) error {
			o, err := f.Open(ctx, mediaID, 5)
			if err != nil {
				return err
			}
			defer func() { _ = o.Close() }()
			_, err = io.ReadAll(o)
			return err
		},
		"Remove": func(ctx context.Context) error { return f.Remove(ctx, []uuid.UUID{mediaID}) },
		"Sweep":  func(ctx context.Context) error { return f.Sweep(ctx, time.Now().Add(-time.Hour)) },
	}
}

func TestPassingFailuresAreTriedAgain(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(*http.Request) (*http.Response, error){
		"500": answering(500, "InternalError"), "503": answering(503, "SlowDown"), "a broken connection": breaking,
	} {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, done: %t", name, after), func(t *testing.T) {
				t.Parallel()
				b, mediaID := s3test.New(t), uuid.Must(uuid.NewV7())
				for _, call := range []string{"Arrived", "Keep", "Read", "Discard", "Sweep", "Remove"} {
					b.Put(t, "quarantine/"+mediaID.String(), "bytes")
					c, network := over(b, 2, after, fail)
					if err := calls(open(t, c), mediaID)[call](t.Context()); err != nil {
						t.Errorf("%s: %v", call, err)
					}
					if n := network.asked.Load(); n < 3 {
						t.Errorf("%s: %d requests", call, n)
					}
				}
			})
		}
	}
}

func TestFailuresThatStayAreOfTheKindUnavailable(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(*http.Request) (*http.Response, error){
		"500": answering(500, "InternalError"), "503": answering(503, "SlowDown"), "502 of a proxy": answering(502, ""), "a broken connection": breaking,
		"409": answering(409, "ConditionalRequestConflict"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, network := over(s3test.New(t), 1000, false, fail)
			for call, do := range calls(open(t, c), uuid.Must(uuid.NewV7())) {
				network.asked.Store(0)
				err := do(t.Context())
				f, ok := errors.AsType[*fault.Error](err)
				if !ok || f.Kind != fault.Unavailable || f.RetryAfter == 0 {
					t.Errorf("%s: %v", call, err)
				}
				if n := network.asked.Load(); n > 3 {
					t.Errorf("%s: %d requests", call, n)
				}
			}
		})
	}
}

func TestAStoreThatDoesNotAnswerIsNotWaitedForLong(t *testing.T) {
	t.Parallel()
	c, _ := over(s3test.New(t), 1000, false, stuck)
	var all sync.WaitGroup
	for call, do := range calls(open(t, c), uuid.Must(uuid.NewV7())) {
		if call == "Read" {
			continue // its time is that of the reader, and the transport's for the head
		}
		all.Go(func() {
			began := time.Now()
			if err := do(t.Context()); !fault.Is(err, fault.Unavailable) {
				t.Errorf("%s: %v", call, err)
			}
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("%s took %v", call, took)
			}
		})
	}
	all.Wait()
}

func TestTheCallersEndIsNoFailureOfTheStore(t *testing.T) {
	t.Parallel()
	c, _ := over(s3test.New(t), 1000, false, stuck)
	for call, do := range calls(open(t, c), uuid.Must(uuid.NewV7())) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(10*time.Millisecond, cancel)
		if err := do(ctx); !fault.Is(err, fault.Canceled) {
			t.Errorf("%s: %v", call, err)
		}
		ctx, cancel = context.WithTimeout(t.Context(), 10*time.Millisecond)
		if err := do(ctx); !fault.Is(err, fault.TimedOut) {
			t.Errorf("%s: %v", call, err)
		}
		cancel()
	}
}

func TestAWrongSetUpIsNoPassingFailure(t *testing.T) {
	t.Parallel()
	b := s3test.New(t)
	elsewhere, denied := b.Config, b.Config
	elsewhere.Bucket, denied.SecretKey = "not-there", "made up, as it is not known"
	for name, c := range map[string]s3files.Config{"no such bucket": elsewhere, "access denied": denied} {
		for call, do := range calls(open(t, c), uuid.Must(uuid.NewV7())) {
			if err := do(t.Context()); err == nil || fault.KindOf(err) != fault.Internal {
				t.Errorf("%s, %s: %v", name, call, err)
			}
		}
	}
}

func TestAStoreThatComesBackHasWhatWasKept(t *testing.T) {
	t.Parallel()
	b, mediaID := s3test.NewServer(t), uuid.Must(uuid.NewV7())
	f := open(t, b.Config)
	if _, err := f.Keep(t.Context(), mediaID, "image/png", []byte("bytes")); err != nil {
		t.Fatal(err)
	}
	if err := b.Server.Kill(t.Context()); err != nil {
		t.Fatal(err)
	}
	for call, do := range calls(f, mediaID) {
		if err := do(t.Context()); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s while it is away: %v", call, err)
		}
	}
	if err := b.Server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := calls(f, mediaID)["Read"](t.Context()); err != nil {
		t.Error(err)
	}
	if got := b.Get(t, "pictures/"+mediaID.String()); got != "bytes" {
		t.Errorf("kept is %q", got)
	}
}

func TestAnAnswerThatEndsEarlyIsNotTakenForTheWhole(t *testing.T) {
	t.Parallel()
	b, mediaID := s3test.New(t), uuid.Must(uuid.NewV7())
	b.Put(t, "pictures/"+mediaID.String(), "0123456789")
	o, err := open(t, b.Config).Open(t.Context(), mediaID, 20)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = o.Close() }()
	if data, err := io.ReadAll(o); !fault.Is(err, fault.Unavailable) || !bytes.Equal(data, []byte("0123456789")) {
		t.Errorf("read %q, %v", data, err)
	}
}

func TestPicturesThatAreReadAtATimeAreBounded(t *testing.T) {
	t.Parallel()
	b, mediaID := s3test.New(t), uuid.Must(uuid.NewV7())
	b.Put(t, "pictures/"+mediaID.String(), "0123456789")
	f := open(t, b.Config)
	var readers []io.ReadSeekCloser
	var refused error
	for refused == nil && len(readers) < 1000 {
		o, err := f.Open(t.Context(), mediaID, 10)
		if err != nil {
			t.Fatal(err)
		}
		_, refused = o.Read(make([]byte, 1))
		readers = append(readers, o)
	}
	if !fault.Is(refused, fault.Unavailable) || len(readers) != 193 {
		t.Errorf("after %d: %v", len(readers), refused)
	}
	for _, o := range readers {
		_ = o.Close()
	}
	if err := calls(f, mediaID)["Read"](t.Context()); err != nil {
		t.Errorf("after they are closed: %v", err)
	}
}
