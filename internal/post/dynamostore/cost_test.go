package dynamostore_test

import (
	"net/http"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/dynamo/dynamotest"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/post"
	"github.com/throng-social/throng/internal/post/dynamostore"
)

// The README says what each access costs; this is where it is held.
func TestEachAccessCostsWhatTheReadmeSays(t *testing.T) {
	t.Parallel()
	db := dynamotest.New(t).Open(t)
	s, ctx := dynamostore.New(db), t.Context()
	author, fan, other := uuid.New(), uuid.New(), uuid.New()
	draft := func(key string, replyTo uuid.UUID) post.Draft {
		return post.Draft{Author: author, Text: "hello", ReplyTo: replyTo, Key: key, Hash: []byte(key)}
	}
	var parent, answer uuid.UUID
	log := func(authors ...uuid.UUID) error {
		slices.SortFunc(authors, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
		_, err := s.ListLog(ctx, post.LogRange{Authors: authors, Before: id.Max, Limit: 20, PerAuthor: 20})
		return err
	}
	for _, access := range []struct {
		name string
		do   func() error
		cost cost
	}{
		{"create", func() (err error) { parent, err = s.Create(ctx, draft("one", uuid.Nil)); return err }, cost{requests: 1, written: 8}},
		{"create a reply", func() (err error) { answer, err = s.Create(ctx, draft("two", parent)); return err }, cost{requests: 1, written: 12}},
		{"find by key", func() error { _, err := s.Made(ctx, author, "one"); return err }, cost{requests: 1, read: 1}},
		{"like", func() error { _, _, err := s.Like(ctx, fan, parent); return err }, cost{requests: 2, written: 4, read: 1}},
		{"load", func() error { _, err := s.Load(ctx, []uuid.UUID{parent, answer}, false); return err }, cost{requests: 1, read: 1}},
		{"load strongly", func() error { _, err := s.Load(ctx, []uuid.UUID{parent, answer}, true); return err }, cost{requests: 1, read: 2}},
		{"who likes", func() error { _, err := s.Liked(ctx, fan, []uuid.UUID{parent, answer}, false); return err }, cost{requests: 1, read: 1}},
		{"a log", func() error { return log(author) }, cost{requests: 1, read: 0.5}},
		{"three logs", func() error { return log(author, fan, other) }, cost{requests: 3, read: 1.5}},
		{"replies", func() error { _, err := s.ListReplies(ctx, parent, uuid.Nil, 20); return err }, cost{requests: 1, read: 0.5}},
		{"unlike", func() error { _, _, err := s.Unlike(ctx, fan, parent); return err }, cost{requests: 2, written: 4, read: 1}},
		{"delete a reply", func() error { _, err := s.Delete(ctx, answer, anybody); return err }, cost{requests: 2, written: 8, read: 1}},
		{"delete", func() error { _, err := s.Delete(ctx, parent, anybody); return err }, cost{requests: 2, written: 4, read: 1}},
	} {
		before := costOf(db)
		must(t, access.do())
		if got := costOf(db).minus(before); got != access.cost {
			t.Errorf("%s: got %+v, want %+v", access.name, got, access.cost)
		}
	}
}

func anybody(post.Standing) error { return nil }

// Tokens hold stamps: a change that left none on some item could be unseen again, and
// so could one that removed it.
func TestEveryItemThatAChangeTouchesStaysAndCarriesItsStamp(t *testing.T) {
	t.Parallel()
	db := dynamotest.New(t).Open(t)
	s, ctx := dynamostore.New(db), t.Context()
	author, fan := uuid.New(), uuid.New()
	parent, err := s.Create(ctx, post.Draft{Author: author, Text: "hello", Key: "one", Hash: []byte("one")})
	must(t, err)
	var answer uuid.UUID
	for _, change := range []struct {
		name  string
		do    func() error
		items int
	}{
		{"a reply", func() (err error) {
			answer, err = s.Create(ctx, post.Draft{Author: author, Text: "hello", ReplyTo: parent, Key: "two", Hash: []byte("two")})
			return err
		}, 5},
		{"a like", func() error { _, _, err := s.Like(ctx, fan, parent); return err }, 2},
		{"taking it back", func() error { _, _, err := s.Unlike(ctx, fan, parent); return err }, 2},
		{"a like anew", func() error { _, _, err := s.Like(ctx, fan, parent); return err }, 2},
		{"a deletion", func() error { _, err := s.Delete(ctx, answer, anybody); return err }, 4},
		{"an erasure", func() error { _, _, err := s.ErasePosts(ctx, author, 10); return err }, 2},
		{"an erasure of likes", func() error { _, err := s.EraseLikes(ctx, fan, 10); return err }, 2},
	} {
		before, began, touched := table(t, db), db.Stamp(ctx), 0
		must(t, change.do())
		after := table(t, db)
		for key, item := range after {
			if reflect.DeepEqual(before[key], item) {
				continue
			}
			if touched++; item.Written() <= began {
				t.Errorf("%s leaves %v without a stamp", change.name, key)
			}
		}
		for key := range before {
			if after[key] == nil {
				t.Errorf("%s removes %v", change.name, key)
			}
		}
		if touched != change.items {
			t.Errorf("%s touches %d items, want %d", change.name, touched, change.items)
		}
	}
}

func table(t *testing.T, db *dynamo.DB) map[dynamo.Key]dynamo.Item {
	t.Helper()
	items := map[dynamo.Key]dynamo.Item{}
	for item, err := range db.Scan(t.Context(), dynamo.Post) {
		must(t, err)
		items[item.Key()] = item
	}
	return items
}

// cost is what was asked of DynamoDB, and what it charges.
type cost struct {
	requests      int64
	read, written float64
}

func costOf(db *dynamo.DB) (all cost) {
	for _, c := range db.Counts() {
		all.requests += c.Requests
		all.read += c.ReadUnits
		all.written += c.WriteUnits
	}
	return all
}

func (c cost) minus(d cost) cost {
	return cost{c.requests - d.requests, c.read - d.read, c.written - d.written}
}

// An id that somebody holds is of a post that was stored, whatever a copy says that
// lags behind, and whoever asks.
func TestAPostIsFoundThatACopyDoesNotHaveYet(t *testing.T) {
	t.Parallel()
	tables := dynamotest.New(t)
	must(t, tables.Network.Set(dynamotest.Faults{Stale: 10 * time.Second}))
	s := dynamostore.New(tables.Open(t))
	for range 10 { // half of the reads are stale
		postID, err := s.Create(t.Context(), post.Draft{Author: uuid.New(), Text: "hello", Key: uuid.NewString(), Hash: []byte("hello")})
		must(t, err)
		found, err := s.Load(t.Context(), []uuid.UUID{postID, uuid.New()}, false)
		must(t, err)
		if len(found) != 1 || found[0].ID != postID {
			t.Fatalf("found is %v", found)
		}
	}
}

func TestAProcessWhoseClockIsOffMakesNoPosts(t *testing.T) {
	t.Parallel()
	tables := dynamotest.New(t)
	for name, off := range map[string]time.Duration{"ahead": -5 * time.Second, "behind": 5 * time.Second} {
		c := tables.Config()
		c.Transport = dated{tables.Network, off}
		s := dynamostore.New(dial(t, c))
		author := uuid.New()
		_, err := s.Made(t.Context(), author, "the key") // as a probe does before
		if !fault.Is(err, fault.NotFound) {
			t.Fatal(err)
		}
		if _, err := s.Create(t.Context(), post.Draft{Author: author, Text: "hello", Key: "the key"}); !fault.Is(err, fault.Unavailable) {
			t.Errorf("with a clock that is %s the answer is %v", name, err)
		}
		log, err := s.ListLog(t.Context(), post.LogRange{Authors: []uuid.UUID{author}, Before: id.Max, Limit: 1, PerAuthor: 1, Primary: true})
		if len(log) != 0 || err != nil {
			t.Errorf("made were %v, %v", log, err)
		}
	}
}

// dated is a service whose clock is off.
type dated struct {
	inner http.RoundTripper
	off   time.Duration
}

// RoundTrip implements http.RoundTripper.
func (d dated) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := d.inner.RoundTrip(r)
	if err == nil {
		res.Header.Set("Date", time.Now().Add(d.off).UTC().Format(http.TimeFormat))
	}
	return res, err
}
