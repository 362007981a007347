package dynamostore_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/dynamo/dynamotest"
	"github.com/throng-social/throng/internal/timeline"
	"github.com/throng-social/throng/internal/timeline/dynamostore"
)

// crowd is how many follow the author of these tests.
const crowd = 100

// meter counts what one process asks of DynamoDB.
type meter struct {
	*testing.T

	db    *dynamo.DB
	store *dynamostore.Store
}

// cost is what one thing takes: requests by operation, and units.
type cost struct {
	requests    map[string]int64
	read, write float64
}

func newMeter(t *testing.T) *meter {
	t.Helper()
	db := dynamotest.New(t).Open(t)
	return &meter{t, db, dynamostore.New(db, dynamostore.Config{})}
}

func (m *meter) total() cost {
	c := cost{requests: map[string]int64{}}
	for _, n := range m.db.Counts() {
		c.requests[n.Operation] += n.Requests - n.Throttled - n.Failed - n.Conflicts
		c.read, c.write = c.read+n.ReadUnits, c.write+n.WriteUnits
	}
	return c
}

// of is what fn takes.
func (m *meter) of(fn func() error) cost {
	m.Helper()
	before := m.total()
	if err := fn(); err != nil {
		m.Fatal(err)
	}
	after := m.total()
	for op, n := range before.requests {
		if after.requests[op] -= n; after.requests[op] == 0 {
			delete(after.requests, op)
		}
	}
	return cost{after.requests, after.read - before.read, after.write - before.write}
}

// want holds requests and writes exactly, and reads from above.
func (m *meter) want(what string, got cost, requests map[string]int64, read, write float64) {
	m.Helper()
	m.Logf("%s: %v, %.1f units of reads, %.1f of writes", what, got.requests, got.read, got.write)
	if !maps.Equal(got.requests, requests) || got.read > read || got.write != write {
		m.Errorf("%s takes %v, %.1f and %.1f units; README.md says %v, %.1f and %.1f", what, got.requests, got.read, got.write, requests, read, write)
	}
}

// edges lead from one author to a crowd.
func (m *meter) edges() (author uuid.UUID, edges []timeline.Edge) {
	author = uuid.Must(uuid.NewV7())
	for range crowd {
		edges = append(edges, timeline.Edge{Author: author, Reader: uuid.Must(uuid.NewV7()), Since: 1})
	}
	return author, edges
}

func (m *meter) push(edges []timeline.Edge) {
	m.Helper()
	generation, promoted, err := m.store.PromoteEdges(m.Context(), edges)
	if err != nil {
		m.Fatal(err)
	}
	m.settle(generation, promoted)
}

func (m *meter) settle(generation int64, promoted []timeline.Edge) {
	m.Helper()
	n, err := m.store.SettleEdges(m.Context(), timeline.Settlement{
		Generation: generation, Edges: promoted, PushedAfter: make([]uuid.UUID, len(promoted)), Versions: make([]int64, len(promoted)), Moment: time.Now(),
	})
	if err != nil || n != len(promoted) {
		m.Fatal(n, err)
	}
}

func TestAPostAndAPageTakeWhatTheReadmeSays(t *testing.T) {
	t.Parallel()
	m := newMeter(t)
	author, edges := m.edges()
	m.push(edges)
	post := uuid.Must(uuid.NewV7())
	m.want("to weigh a post", m.of(func() error {
		_, err := m.store.CountPost(t.Context(), author, time.Now())
		if err == nil {
			_, err = m.store.FindAuthor(t.Context(), author)
		}
		if err == nil {
			_, err = m.store.CountAudience(t.Context(), author, 8000)
		}
		return err
	}), map[string]int64{"GetItem": 2, "UpdateItem": 1, "Query": 1}, 5, 1)
	m.want("to deliver it to a hundred", m.of(func() error {
		_, err := m.store.WriteFanoutPage(t.Context(), timeline.FanoutPage{Post: post, Author: author, Limit: 4000}, nil)
		return err
	}), map[string]int64{"GetItem": 1, "Query": 1, "BatchWriteItem": crowd / 25}, 6, crowd)
	page(t, m.store, edges[0].Reader)
	m.want("a page", m.of(func() error {
		got := page(t, m.store, edges[0].Reader)
		if !slices.Contains(got.PostIDs, post) {
			t.Errorf("the page is %v", got)
		}
		return nil
	}), map[string]int64{"GetItem": 1, "Query": 2}, 3, 0)
}

func TestMovesTakeWhatTheReadmeSays(t *testing.T) {
	t.Parallel()
	m := newMeter(t)
	author, reader := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	edge := []timeline.Edge{{Author: author, Reader: reader, Since: 1}}
	m.want("the first follow of a reader, of an author nobody followed", m.of(func() error { return m.store.AddEdges(t.Context(), edge) }),
		map[string]int64{"BatchGetItem": 1, "BatchWriteItem": 1, "PutItem": 1, "UpdateItem": 1, "TransactWriteItems": 1}, 3, 2+1+1+4)
	another := []timeline.Edge{{Author: author, Reader: reader, Since: 2}}
	m.want("another", m.of(func() error { return m.store.AddEdges(t.Context(), another) }),
		map[string]int64{"BatchGetItem": 1, "TransactWriteItems": 1}, 3, 4)
	var generation int64
	m.want("to promote it", m.of(func() (err error) {
		generation, _, err = m.store.PromoteEdges(t.Context(), another)
		return err
	}), map[string]int64{"BatchGetItem": 1, "TransactWriteItems": 1}, 3, 4)
	m.want("to settle it", m.of(func() error { m.settle(generation, another); return nil }), map[string]int64{"TransactWriteItems": 1}, 0, 6)
	m.want("to demote it", m.of(func() error {
		_, err := m.store.DemoteEdges(t.Context(), another, time.Now())
		return err
	}), map[string]int64{"BatchGetItem": 1, "TransactWriteItems": 2}, 3, 8)
	m.want("to delete it", m.of(func() error { return m.store.DeleteEdges(t.Context(), another) }),
		map[string]int64{"BatchGetItem": 1, "TransactWriteItems": 1}, 3, 4)
	m.want("to flip an author", m.of(func() error {
		_, err := m.store.FlipAuthor(t.Context(), author, true)
		return err
	}), map[string]int64{"BatchGetItem": 1, "TransactWriteItems": 1}, 3, 6)
}

func TestAWakeTakesWhatTheReadmeSays(t *testing.T) {
	t.Parallel()
	m := newMeter(t)
	reader := uuid.Must(uuid.NewV7())
	var edges []timeline.Edge
	var authors []uuid.UUID
	for range crowd {
		authors = append(authors, uuid.Must(uuid.NewV7()))
		edges = append(edges, timeline.Edge{Author: authors[len(authors)-1], Reader: reader, Since: 1})
	}
	if err := m.store.AddEdges(t.Context(), edges); err != nil {
		t.Fatal(err)
	}
	page(t, m.store, reader)
	var wake timeline.Wake
	m.want("to begin a wake of a hundred edges", m.of(func() (err error) {
		wake, err = m.store.BeginWake(t.Context(), reader, authors)
		return err
	}), map[string]int64{"GetItem": 1, "Query": 1, "TransactWriteItems": 5}, 6, 4*crowd)
	m.want("to settle it", m.of(func() error {
		_, err := m.store.SettleReader(t.Context(), wake, uuid.Nil, time.Now())
		return err
	}), map[string]int64{"TransactWriteItems": 1}, 0, 2)
}
