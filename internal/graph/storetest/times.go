package storetest

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/graph"
)

var times = []test{
	{"who has written sees it in every read from then on", func(w world) {
		p := people(3)
		for i := range 8 {
			e, want := edge(p[0], p[1+i%2]), i/2%2 == 0
			position := w.seen(consistency.Position{}, func(ctx context.Context) error {
				if want {
					_, err := w.Follow(ctx, e, many)
					return err
				}
				_, err := w.Unfollow(ctx, e)
				return err
			})
			w.seen(position, func(ctx context.Context) error { return w.shows(ctx, e, want) })
		}
	}},
	{"what one has read another who was told of it reads too", func(w world) {
		p := people(2)
		e := edge(p[0], p[1])
		for i := range 6 {
			want := i%2 == 0
			if want {
				w.follow(p[0], p[1])
			} else {
				w.unfollow(p[0], p[1])
			}
			// A check sees all, and the position that it answers tells others.
			position := w.seen(consistency.Position{}, func(ctx context.Context) error {
				_, err := w.CheckEdges(ctx, []graph.Edge{e})
				return err
			})
			w.seen(position, func(ctx context.Context) error { return w.shows(ctx, e, want) })
		}
	}},
	{"what was read promises nothing of a write that came after", func(w world) {
		p := people(2)
		w.follow(p[0], p[1])
		ctx, session := consistency.Begin(w.t.Context(), w.clock.read())
		if err := again(ctx, func() error { return w.shows(ctx, edge(p[0], p[1]), true) }); err != nil {
			w.t.Fatal(err)
		}
		position := w.seen(consistency.Position{}, func(ctx context.Context) error {
			_, err := w.Unfollow(ctx, edge(p[0], p[1]))
			return err
		})
		if session.Floor().Reaches(position) {
			w.t.Errorf("the read promises %v, the write came to %v", session.Floor(), position)
		}
	}},
}

// seen makes a call that demands a position, and answers the position after it.
func (w world) seen(demand consistency.Position, call func(ctx context.Context) error) consistency.Position {
	w.t.Helper()
	ctx, session := consistency.Begin(w.t.Context(), demand)
	if err := again(ctx, func() error { return call(ctx) }); err != nil {
		w.t.Fatal(err)
	}
	position, err := session.Ceiling(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	return position
}

// shows holds every read to whether an edge stands.
func (w world) shows(ctx context.Context, e graph.Edge, stands bool) error {
	counts, err := w.Counts(ctx, e.FolloweeID)
	if err != nil {
		return err
	}
	is(w, "counted", counts.Followers == 1, stands)
	related, err := w.Relationships(ctx, e.FollowerID, []uuid.UUID{e.FolloweeID})
	if err != nil {
		return err
	}
	is(w, "related", related[0].Following, stands)
	for name, list := range map[string]reader{"followers": w.ListFollowers, "following": w.ListFollowing} {
		account, other := e.FolloweeID, e.FollowerID
		if name == "following" {
			account, other = other, account
		}
		follows, err := list(ctx, account, graph.Newest, 10)
		if err != nil {
			return err
		}
		is(w, name, slices.Contains(idsOf(follows), other), stands)
	}
	ids, err := w.ListFollowingIDs(ctx, e.FollowerID, uuid.Nil, 10)
	is(w, "ids", slices.Contains(idsOf(ids), e.FolloweeID), stands)
	return err
}
