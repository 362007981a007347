package dynamostore_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/dynamo/dynamotest"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/timeline"
	"github.com/throng-social/throng/internal/timeline/dynamostore"
)

// A process that knows the epochs of before takes an author for pushed who is pulled as
// a whole; so others go on writing to whom it counts on, for as long as it may.
func TestFanOutsGoOnAfterAFlipForAsLongAsAProcessMayNotKnowOfIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		linger time.Duration
		found  bool
	}{
		"they do":         {time.Hour, true},
		"if they did not": {time.Nanosecond, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tables := dynamotest.New(t)
			flipper := dynamostore.New(tables.Open(t), dynamostore.Config{Linger: c.linger})
			holder := dynamostore.New(tables.Open(t), dynamostore.Config{EpochLease: time.Hour})
			author, reader := pushed(t, flipper)
			if got := page(t, holder, reader); !slices.Equal(got.Pushed, []uuid.UUID{author}) {
				t.Fatalf("the page is %v", got)
			}
			if flipped, err := flipper.FlipAuthor(t.Context(), author, true); !flipped || err != nil {
				t.Fatal(flipped, err)
			}
			post := uuid.Must(uuid.NewV7())
			if _, err := flipper.WriteFanoutPage(t.Context(), timeline.FanoutPage{Post: post, Author: author, Limit: 10}, nil); err != nil {
				t.Fatal(err)
			}
			if got := page(t, flipper, reader); len(got.Pushed) > 0 {
				t.Errorf("who flipped him reads %v", got)
			}
			got := page(t, holder, reader)
			if len(got.Pushed) != 1 || slices.Contains(got.PostIDs, post) != c.found {
				t.Errorf("who does not know reads %v", got)
			}
			if state, err := flipper.FindAuthor(t.Context(), author); err != nil || !state.Pulled || state.Unread == c.found {
				t.Errorf("the author is %v, %v", state, err)
			}
		})
	}
}

func TestALeaseOfEpochsEndsAndTheNextReadKnowsOfTheFlip(t *testing.T) {
	t.Parallel()
	tables := dynamotest.New(t)
	flipper := dynamostore.New(tables.Open(t), dynamostore.Config{})
	holder := dynamostore.New(tables.Open(t), dynamostore.Config{EpochLease: 300 * time.Millisecond})
	author, reader := pushed(t, flipper)
	began := time.Now()
	page(t, holder, reader)
	for flip := range 3 {
		if flipped, err := flipper.FlipAuthor(t.Context(), author, flip%2 == 0); !flipped || err != nil {
			t.Fatal(flipped, err)
		}
	}
	for len(page(t, holder, reader).Pushed) > 0 {
		if time.Since(began) > 20*time.Second {
			t.Fatal("it never does")
		}
	}
}

// A wake is one commit, so half of one is none.
func TestAWakeThatEndsHalfwayPushesNothing(t *testing.T) {
	t.Parallel()
	tables := dynamotest.New(t)
	s := dynamostore.New(tables.Open(t), dynamostore.Config{})
	reader := uuid.Must(uuid.NewV7())
	var edges []timeline.Edge
	var authors []uuid.UUID
	for range 200 {
		authors = append(authors, uuid.Must(uuid.NewV7()))
		edges = append(edges, timeline.Edge{Author: authors[len(authors)-1], Reader: reader, Since: 1})
	}
	if err := s.AddEdges(t.Context(), edges); err != nil {
		t.Fatal(err)
	}
	w, err := s.BeginWake(t.Context(), reader, authors)
	if err != nil || len(w.Authors) != len(authors) {
		t.Fatal(len(w.Authors), err)
	}
	if got := page(t, s, reader); len(got.Pushed) > 0 {
		t.Errorf("%d are pushed before the commit", len(got.Pushed))
	}
	if settled, err := s.SettleReader(t.Context(), w, uuid.Nil, time.Now()); err != nil || !settled {
		t.Fatal(settled, err)
	}
	if got := page(t, s, reader); len(got.Pushed) != len(authors) {
		t.Errorf("%d are pushed after it", len(got.Pushed))
	}
}

// pushed is an author whose posts are written to a reader.
func pushed(t *testing.T, s *dynamostore.Store) (author, reader uuid.UUID) {
	t.Helper()
	author, reader = uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	generation, promoted, err := s.PromoteEdges(t.Context(), []timeline.Edge{{Author: author, Reader: reader, Since: 1}})
	if err != nil {
		t.Fatal(err)
	}
	n, err := s.SettleEdges(t.Context(), timeline.Settlement{
		Generation: generation, Edges: promoted, PushedAfter: make([]uuid.UUID, 1), Versions: make([]int64, 1), Moment: time.Now(),
	})
	if err != nil || n != 1 {
		t.Fatal(n, err)
	}
	return author, reader
}

func page(t *testing.T, s *dynamostore.Store, reader uuid.UUID) timeline.Snapshot {
	t.Helper()
	snap, err := s.ReadPage(t.Context(), reader, id.Max, 100)
	if err != nil {
		t.Fatal(err)
	}
	return snap
}
