package campaign_test

import (
	"testing"

	"connectrpc.com/connect"
	"github.com/google/uuid"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/campaign"
	"github.com/throng-social/throng/internal/campaign/board"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/postgres/pgtest"
)

// Nobody hears that the board has moved, and the replica that is asked first has come to
// a stop: the stream is sent the last position all the same.
func TestAStreamIsSentThePresentThoughHintsAreLostAndTheReplicaStandsStill(t *testing.T) {
	t.Parallel()
	overBoards(t, func(t *testing.T, ranked board.Board) {
		d := pgtest.NewReplicated(t, 1)
		a := startArena(t, d, deaf, func(deps *campaign.Deps) { deps.Boards = ranked })
		l := newLedger(t, d, nil, boardOfTeams)
		subjects := l.teams(2)
		l.count(map[uuid.UUID]int64{subjects[0]: 1})
		noError(t, d.Server.CatchUp(t.Context()))
		f := l.watch(anybody(t), a, 10, nil)
		noError(t, d.Server.PauseReplay(t.Context(), 0))
		for i := range 3 {
			l.count(map[uuid.UUID]int64{subjects[1]: int64(i) + 1})
			f.wants()
		}
		noError(t, d.Server.ResumeReplay(t.Context(), 0))
	})
}

// Whoever is told that there is no such campaign does not ask again.
func TestACampaignThatTheReplicaDoesNotHaveYetIsWatchedAndRead(t *testing.T) {
	t.Parallel()
	d := pgtest.NewReplicated(t, 1)
	a := startArena(t, d)
	noError(t, d.Server.PauseReplay(t.Context(), 0))
	l := newLedger(t, d, a.bus, boardOfTeams)
	f := l.watch(anybody(t), a, 10, nil)
	if _, err := a.GetLeaderboard(anybody(t), &campaignv1.GetLeaderboardRequest{CampaignId: l.id.String()}); err != nil {
		t.Error("its board is answered with", err)
	}
	l.count(map[uuid.UUID]int64{l.teams(1)[0]: 1})
	f.wants()
	noError(t, d.Server.ResumeReplay(t.Context(), 0))
	l.id = newID(t)
	if none := l.watch(anybody(t), a, 10, nil); !isFault(none.err, fault.NotFound, "campaign_not_found") {
		t.Error("a stream of no campaign ends with", none.err)
	}
	_, err := a.GetLeaderboard(anybody(t), &campaignv1.GetLeaderboardRequest{CampaignId: l.id.String()})
	if connect.CodeOf(err) != connect.CodeNotFound {
		t.Error("a board of no campaign is answered with", err)
	}
}
