package graph

import (
	"bytes"
	"slices"

	"github.com/google/uuid"

	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
)

// maxAnnounced is how many edges one event names: 32 bytes each, and a third more
// in the text that a queue keeps, against the 256 KiB that it takes.
const maxAnnounced = 3000

// Edge is a follow.
type Edge struct{ FollowerID, FolloweeID uuid.UUID }

// Compare orders edges by who follows, then by who is followed.
func (e Edge) Compare(o Edge) int {
	if c := bytes.Compare(e.FollowerID[:], o.FollowerID[:]); c != 0 {
		return c
	}
	return bytes.Compare(e.FolloweeID[:], o.FolloweeID[:])
}

// Back is the edge in the other direction.
func (e Edge) Back() Edge { return Edge{FollowerID: e.FolloweeID, FolloweeID: e.FollowerID} }

// Changed are the events that announce a change of edges: one, as long as it can
// name them all.
func Changed(edges []Edge) []*eventv1.Event {
	return announced(edges, func(named *eventv1.FollowsChanged) *eventv1.Event {
		return &eventv1.Event{Body: &eventv1.Event_FollowsChanged{FollowsChanged: named}}
	})
}

// Loaded are those that announce edges which were stored in bulk.
func Loaded(edges []Edge) []*eventv1.Event {
	return announced(edges, func(named *eventv1.FollowsChanged) *eventv1.Event {
		return &eventv1.Event{Body: &eventv1.Event_FollowsLoaded{FollowsLoaded: named}}
	})
}

func announced(edges []Edge, event func(*eventv1.FollowsChanged) *eventv1.Event) []*eventv1.Event {
	var events []*eventv1.Event
	for part := range slices.Chunk(edges, maxAnnounced) {
		events = append(events, event(&eventv1.FollowsChanged{Packed: packed(part)}))
	}
	return events
}

// packed lays edges out as the event says.
func packed(edges []Edge) []byte {
	out := make([]byte, 0, 2*len(uuid.Nil)*len(edges))
	for _, e := range edges {
		out = append(append(out, e.FollowerID[:]...), e.FolloweeID[:]...)
	}
	return out
}

// Counts are how many follow an account and how many it follows.
type Counts struct{ Followers, Following int64 }

// Tally is what edges come to for each account at one of their ends.
func Tally(edges []Edge) map[uuid.UUID]Counts {
	t := make(map[uuid.UUID]Counts, 2*len(edges))
	for _, e := range edges {
		follower := t[e.FollowerID]
		follower.Following++
		t[e.FollowerID] = follower
		followee := t[e.FolloweeID]
		followee.Followers++
		t[e.FolloweeID] = followee
	}
	return t
}
