package dynamostore_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/dynamo/dynamotest"
	"github.com/throng-social/throng/internal/graph"
	"github.com/throng-social/throng/internal/graph/dynamostore"
)

// What README.md says that each access costs, in requests and units.
func TestEachAccessCostsWhatIsWritten(t *testing.T) {
	t.Parallel()
	db := dynamotest.New(t).Open(t)
	s := dynamostore.New(db)
	p := make([]uuid.UUID, 40)
	for i := range p {
		p[i] = uuid.Must(uuid.NewV7())
	}
	e := graph.Edge{FollowerID: p[0], FolloweeID: p[1]}
	var rows []graph.Row
	for i := range 20 {
		rows = append(rows, graph.Row{Edge: graph.Edge{FollowerID: p[2], FolloweeID: p[3+i]}})
	}
	heavy(t, db, p[30])
	for _, access := range []struct {
		name, cost string
		call       func(ctx context.Context) error
	}{
		{"follow", "GetItem 1 (1 R), TransactWriteItems 1 (12 W)", func(ctx context.Context) error { return second(s.Follow(ctx, e, 10)) }},
		{"follow again", "GetItem 1 (1 R), TransactWriteItems 1 (0 W)", func(ctx context.Context) error { return second(s.Follow(ctx, e, 10)) }},
		{"counts", "GetItem 1 (0.5 R)", func(ctx context.Context) error { return second(s.Counts(ctx, p[0])) }},
		{"one relationship", "BatchGetItem 1 (1.5 R), GetItem 1 (1 R)", func(ctx context.Context) error { return second(s.Relationships(ctx, p[0], p[1:2])) }},
		{"a page of followers", "GetItem 1 (1 R), Query 1 (0.5 R)", func(ctx context.Context) error { return second(s.ListFollowers(ctx, p[1], graph.Newest, 20)) }},
		{"a page of the followed", "Query 1 (0.5 R)", func(ctx context.Context) error { return second(s.ListFollowing(ctx, p[0], graph.Newest, 20)) }},
		{"followed ids", "Query 1 (0.5 R)", func(ctx context.Context) error { return second(s.ListFollowingIDs(ctx, p[0], uuid.Nil, 10_000)) }},
		{"checks of 2 edges", "BatchGetItem 1 (2 R)", func(ctx context.Context) error { return second(s.CheckEdges(ctx, []graph.Edge{e, e.Back()})) }},
		{"unfollow", "BatchGetItem 1 (3 R), GetItem 1 (1 R), TransactWriteItems 1 (10 W)", func(ctx context.Context) error { return second(s.Unfollow(ctx, e)) }},
		{"block", "BatchGetItem 1 (3 R), TransactWriteItems 1 (12 W)", func(ctx context.Context) error {
			return second(s.Block(ctx, graph.Block{BlockerID: p[0], BlockedID: p[1]}))
		}},
		{"unblock", "BatchGetItem 1 (3 R), GetItem 1 (1 R), TransactWriteItems 1 (8 W)", func(ctx context.Context) error {
			return second(s.Unblock(ctx, graph.Block{BlockerID: p[0], BlockedID: p[1]}))
		}},
		{"followed ids, in two pages", "GetItem 1 (1 R), Query 2 (147 R)", func(ctx context.Context) error { return second(s.ListFollowingIDs(ctx, p[30], uuid.Nil, 10_000)) }},
		{"20 fresh rows of one account", "TransactWriteItems 1 (164 W)", func(ctx context.Context) error { return second(s.StoreRows(ctx, rows, true)) }},
	} {
		before := costs(db)
		if err := access.call(t.Context()); err != nil {
			t.Fatalf("%s: %v", access.name, err)
		}
		if got := spent(before, db); got != access.cost {
			t.Errorf("%s: took %s, want %s", access.name, got, access.cost)
		}
	}
}

// heavy gives an account follows of more than the megabyte that one page has.
func heavy(t *testing.T, db *dynamo.DB, account uuid.UUID) {
	t.Helper()
	var writes []dynamo.Write
	for range 12 {
		writes = append(writes, dynamo.Write{
			Key: dynamo.Key{PK: "F#" + account.String(), SK: uuid.NewString()},
			Put: dynamo.Item{"w": dynamo.N(1), "padding": dynamo.S(strings.Repeat("x", 100_000))},
		})
	}
	writes = append(writes, dynamo.Write{Key: dynamo.Key{PK: "F#" + account.String(), SK: "~"}, Put: dynamo.Item{"w": dynamo.N(1)}})
	if err := db.BatchWrite(t.Context(), dynamo.Graph, writes); err != nil {
		t.Fatal(err)
	}
}

func second[A any](_ A, err error) error { return err }

// cost is what one operation has taken on all tables.
type cost struct {
	requests     int64
	reads, wrote float64
}

func costs(db *dynamo.DB) map[string]cost {
	all := map[string]cost{}
	for _, c := range db.Counts() {
		sum := all[c.Operation]
		all[c.Operation] = cost{sum.requests + c.Requests, sum.reads + c.ReadUnits, sum.wrote + c.WriteUnits}
	}
	return all
}

func spent(before map[string]cost, db *dynamo.DB) (text string) {
	after := costs(db)
	for _, operation := range []string{"BatchGetItem", "GetItem", "Query", "TransactWriteItems"} {
		was, is := before[operation], after[operation]
		if is.requests == was.requests {
			continue
		}
		if text != "" {
			text += ", "
		}
		unit, n := "R", is.reads-was.reads
		if operation == "TransactWriteItems" {
			unit, n = "W", is.wrote-was.wrote
		}
		text += fmt.Sprintf("%s %d (%g %s)", operation, is.requests-was.requests, n, unit)
	}
	return text
}
