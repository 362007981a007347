package dynamostore_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/dynamo/dynamotest"
	"github.com/throng-social/throng/internal/timeline/dynamostore"
	"github.com/throng-social/throng/internal/timeline/storetest"
)

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) storetest.Fixture {
		t.Helper()
		return fixture(t, dynamotest.New(t))
	})
}

func TestStoreOnARoughNetwork(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) storetest.Fixture {
		t.Helper()
		tables := dynamotest.New(t)
		if err := tables.Network.Set(dynamotest.Rough(1)); err != nil {
			t.Fatal(err)
		}
		return fixture(t, tables)
	})
}

// brief leases and no rest between trims, for tests that last seconds.
var brief = dynamostore.Config{TrimEvery: -1, EpochLease: 200 * time.Millisecond, FlipTime: time.Second, Linger: 1400 * time.Millisecond}

// fixture has several processes on the same tables.
func fixture(t *testing.T, tables *dynamotest.Tables) storetest.Fixture {
	t.Helper()
	f := storetest.Fixture{}
	for range 2 {
		f.Peers = append(f.Peers, dynamostore.New(tables.Open(t), brief))
	}
	db := tables.Open(t)
	f.Store = dynamostore.New(db, brief)
	f.Topics = func(t *testing.T) []string { t.Helper(); return topics(t, db) }
	return f
}

// topics empties the outbox.
func topics(t *testing.T, db *dynamo.DB) (topics []string) {
	t.Helper()
	var taken []dynamo.Write
	for shard := range 16 {
		for i, err := range db.Each(t.Context(), dynamo.Primary, dynamo.Query{Table: dynamo.Outbox, PK: "O#" + strconv.Itoa(shard)}) {
			if err != nil {
				t.Fatal(err)
			}
			topics = append(topics, i.Str("t"))
			taken = append(taken, dynamo.Write{Table: dynamo.Outbox, Key: i.Key(), Delete: true})
		}
	}
	if err := db.BatchWrite(t.Context(), dynamo.Outbox, taken); err != nil {
		t.Fatal(err)
	}
	return topics
}
