package dynamostore_test

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/dynamo/dynamotest"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/timeline"
	"github.com/throng-social/throng/internal/timeline/dynamostore"
	"github.com/throng-social/throng/internal/timeline/storetest"
)

const (
	// lag is how old eventual reads are here; half of them are.
	lag = 300 * time.Millisecond
	// tries is how often a thing is done until it goes wrong, if it can: once in a
	// million all of them are answered by the newest copy.
	tries = 20
)

// wire is how one process reaches the network.
type wire struct {
	network http.RoundTripper
	// Strong reads of an operation in a partition are asked for as eventual ones, as a
	// program does that lacks a ConsistentRead.
	operation, partition string
	// meanwhile happens once, before entries are read for a page.
	meanwhile atomic.Pointer[func()]
}

// RoundTrip implements http.RoundTripper.
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	_ = r.Body.Close()
	if bytes.Contains(body, []byte(`"ScanIndexForward":false`)) {
		if fn := w.meanwhile.Swap(nil); fn != nil {
			(*fn)()
		}
	}
	if strings.HasSuffix(r.Header.Get("X-Amz-Target"), "."+w.operation) && bytes.Contains(body, []byte(`"S":"`+w.partition)) {
		body = bytes.Replace(body, []byte(`"ConsistentRead":true`), []byte(`"ConsistentRead":false`), 1)
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return w.network.RoundTrip(r)
}

// town has a process that lacks a strong read, and one that does not.
type town struct {
	*testing.T

	wire            *wire
	forgets, sound  *dynamostore.Store
	author, another uuid.UUID
	reader          uuid.UUID
}

func newTown(t *testing.T, operation, partition string) *town {
	t.Helper()
	tables := dynamotest.New(t)
	if err := tables.Network.Set(dynamotest.Faults{Seed: 1, Stale: lag}); err != nil {
		t.Fatal(err)
	}
	c := tables.Config()
	w := &wire{network: c.Transport, operation: operation, partition: partition}
	c.Transport = w
	db, err := dynamo.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	now := dynamostore.Config{EpochLease: time.Nanosecond}
	return &town{T: t, wire: w, forgets: dynamostore.New(db, now), sound: dynamostore.New(tables.Open(t), now)}
}

func (w *town) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// begin has new people, of whom the reader follows the author, in mode push.
func (w *town) begin() {
	w.Helper()
	w.another = uuid.Must(uuid.NewV7())
	w.author, w.reader = pushed(w.T, w.sound)
}

func (w *town) post(by *dynamostore.Store) uuid.UUID {
	w.Helper()
	post := uuid.Must(uuid.NewV7())
	_, err := by.WriteFanoutPage(w.Context(), timeline.FanoutPage{Post: post, Author: w.author, Limit: 10}, nil)
	w.must(err)
	return post
}

func (w *town) edge() []timeline.Edge {
	return []timeline.Edge{{Author: w.author, Reader: w.reader, Since: 1}}
}

// lacks says whether a page lacks a post that its author, as it says, pushes.
func (w *town) lacks(by *dynamostore.Store, post uuid.UUID) bool {
	w.Helper()
	snap := page(w.T, by, w.reader)
	return slices.Contains(snap.Pushed, w.author) && compare(post, snap.Horizon) >= 0 && !slices.Contains(snap.PostIDs, post)
}

func compare(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }

// orders are what goes wrong without a strong read.
var orders = map[string]struct {
	operation, partition string
	goesWrong            func(w *town) bool
}{
	"a page's edges": {"Query", "F#", func(w *town) bool {
		for began := time.Now(); time.Since(began) <= lag; {
			page(w.T, w.sound, w.reader)
		}
		_, err := w.sound.DemoteEdges(w.Context(), w.edge(), time.Now())
		w.must(err)
		return w.lacks(w.forgets, w.post(w.sound))
	}},
	"a page's entries": {"Query", "E#", func(w *town) bool {
		return w.lacks(w.forgets, w.post(w.sound))
	}},
	"a page's second look at its reader": {"GetItem", "F#", func(w *town) bool {
		post := w.post(w.sound)
		cut := func() {
			w.must(w.sound.RaiseHorizons(w.Context(), []timeline.Raised{{Reader: w.reader, Horizon: id.Max}}))
			w.must(w.sound.DeleteBelow(w.Context(), []uuid.UUID{w.reader}))
		}
		w.wire.meanwhile.Store(&cut)
		return w.lacks(w.forgets, post)
	}},
	"a fan-out's edges": {"Query", "A#", func(w *town) bool {
		return w.lacks(w.sound, w.post(w.forgets))
	}},
	"the epochs, for a page": {"GetItem", "X", func(w *town) bool {
		page(w.T, w.forgets, w.reader)
		_, err := w.sound.FlipAuthor(w.Context(), w.author, true)
		w.must(err)
		return len(page(w.T, w.forgets, w.reader).Pushed) > 0
	}},
	"the epochs themselves": {"Query", "X", func(w *town) bool {
		page(w.T, w.forgets, w.reader)
		_, err := w.sound.FlipAuthor(w.Context(), w.author, true)
		w.must(err)
		return len(page(w.T, w.forgets, w.reader).Pushed) > 0
	}},
	"a wake's edges": {"Query", "F#", func(w *town) bool {
		wake, err := w.forgets.BeginWake(w.Context(), w.reader, []uuid.UUID{w.another})
		w.must(err)
		_, err = w.sound.SettleReader(w.Context(), wake, uuid.Nil, time.Now())
		w.must(err)
		return slices.Contains(page(w.T, w.sound, w.reader).Pushed, w.author)
	}},
}

func TestEachStrongReadIsMissedWhereItIsForgotten(t *testing.T) {
	t.Parallel()
	for name, o := range orders {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t, o.operation, o.partition)
			for n := range tries {
				if w.begin(); o.goesWrong(w) {
					t.Logf("it goes wrong at try %d", n+1)
					return
				}
			}
			t.Error("nobody notices")
		})
	}
}

func TestWithStrongReadsNothingGoesWrongHoweverOldEventualReadsAre(t *testing.T) {
	t.Parallel()
	for name, o := range orders {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t, "none", "")
			for range tries {
				if w.begin(); o.goesWrong(w) {
					t.Fatal("it does")
				}
			}
		})
	}
	t.Run("everything at once", func(t *testing.T) {
		t.Parallel()
		tables := dynamotest.New(t)
		if err := tables.Network.Set(dynamotest.Faults{Seed: 1, Stale: lag}); err != nil {
			t.Fatal(err)
		}
		complaints, _ := storetest.Race(t, fixture(t, tables))
		for _, c := range complaints {
			t.Error(c)
		}
	})
}
