package graph

import (
	"bytes"
	"context"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/graphdb"
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	"github.com/throng-social/throng/internal/postgres"
)

// maxAnnounced is how many edges one event names: 32 bytes each, and a third more
// in the text that a queue keeps, against the 256 KiB that it takes.
const maxAnnounced = 3000

// edge is a follow.
type edge struct{ FollowerID, FolloweeID uuid.UUID }

// compare orders edges as the primary key does.
func (e edge) compare(o edge) int {
	if c := bytes.Compare(e.FollowerID[:], o.FollowerID[:]); c != 0 {
		return c
	}
	return bytes.Compare(e.FolloweeID[:], o.FolloweeID[:])
}

// added is what must follow when edges came to be: they are announced, then
// counted. Counts come last as others wait for their rows.
func (s *Service) added(ctx context.Context, tx postgres.Tx, edges []edge) error {
	if err := s.announce(ctx, tx, edges); err != nil {
		return err
	}
	return s.count(ctx, tx, deltasOf(edges))
}

// removed is the same for edges that went.
func (s *Service) removed(ctx context.Context, tx postgres.Tx, edges []edge) error {
	if len(edges) == 0 {
		return nil
	}
	if err := s.announce(ctx, tx, edges); err != nil {
		return err
	}
	ids, followers, following := deltasOf(edges).columns()
	return s.q.SubtractCounts(ctx, tx, graphdb.SubtractCountsParams{UserIds: ids, Followers: followers, Following: following})
}

// count adds to the counts of accounts, none of which may be gone.
func (s *Service) count(ctx context.Context, tx postgres.Tx, d deltas) error {
	ids, followers, following := d.columns()
	n, err := s.q.AddCounts(ctx, tx, graphdb.AddCountsParams{UserIds: ids, Followers: followers, Following: following})
	if err == nil && n < int64(len(ids)) {
		return errNoAccount
	}
	return err
}

func (s *Service) announce(ctx context.Context, tx postgres.Tx, edges []edge) error {
	for part := range slices.Chunk(edges, maxAnnounced) {
		body := &eventv1.FollowsChanged{Packed: packed(part)}
		err := s.pub.Announce(ctx, tx, &eventv1.Event{Body: &eventv1.Event_FollowsChanged{FollowsChanged: body}})
		if err != nil {
			return err
		}
	}
	return nil
}

// packed lays edges out as the event says.
func packed(edges []edge) []byte {
	out := make([]byte, 0, 2*len(uuid.Nil)*len(edges))
	for _, e := range edges {
		out = append(append(out, e.FollowerID[:]...), e.FolloweeID[:]...)
	}
	return out
}

// deltas is what is to be added to the counts of accounts.
type deltas map[uuid.UUID]delta

type delta struct{ followers, following int64 }

func deltasOf(edges []edge) deltas {
	d := make(deltas, 2*len(edges))
	for _, e := range edges {
		follower := d[e.FollowerID]
		follower.following++
		d[e.FollowerID] = follower
		followee := d[e.FolloweeID]
		followee.followers++
		d[e.FolloweeID] = followee
	}
	return d
}

// columns are ascending by id.
func (d deltas) columns() (ids []uuid.UUID, followers, following []int64) {
	ids = slices.SortedFunc(maps.Keys(d), func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	followers, following = make([]int64, len(ids)), make([]int64, len(ids))
	for i, u := range ids {
		followers[i], following[i] = d[u].followers, d[u].following
	}
	return ids, followers, following
}

// edgesOf reads the rows of any query that answers edges.
func edgesOf[R ~struct{ FollowerID, FolloweeID uuid.UUID }](rows []R) []edge {
	edges := make([]edge, len(rows))
	for i, r := range rows {
		edges[i] = edge(r)
	}
	return edges
}
