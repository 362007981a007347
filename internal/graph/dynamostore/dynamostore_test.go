package dynamostore_test

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/dynamo/dynamotest"
	"github.com/throng-social/throng/internal/graph"
	"github.com/throng-social/throng/internal/graph/dynamostore"
	"github.com/throng-social/throng/internal/graph/storetest"
)

func TestDynamoDBKeepsTheGraph(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) storetest.World {
		t.Helper()
		return open(t, dynamotest.New(t))
	})
}

// What goes wrong is drawn from seeds, so a failure comes again.
func TestDynamoDBKeepsTheGraphWhateverGoesWrong(t *testing.T) {
	t.Parallel()
	var seed atomic.Uint64
	storetest.Run(t, func(t *testing.T) storetest.World {
		t.Helper()
		tables := dynamotest.New(t)
		if err := tables.Network.Set(dynamotest.Rough(seed.Add(1))); err != nil {
			t.Fatal(err)
		}
		return open(t, tables)
	})
}

// The clock of another process may have been ahead when the follow before began.
func TestAFollowBeginsAfterAllBeforeItWhateverTheClockSays(t *testing.T) {
	t.Parallel()
	tables := dynamotest.New(t)
	s, k := dynamostore.New(tables.Open(t)), newKeeper(t, tables)
	e := graph.Edge{FollowerID: uuid.Must(uuid.NewV7()), FolloweeID: uuid.Must(uuid.NewV7())}
	ahead := time.Now().Add(time.Minute).Truncate(time.Microsecond)
	k.do(t, dynamo.Write{
		Key: dynamo.Key{PK: "F#" + e.FollowerID.String(), SK: "~"}, Update: "SET f = :f", Values: dynamo.Item{":f": dynamo.N(ahead.UnixMicro())},
	})
	for range 2 {
		if _, err := s.Follow(t.Context(), e, 10); err != nil {
			t.Fatal(err)
		}
		since, err := s.CheckEdges(t.Context(), []graph.Edge{e})
		if err != nil || !since[0].After(ahead) {
			t.Fatalf("began at %v, the last change was at %v: %v", since, ahead, err)
		}
		ahead = since[0]
		if _, err := s.Unfollow(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
}

func open(t testing.TB, tables *dynamotest.Tables) storetest.World {
	t.Helper()
	k := newKeeper(t, tables)
	return storetest.World{
		Store:     dynamostore.New(tables.Open(t)),
		Announced: k.announced,
		Enqueued:  k.enqueued,
		Miscount:  k.miscount,
		Smuggle:   k.smuggle,
	}
}

// keeper looks into the tables, and past the store's rules.
type keeper struct{ db *dynamo.DB }

// newKeeper makes one for which nothing goes wrong.
func newKeeper(t testing.TB, tables *dynamotest.Tables) keeper {
	t.Helper()
	c := tables.Config()
	c.Transport = nil
	db, err := dynamo.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return keeper{db}
}

// outbox answers what waits in it, in the order of its ids.
func (k keeper) outbox(t testing.TB) []dynamo.Item {
	t.Helper()
	var items []dynamo.Item
	for item, err := range k.db.Scan(t.Context(), dynamo.Outbox) {
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, item)
	}
	slices.SortFunc(items, func(a, b dynamo.Item) int { return strings.Compare(a.Key().SK, b.Key().SK) })
	return items
}

func (k keeper) announced(t testing.TB) [][]graph.Edge {
	t.Helper()
	var events [][]graph.Edge
	for _, item := range k.outbox(t) {
		if e := item.Str("e"); e == "follows_changed" || e == "follows_loaded" {
			events = append(events, storetest.Named(t, item.Bytes("b")))
		}
	}
	return events
}

func (k keeper) enqueued(t testing.TB) []string {
	t.Helper()
	var topics []string
	for _, item := range k.outbox(t) {
		if topic := item.Str("t"); topic != "" {
			topics = append(topics, topic)
		}
	}
	return topics
}

func (k keeper) miscount(t testing.TB, account uuid.UUID, by graph.Counts) {
	t.Helper()
	k.do(t, dynamo.Write{
		Key: dynamo.Key{PK: "F#" + account.String(), SK: "~"}, Update: "ADD followers :r, following :g",
		Values: dynamo.Item{":r": dynamo.N(by.Followers), ":g": dynamo.N(by.Following)},
	})
}

func (k keeper) smuggle(t testing.TB, b graph.Block) {
	t.Helper()
	k.do(t, dynamo.Write{Key: dynamo.Key{PK: "K#" + b.BlockerID.String(), SK: b.BlockedID.String()}, Put: dynamo.Item{"o": dynamo.N(1)}})
	k.do(t, dynamo.Write{Key: dynamo.Key{PK: "K#" + b.BlockedID.String(), SK: b.BlockerID.String()}, Put: dynamo.Item{"i": dynamo.N(1)}})
}

func (k keeper) do(t testing.TB, w dynamo.Write) {
	t.Helper()
	w.Table = dynamo.Graph
	if _, err := k.db.Do(t.Context(), w); err != nil {
		t.Fatal(fmt.Errorf("%v: %w", w.Key, err))
	}
}
