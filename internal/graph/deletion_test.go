package graph_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/uuid"

	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func deleted(account uuid.UUID) *eventv1.Event {
	return &eventv1.Event{Body: &eventv1.Event_AccountDeleted{AccountDeleted: &eventv1.AccountDeleted{UserId: account.String()}}}
}

func TestNothingOfADeletedAccountStays(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := setup(t, seam)
		const fans = 2100
		var list []string
		for i := range fans {
			list = append(list, fmt.Sprintf("person_%d person_0", i+1), fmt.Sprintf("person_0 person_%d", i+1))
		}
		_, err := w.imported(lines(list...))
		must(t, err)
		p := w.people(fans + 3)
		w.block(p[0], p[fans+1])
		w.block(p[fans+2], p[0])
		w.exec(`DELETE FROM river_job`)
		for range 2 {
			must(t, w.service.OnAccountDeleted(t.Context(), deleted(p[0])))
			announced := map[string]bool{}
			for _, event := range w.announced() {
				for _, e := range event {
					announced[e] = true
				}
			}
			if len(announced) != 2*fans {
				t.Errorf("announced %d edges of %d", len(announced), 2*fans)
			}
			w.stands(p[0], 0, 0)
			w.stands(p[1], 0, 0)
		}
		w.differs(0)
		var left int
		must(t, w.db.Writer(t.Context()).QueryRow(t.Context(), `SELECT (SELECT count(*) FROM graph_follows) + (SELECT count(*) FROM graph_blocks)`).Scan(&left))
		if left != 0 {
			t.Errorf("%d rows are left", left)
		}
	})
}

func TestADeletedAccountGetsNoNewEdges(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := setup(t, seam)
		p := w.people(2)
		must(t, w.service.OnAccountDeleted(t.Context(), deleted(p[1])))
		w.refuses(p[0], p[1], fault.NotFound, "user_not_found")
		w.refuses(p[1], p[0], fault.NotFound, "user_not_found")
		_, err := w.Block(as(t, p[0]), &graphv1.BlockRequest{UserId: p[1].String()})
		refused(t, err, fault.NotFound, "user_not_found")
		w.stands(p[0], 0, 0)
		if len(w.announced()) != 0 {
			t.Error("announced", w.announced())
		}
	})
}

func TestFollowsWhileAnAccountIsDeletedLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := setup(t, seam)
		p := w.people(30)
		var all sync.WaitGroup
		for _, other := range p[1:] {
			all.Go(func() {
				for _, pair := range [][2]uuid.UUID{{p[0], other}, {other, p[0]}} {
					_, err := w.Follow(as(t, pair[0]), &graphv1.FollowRequest{UserId: pair[1].String()})
					if err != nil && !fault.Is(err, fault.NotFound) {
						t.Error(err)
					}
				}
			})
		}
		all.Go(func() {
			if _, err := w.imported(everyone(30)); err != nil {
				t.Error(err)
			}
		})
		all.Go(func() {
			if err := w.service.OnAccountDeleted(t.Context(), deleted(p[0])); err != nil {
				t.Error(err)
			}
		})
		all.Wait()
		w.stands(p[0], 0, 0)
		w.differs(0)
	})
}

// In process: it shortens the time of a job (export_test.go).
func TestADeletionThatTakesLongGoesOnInAnotherJob(t *testing.T) {
	t.Parallel()
	w := setup(t, rpctest.InProcess)
	w.service.LimitDeletion(0)
	p := w.people(2)
	w.follow(p[0], p[1])
	must(t, w.service.OnAccountDeleted(t.Context(), deleted(p[1])))
	w.stands(p[1], 1, 0)
	var jobs int
	must(t, w.db.Writer(t.Context()).QueryRow(t.Context(), `SELECT count(*) FROM river_job WHERE kind = 'graph.account_deleted' AND queue = 'events'`).Scan(&jobs))
	if jobs != 1 {
		t.Errorf("%d jobs go on", jobs)
	}
	w.refuses(p[1], p[0], fault.NotFound, "user_not_found")
	if w.service.Handlers()["graph.account_deleted"] == nil {
		t.Error("nobody takes the job")
	}
}

func TestARecountFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := setup(t, seam)
		p := w.people(5)
		w.follow(p[0], p[1])
		w.follow(p[1], p[2])
		w.follow(p[3], p[2])
		w.differs(0)
		w.exec(`UPDATE graph_counts SET followers = followers + 1 WHERE user_id = $1`, p[1])
		w.exec(`DELETE FROM graph_counts WHERE user_id = $1`, p[3])
		w.exec(`INSERT INTO graph_counts (user_id, following) VALUES ($1, 7)`, p[4])
		w.exec(`INSERT INTO graph_blocks (blocker_id, blocked_id) VALUES ($1, $2)`, p[1], p[0])
		for _, d := range w.differs(4) {
			t.Log(d)
		}
	})
}
