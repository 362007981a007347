package graph_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/graph"
	"github.com/throng-social/throng/internal/pace"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestFollowingTwiceChangesAndAnnouncesNothing(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := setup(t, seam)
		p := w.people(2)
		for range 2 {
			if r := w.follow(p[0], p[1]); !r.GetFollowing() || r.GetFollowedBy() || r.GetUserId() != p[1].String() {
				t.Error("got", r)
			}
		}
		w.stands(p[0], 0, 1)
		w.stands(p[1], 1, 0)
		if r := w.follow(p[1], p[0]); !r.GetFollowing() || !r.GetFollowedBy() {
			t.Error("got", r)
		}
		for range 2 {
			if r := w.unfollow(p[0], p[1]); r.GetFollowing() || !r.GetFollowedBy() {
				t.Error("got", r)
			}
		}
		w.stands(p[0], 1, 0)
		w.stands(p[1], 0, 1)
		there, back := p[0].String()+" "+p[1].String(), p[1].String()+" "+p[0].String()
		events := w.announced()
		if len(events) != 3 || events[0][0] != there || events[1][0] != back || events[2][0] != there {
			t.Error("announced", events)
		}
		w.differs(0)
	})
}

func TestNobodyFollowsHimselfOrNobody(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := setup(t, seam)
		me := w.people(1)[0]
		w.refuses(me, me, fault.Invalid, "follow_self")
		w.refuses(me, uuid.Must(uuid.NewV7()), fault.NotFound, "user_not_found")
		_, err := w.Follow(t.Context(), &graphv1.FollowRequest{UserId: me.String()})
		refused(t, err, fault.Unauthenticated, "sign_in_required")
		w.stands(me, 0, 0)
	})
}

func TestTheFollowLimitHoldsWhoeverIsFollowedAtOnce(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		const limit = 5
		w := setup(t, seam, func(d *graph.Deps) { d.FollowLimit = limit })
		p := w.people(20)
		var followed atomic.Int64
		var all sync.WaitGroup
		for _, other := range p[1:] {
			all.Go(func() {
				_, err := w.Follow(as(t, p[0]), &graphv1.FollowRequest{UserId: other.String()})
				if err == nil {
					followed.Add(1)
				} else {
					refused(t, err, fault.Precondition, "follow_limit")
				}
			})
		}
		all.Wait()
		if followed.Load() != limit {
			t.Error("followed", followed.Load())
		}
		w.stands(p[0], 0, limit)
		if len(w.announced()) != limit {
			t.Error("announced", w.announced())
		}
		var other uuid.UUID
		must(t, other.UnmarshalText([]byte(w.followed(p[0])[0])))
		w.unfollow(p[0], other)
		w.follow(p[0], other)
		w.differs(0)
	})
}

func TestWhoFollowsTooFastIsToldWhenToComeBack(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := setup(t, seam, func(d *graph.Deps) { d.FollowRate = pace.Rate{PerMinute: 1, Burst: 2} })
		p := w.people(4)
		w.follow(p[0], p[1])
		w.follow(p[0], p[2])
		_, err := w.Follow(as(t, p[0]), &graphv1.FollowRequest{UserId: p[3].String()})
		refused(t, err, fault.Exhausted, "rate_limited")
		if f, ok := errors.AsType[*fault.Error](err); !ok || f.RetryAfter <= 0 {
			t.Error("no hint when to come back:", err)
		}
		w.follow(p[1], p[3])
		w.unfollow(p[0], p[1])
	})
}

func TestAnAccountCanBeFollowedBeforeReplicasKnowIt(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		servers := pgtest.NewReplicated(t, 1)
		w := on(t, seam, servers)
		me := w.people(1)[0]
		must(t, servers.Server.CatchUp(t.Context()))
		must(t, servers.Server.PauseReplay(t.Context(), 0))
		newcomer := w.people(2)[1]
		if r := w.follow(me, newcomer); !r.GetFollowing() {
			t.Error("got", r)
		}
		res, err := w.CheckEdges(t.Context(), &graphv1.CheckEdgesRequest{FollowerIds: []string{me.String()}, FolloweeIds: []string{newcomer.String()}})
		must(t, err)
		if res.GetSince()[0] == 0 {
			t.Error("edges are checked on a replica")
		}
		must(t, servers.Server.ResumeReplay(t.Context(), 0))
	})
}
