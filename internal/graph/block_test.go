package graph_test

import (
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/google/uuid"

	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestABlockEndsBothFollowsAndUnblockingRestoresNothing(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := setup(t, seam)
		p := w.people(2)
		w.follow(p[0], p[1])
		w.follow(p[1], p[0])
		for range 2 {
			if r := w.block(p[0], p[1]); !r.GetBlocking() || r.GetFollowing() || r.GetFollowedBy() {
				t.Error("got", r)
			}
		}
		w.stands(p[0], 0, 0)
		w.stands(p[1], 0, 0)
		if events := w.announced(); len(events) != 3 || len(events[2]) != 2 {
			t.Error("a block announces both follows at once, not", events)
		}
		w.refuses(p[0], p[1], fault.Precondition, "blocked")
		w.refuses(p[1], p[0], fault.Precondition, "blocked")
		res, err := w.GetRelationships(as(t, p[1]), &graphv1.GetRelationshipsRequest{UserIds: []string{p[0].String()}})
		must(t, err)
		if res.GetRelationships()[0].GetBlocking() {
			t.Error("the blocked learns of the block")
		}
		for range 2 {
			if r := w.unblock(p[0], p[1]); r.GetBlocking() || r.GetFollowing() {
				t.Error("got", r)
			}
		}
		w.follow(p[1], p[0])
		w.differs(0)
	})
}

func TestUnblockingLiftsOneSideOnly(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := setup(t, seam)
		p := w.people(2)
		w.block(p[0], p[1])
		w.block(p[1], p[0])
		w.unblock(p[0], p[1])
		w.refuses(p[0], p[1], fault.Precondition, "blocked")
		if len(w.announced()) != 0 {
			t.Error("blocks that end nothing are announced:", w.announced())
		}
	})
}

func TestNobodyBlocksHimselfOrNobody(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := setup(t, seam)
		me := w.people(1)[0]
		_, err := w.Block(as(t, me), &graphv1.BlockRequest{UserId: me.String()})
		refused(t, err, fault.Invalid, "block_self")
		_, err = w.Block(as(t, me), &graphv1.BlockRequest{UserId: uuid.NewString()})
		refused(t, err, fault.NotFound, "user_not_found")
	})
}

func TestNoFollowStandsAcrossABlockWhateverRunsAtOnce(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := setup(t, seam)
		p := w.people(6)
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				for range 40 {
					a, b := p[rand.N(len(p))], p[rand.N(len(p))]
					if a == b {
						continue
					}
					var err error
					switch rand.N(6) {
					case 0, 1, 2:
						_, err = w.Follow(as(t, a), &graphv1.FollowRequest{UserId: b.String()})
					case 3:
						_, err = w.Unfollow(as(t, a), &graphv1.UnfollowRequest{UserId: b.String()})
					case 4:
						_, err = w.Block(as(t, a), &graphv1.BlockRequest{UserId: b.String()})
					case 5:
						_, err = w.Unblock(as(t, a), &graphv1.UnblockRequest{UserId: b.String()})
					}
					if err != nil && !fault.Is(err, fault.Precondition) {
						t.Error(err)
					}
				}
			})
		}
		for range 2 {
			all.Go(func() {
				for range 10 {
					if _, err := w.imported(everyone(len(p))); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		w.differs(0)
	})
}
