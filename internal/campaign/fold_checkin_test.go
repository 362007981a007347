package campaign_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/campaign/score"
	"github.com/throng-social/throng/internal/pace"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

// What people do by the contract is what is counted.
func TestCheckInsAndWithdrawalsAreCounted(t *testing.T) {
	t.Parallel()
	servers, organizes := pgtest.New(t), uuid.New()
	w, worker := openRushWith(t, rpctest.InProcess, servers, pace.Rate{}, nil), countingOn(t, servers)
	run := w.campaign(terms{organizer: organizes})
	ada, ben := w.joined(run), w.joined(run)
	for range 3 {
		w.checkIn(ada, hello(run))
	}
	taken := w.checkIn(ben, hello(run))
	w.checkIn(ben, hello(run))
	worker.count(run)
	must(t, w.void(organizes, taken))
	worker.count(run)
	worker.exact(run, score.Rules{Scoring: score.Points, Points: 1})
	board := worker.board(run, 0)
	for who, want := range map[uuid.UUID]int64{ada: 3_000_000, ben: 1_000_000} {
		if got := board[score.Key{Scope: score.Members, Subject: who}].Score; got != want {
			t.Errorf("somebody has %d, want %d", got, want)
		}
	}
	if diffs := worker.differences(); len(diffs) != 0 {
		t.Errorf("differences: %q", diffs)
	}
}
