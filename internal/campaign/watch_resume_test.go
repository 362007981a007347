package campaign_test

import (
	"errors"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/google/uuid"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	faultv1 "github.com/throng-social/throng/gen/go/throng/fault/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/postgres/pgtest"
)

// isFault says whether a stream ended so.
func isFault(err error, kind fault.Kind, reason string) bool {
	c, is := errors.AsType[*connect.Error](err)
	if !is || len(c.Details()) == 0 {
		return false
	}
	detail, err := c.Details()[0].Value()
	said, told := detail.(*faultv1.Detail)
	return err == nil && told && said.GetReason() == reason && c.Code() == map[fault.Kind]connect.Code{
		fault.Exhausted: connect.CodeResourceExhausted, fault.Unavailable: connect.CodeUnavailable, fault.NotFound: connect.CodeNotFound, fault.Invalid: connect.CodeInvalidArgument,
	}[kind]
}

func TestAStreamIsTakenUpWithWhatHasChangedSince(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t)
	one, two := startArena(t, d), startArena(t, d)
	l := newLedger(t, d, one.bus, boardOfTeams)
	subjects := l.teams(4)
	l.count(map[uuid.UUID]int64{subjects[0]: 3, subjects[1]: 2, subjects[2]: 1})
	f := l.watch(anybody(t), one, 3, nil)
	f = l.watch(anybody(t), two, 3, f)
	if m := f.newest(); m.GetSnapshot() || len(m.GetStandings())+len(m.GetGoneIds()) != 0 || m.GetResumeToken() == "" {
		t.Error("where nothing has changed, a stream is taken up with", m)
	}
	f.end()
	l.count(map[uuid.UUID]int64{subjects[3]: 2})
	l.exec(`UPDATE campaign_teams SET name = 'another name' WHERE id = $1`, subjects[0])
	f = l.watch(anybody(t), two, 3, f)
	if m := f.newest(); m.GetSnapshot() || len(m.GetGoneIds()) != 1 || m.GetGoneIds()[0] != subjects[2].String() {
		t.Error("it is taken up with", m)
	}
	if name := f.place(subjects[0]).GetTeam().GetName(); name != "another name" {
		t.Error("what got another name meanwhile is", name)
	}
	if n := len(f.newest().GetStandings()); n != 3 {
		t.Errorf("%d places are sent, though it is not known who looks different", n)
	}
	f.end()
	l.count(map[uuid.UUID]int64{subjects[1]: 1})
	f = l.watch(anybody(t), two, 3, f)
	if m := f.newest(); m.GetSnapshot() || len(m.GetStandings()) != 2 {
		t.Error("where two places have changed, it is taken up with", m)
	}
}

func TestATokenFromTooLongAgoOrFromWhatIsFrozenNowLeadsToASnapshot(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t)
	a := startArena(t, d)
	l := newLedger(t, d, a.bus, boardOfTeams)
	l.ago = 3 * time.Hour
	subjects := l.teams(2)
	l.count(map[uuid.UUID]int64{subjects[0]: 3})
	f := l.watch(anybody(t), a, 10, nil)
	f.end()
	eventually(t, "nobody watches", func() bool { return a.service.Watching().Campaigns == 0 })
	l.count(map[uuid.UUID]int64{subjects[1]: 3})
	f = l.watch(anybody(t), a, 10, f)
	if m := f.newest(); !m.GetSnapshot() {
		t.Error("after three hours it is taken up with", m)
	}
	f.end()
	eventually(t, "nobody watches", func() bool { return a.service.Watching().Campaigns == 0 })
	l.exec(`UPDATE campaigns SET frozen_at = (SELECT counted_at - interval '1 second' FROM campaign_positions WHERE campaign_id = $1 AND position = 1) WHERE id = $1`, l.id)
	f = l.watch(anybody(t), a, 10, f)
	if m := f.newest(); !m.GetSnapshot() || !m.GetFrozen() || m.GetPosition() != 0 {
		t.Error("on a board that has frozen before, it is taken up with", m)
	}
}

func TestBadRequestsToWatchAreRefusedWithTheirReasons(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t)
	a := startArena(t, d)
	l, other := newLedger(t, d, a.bus, boardOfTeams), newLedger(t, d, a.bus, boardOfTeams)
	f := l.watch(anybody(t), a, 10, nil)
	token := f.newest().GetResumeToken()
	changed := token[:len(token)-1] + "A"
	if changed == token {
		changed = token[:len(token)-1] + "B"
	}
	for name, c := range map[string]struct {
		req    *campaignv1.WatchLeaderboardRequest
		kind   fault.Kind
		reason string
	}{
		"an unknown campaign":         {&campaignv1.WatchLeaderboardRequest{CampaignId: uuid.NewString()}, fault.NotFound, "campaign_not_found"},
		"a token of another campaign": {&campaignv1.WatchLeaderboardRequest{CampaignId: other.id.String(), ResumeToken: token}, fault.Invalid, "resume_token_invalid"},
		"a token of another board":    {&campaignv1.WatchLeaderboardRequest{CampaignId: l.id.String(), Scope: boardOfMembers, ResumeToken: token}, fault.Invalid, "resume_token_invalid"},
		"a token of fewer places":     {&campaignv1.WatchLeaderboardRequest{CampaignId: l.id.String(), Top: 11, ResumeToken: token}, fault.Invalid, "resume_token_invalid"},
		"a token that is none":        {&campaignv1.WatchLeaderboardRequest{CampaignId: l.id.String(), ResumeToken: "no token"}, fault.Invalid, "resume_token_invalid"},
		"a token that was changed":    {&campaignv1.WatchLeaderboardRequest{CampaignId: l.id.String(), ResumeToken: changed}, fault.Invalid, "resume_token_invalid"},
	} {
		stream, err := a.WatchLeaderboard(anybody(t), c.req)
		noError(t, err)
		if stream.Receive() || !isFault(stream.Err(), c.kind, c.reason) {
			t.Errorf("%s: %v", name, stream.Err())
		}
		noError(t, stream.Close())
	}
	if n := a.service.Watching().Streams; n != 1 {
		t.Errorf("%d streams are open", n)
	}
}
