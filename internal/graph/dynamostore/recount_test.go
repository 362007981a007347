package dynamostore_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/dynamo/dynamotest"
	"github.com/throng-social/throng/internal/graph"
	"github.com/throng-social/throng/internal/graph/dynamostore"
)

func TestARecountMissesNoHalfOfAnything(t *testing.T) {
	t.Parallel()
	tables := dynamotest.New(t)
	s, k := dynamostore.New(tables.Open(t)), newKeeper(t, tables)
	a, b, c := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	if err := second(s.Follow(t.Context(), graph.Edge{FollowerID: a, FolloweeID: b}, 10)); err != nil {
		t.Fatal(err)
	}
	if err := second(s.Block(t.Context(), graph.Block{BlockerID: a, BlockedID: c})); err != nil {
		t.Fatal(err)
	}
	follower := only(t, k, "B#"+b.String())
	for name, test := range map[string]struct {
		spoil dynamo.Write
		want  string
		n     int
	}{
		"a follow that is not among the followers": {
			dynamo.Write{Key: follower.Key(), Delete: true}, "is not among the followers", 2,
		},
		"a follower who does not follow": {
			dynamo.Write{Key: dynamo.Key{PK: "F#" + a.String(), SK: b.String()}, Delete: true}, "does not follow", 2,
		},
		"follows without counts": {
			dynamo.Write{Key: dynamo.Key{PK: "F#" + a.String(), SK: "~"}, Delete: true}, "has follows and no counts", 1,
		},
		"half a block": {
			dynamo.Write{Key: dynamo.Key{PK: "K#" + c.String(), SK: a.String()}, Delete: true}, "differ", 1,
		},
		"what is nothing of the graph": {
			dynamo.Write{Key: dynamo.Key{PK: "X#1", SK: "1"}, Put: dynamo.Item{}}, "nothing of the graph", 1,
		},
	} {
		was, err := k.db.Get(t.Context(), dynamo.Primary, dynamo.Graph, test.spoil.Key)
		if err != nil {
			t.Fatal(err)
		}
		k.do(t, test.spoil)
		if diffs := recounted(t, s); len(diffs) != test.n || !strings.Contains(strings.Join(diffs, "\n"), test.want) {
			t.Errorf("%s: found %d: %v", name, len(diffs), diffs)
		}
		mend := dynamo.Write{Key: test.spoil.Key, Put: was, Delete: was == nil}
		k.do(t, mend)
		if diffs := recounted(t, s); len(diffs) != 0 {
			t.Fatalf("%s, mended: found %v", name, diffs)
		}
	}
}

// only is the one item of a partition.
func only(t *testing.T, k keeper, pk string) dynamo.Item {
	t.Helper()
	page, err := k.db.Query(t.Context(), dynamo.Primary, dynamo.Query{Table: dynamo.Graph, PK: pk})
	if err != nil || len(page.Items) != 1 {
		t.Fatalf("%s has %v, %v", pk, page.Items, err)
	}
	return page.Items[0]
}

func recounted(t *testing.T, s *dynamostore.Store) (diffs []string) {
	t.Helper()
	n, err := s.Recount(t.Context(), func(d string) { diffs = append(diffs, d) })
	if err != nil || n != len(diffs) {
		t.Fatalf("%d differences, %d reported: %v", n, len(diffs), err)
	}
	return diffs
}

func TestWritesThatGoOnMakeNoDifferences(t *testing.T) {
	t.Parallel()
	tables := dynamotest.New(t)
	s := dynamostore.New(tables.Open(t))
	var p []uuid.UUID
	for range 8 {
		p = append(p, uuid.Must(uuid.NewV7()))
	}
	done := make(chan struct{})
	var writers sync.WaitGroup
	for i, me := range p {
		writers.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-done:
					return
				default:
				}
				other := p[(i+1+n%(len(p)-1))%len(p)]
				err := second(s.Follow(t.Context(), graph.Edge{FollowerID: me, FolloweeID: other}, 100))
				if err == nil && n%2 == 1 {
					err = second(s.Unfollow(t.Context(), graph.Edge{FollowerID: me, FolloweeID: other}))
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 5 {
		for _, d := range recounted(t, s) {
			if !strings.Contains(d, "it changed each of") {
				t.Error(d)
			}
		}
	}
	close(done)
	writers.Wait()
	if diffs := recounted(t, s); len(diffs) != 0 {
		t.Error(diffs)
	}
}
