package dynamostore

import (
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/graph"
)

func TestLanesHoldEachEdgeOnceAndTheEdgesOfAStarTogether(t *testing.T) {
	t.Parallel()
	p := make([]uuid.UUID, 500)
	for i := range p {
		p[i] = uuid.Must(uuid.NewV7())
	}
	var edges []graph.Edge
	for i := range 400 {
		edges = append(edges, graph.Edge{FollowerID: p[i+1], FolloweeID: p[0]}) // a star
		edges = append(edges, graph.Edge{FollowerID: p[i+1], FolloweeID: p[i+2]})
	}
	for i := range 300 {
		edges = append(edges, graph.Edge{FollowerID: p[499], FolloweeID: p[i+1]}) // one who follows many
	}
	slices.SortFunc(edges, graph.Edge.Compare)
	var all []graph.Edge
	star := 0
	for _, lane := range lanes(edges) {
		all = append(all, lane...)
		if slices.ContainsFunc(lane, func(e graph.Edge) bool { return e.FolloweeID == p[0] }) {
			star++
		}
	}
	slices.SortFunc(all, graph.Edge.Compare)
	if !slices.Equal(all, edges) || star != 1 {
		t.Errorf("%d edges of %d; the star's are in %d lanes", len(all), len(edges), star)
	}
}

func TestWhatIsCutOffALaneFitsIntoATransaction(t *testing.T) {
	t.Parallel()
	hub := uuid.Must(uuid.NewV7())
	var star, pairs []graph.Edge
	for range 100 {
		star = append(star, graph.Edge{FollowerID: uuid.Must(uuid.NewV7()), FolloweeID: hub})
		pairs = append(pairs, graph.Edge{FollowerID: uuid.Must(uuid.NewV7()), FolloweeID: uuid.Must(uuid.NewV7())})
	}
	for name, test := range map[string]struct {
		lane []graph.Edge
		want int
	}{"a star's": {star, 24}, "strangers'": {pairs, 19}, "the last": {star[:3], 3}} {
		now, later := next(test.lane)
		if len(now) != test.want || len(now)+len(later) != len(test.lane) {
			t.Errorf("%s: %d now, %d later", name, len(now), len(later))
		}
		c := &change{}
		for _, e := range now {
			c.begin(e)
		}
		c.close()
		if n := len(c.writes) + 1; n > maxWrites {
			t.Errorf("%s: %d writes", name, n)
		}
	}
}
