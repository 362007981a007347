package dynamostore_test

import (
	"testing"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/dynamo/dynamotest"
	"github.com/throng-social/throng/internal/post/dynamostore"
	"github.com/throng-social/throng/internal/post/storetest"
)

func TestTheStoreKeepsItsContract(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) storetest.World { return open(t, dynamotest.Faults{}) })
}

func TestTheStoreKeepsItsContractOnARoughNetwork(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) storetest.World { return open(t, dynamotest.Rough(1)) })
}

// open makes a store behind a network with these faults; the test looks past them.
func open(t *testing.T, f dynamotest.Faults) storetest.World {
	t.Helper()
	tables := dynamotest.New(t)
	must(t, tables.Network.Set(f))
	behind := direct(t, tables)
	return storetest.World{
		Store: dynamostore.New(tables.Open(t)),
		Announced: func(t testing.TB) (events []*eventv1.Event) {
			for _, item := range outbox(t, behind, "e") {
				ev := &eventv1.Event{}
				must(t, proto.Unmarshal(item.Bytes("b"), ev))
				events = append(events, ev)
			}
			return events
		},
		Tasks: func(t testing.TB) (topics []string) {
			for _, item := range outbox(t, behind, "t") {
				topics = append(topics, item.Str("t"))
			}
			return topics
		},
		Miscount: func(t testing.TB, post uuid.UUID, likes, replies int64) {
			_, err := behind.Do(t.Context(), dynamo.Write{
				Table: dynamo.Post, Key: dynamo.Key{PK: "P#" + post.String(), SK: "P"}, Update: "SET l = :l, c = :c, w = :w",
				Values: dynamo.Item{":l": dynamo.N(likes), ":c": dynamo.N(replies), ":w": behind.Stamp(t.Context()).Value()},
			})
			must(t, err)
		},
		Faulty: f != dynamotest.Faults{},
	}
}

// direct is a way to the tables on which nothing goes wrong.
func direct(t *testing.T, tables *dynamotest.Tables) *dynamo.DB {
	t.Helper()
	c := tables.Config()
	c.Transport = nil
	return dial(t, c)
}

func dial(t *testing.T, c dynamo.Config) *dynamo.DB {
	t.Helper()
	db, err := dynamo.Open(t.Context(), c)
	must(t, err)
	return db
}

// outbox are the messages of one kind: those that have the attribute.
func outbox(t testing.TB, db *dynamo.DB, attr string) (items []dynamo.Item) {
	t.Helper()
	for item, err := range db.Scan(t.Context(), dynamo.Outbox) {
		must(t, err)
		if item.Has(attr) {
			items = append(items, item)
		}
	}
	return items
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
