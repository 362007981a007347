package timeline_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/timeline"
)

func followsChanged(body *eventv1.FollowsChanged) *eventv1.Event {
	return &eventv1.Event{Body: &eventv1.Event_FollowsChanged{FollowsChanged: body}}
}

// begun is a world whose processes are up.
func begun(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	if err := w.restart(t.Context(), timeline.Config{Strategy: "push", Keep: 10, FanoutPage: 10}, 1, time.Now); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestAnEventThatEndsWithinAnEdgeIsRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	p := begun(t).processes[0]
	for _, bytes := range []int{1, 15, 16, 31, 33, 40, 48, 63} {
		if err := p.timeline.OnFollowsChanged(t.Context(), followsChanged(&eventv1.FollowsChanged{Packed: make([]byte, bytes)})); err == nil {
			t.Errorf("%d bytes were taken for edges", bytes)
		}
	}
}

func TestBothFormsOfAnEventOfFollowsMakeTheSameEdge(t *testing.T) {
	t.Parallel()
	w := begun(t)
	p, follower, followee := w.processes[0], w.people[0], w.people[1]
	ctx := identity.With(t.Context(), identity.Caller{UserID: follower})
	if _, err := p.graph.Follow(ctx, &graphv1.FollowRequest{UserId: followee.String()}); err != nil {
		t.Fatal(err)
	}
	for form, body := range map[string]*eventv1.FollowsChanged{
		"packed":    {Packed: append(append([]byte{}, follower[:]...), followee[:]...)},
		"spelt out": {Edges: []*eventv1.FollowsChanged_Edge{{FollowerId: follower.String(), FolloweeId: followee.String()}}},
	} {
		if _, err := w.sql.Exec(t.Context(), `DELETE FROM timeline_edges`); err != nil {
			t.Fatal(err)
		}
		if err := p.timeline.OnFollowsChanged(t.Context(), followsChanged(body)); err != nil {
			t.Fatal(form, err)
		}
		var author, reader uuid.UUID
		if err := w.sql.QueryRow(t.Context(), `SELECT author_id, reader_id FROM timeline_edges`).Scan(&author, &reader); err != nil {
			t.Fatal(form, err)
		}
		if author != followee || reader != follower {
			t.Errorf("%s: the edge leads from %v to %v", form, author, reader)
		}
	}
}
