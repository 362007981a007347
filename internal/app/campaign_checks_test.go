package app_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/internal/dynamo/dynamotest"
	"github.com/throng-social/throng/internal/postgres/pgtest"
)

const (
	ofTeams   = campaignv1.Scope_SCOPE_TEAMS
	ofMembers = campaignv1.Scope_SCOPE_MEMBERS
	ofFriends = campaignv1.Scope_SCOPE_FRIENDS
)

// campaignChecks are what holds of campaigns in every shape, each in one of its own.
var campaignChecks = []struct {
	name  string
	check func(t *testing.T, e event)
}{
	{"the whole way", checkWholeWay},
	{"what is refused", checkRefusals},
	{"check in, then read", checkCheckInThenRead},
	{"the last place", checkLastPlace},
	{"order, ties and whose is what", checkBoardOrder},
	{"paging disjoint and complete", checkBoardPaging},
	{"boards of the past", checkBoardsOfThePast},
	{"watching and taking a stream up again", checkWatching},
	{"freezing", checkFreezing},
	{"withdrawal takes points and post", checkWithdrawal},
	{"followers see check-ins as posts", checkPosts},
	{"the end is final", checkEnd},
}

func TestTwelveChecksOfCampaigns(t *testing.T) { //nolint:paralleltest // a busy world: one after the other, its checks at once
	for name, shape := range map[string]func(*testing.T) deployment{
		"one": func(t *testing.T) deployment { t.Helper(); return deploy(t, pgtest.NewReplicated(t, 1), seams[1]) },
		"aws": func(t *testing.T) deployment {
			t.Helper()
			return deploy(t, pgtest.New(t), seams[0], allOnAWS(t, dynamotest.New(t)))
		},
	} {
		t.Run(name, func(t *testing.T) { // one deployment after the other: each keeps its workers busy
			d := shape(t)
			t.Run("checks", func(t *testing.T) {
				for _, c := range campaignChecks {
					t.Run(c.name, func(t *testing.T) {
						t.Parallel()
						c.check(t, d.announce(t))
					})
				}
			})
			d.settled(t)
			if err := d.app.Recount(t.Context(), "campaign", t.Output()); err != nil {
				t.Error(err)
			}
		})
	}
}

// event is a campaign with its organizer.
type event struct {
	deployment
	*campaignv1.Campaign

	organizer *person
}

// announce has a new organizer announce a campaign that runs: ten points a check-in,
// teams of three, and two teams a person.
func (d deployment) announce(t *testing.T, change ...func(*campaignv1.CreateCampaignRequest)) event {
	t.Helper()
	organizer := d.signUp(t)
	if err := d.app.SetRole(t.Context(), organizer.handle, "organizer"); err != nil {
		t.Fatal(err)
	}
	var token string
	soon(t, "a replica has the account", func() (ok bool) {
		var err error
		token, err = d.app.Token(t.Context(), organizer.handle, time.Hour)
		return err == nil
	})
	id := organizer.id
	organizer = d.person(token)
	organizer.id = id
	now := time.Now()
	req := &campaignv1.CreateCampaignRequest{
		Title: "Run for it", Tag: "run_for_it", IdempotencyKey: uuid.NewString(),
		StartsAt: timestamppb.New(now.Add(-time.Hour)), EndsAt: timestamppb.New(now.Add(time.Hour)),
		Rules: &campaignv1.Rules{
			TeamSize: 3, TeamsPerPerson: 2, CheckInsPerDay: 5,
			Scoring: &campaignv1.Rules_Points{Points: &campaignv1.Points{PerCheckIn: 10}},
		},
	}
	for _, c := range change {
		c(req)
	}
	res, err := organizer.campaign.CreateCampaign(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return event{deployment: d, Campaign: res.GetCampaign(), organizer: organizer}
}

// runner is somebody new who has joined the campaign.
func (e event) runner(t *testing.T) *person {
	t.Helper()
	p := e.signUp(t)
	if _, err := p.campaign.JoinCampaign(t.Context(), &campaignv1.JoinCampaignRequest{CampaignId: e.GetId()}); err != nil {
		t.Fatal(err)
	}
	return p
}

func (e event) team(t *testing.T, captain *person, name string) string {
	t.Helper()
	res, err := captain.campaign.CreateTeam(t.Context(), &campaignv1.CreateTeamRequest{CampaignId: e.GetId(), Name: name, IdempotencyKey: uuid.NewString()})
	if err != nil {
		t.Fatal(err)
	}
	return res.GetTeam().GetId()
}

func (e event) checkIn(t *testing.T, p *person) *campaignv1.CheckIn {
	t.Helper()
	res, err := p.campaign.CheckIn(t.Context(), &campaignv1.CheckInRequest{CampaignId: e.GetId(), Text: "made it", IdempotencyKey: uuid.NewString()})
	if err != nil {
		t.Fatal(err)
	}
	return res.GetCheckIn()
}

// counted waits until nothing waits to be counted: the board of the organizer, who
// sees it live, stands where the facts end.
func (e event) counted(t *testing.T) {
	t.Helper()
	sql := connectTo(t, e.db)
	soon(t, "all is counted", func() bool {
		var pending bool
		err := sql.QueryRow(t.Context(), `SELECT EXISTS (SELECT FROM campaign_facts WHERE campaign_id = $1::text::uuid AND position IS NULL)`, e.GetId()).Scan(&pending)
		return err == nil && !pending
	})
}

func (e event) board(t *testing.T, p *person, scope campaignv1.Scope, change ...func(*campaignv1.GetLeaderboardRequest)) *campaignv1.GetLeaderboardResponse {
	t.Helper()
	req := &campaignv1.GetLeaderboardRequest{CampaignId: e.GetId(), Scope: scope, PageSize: 100}
	for _, c := range change {
		c(req)
	}
	res, err := p.campaign.GetLeaderboard(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// lines are standings as "rank who points", with a star where they are the caller's.
func lines(standings []*campaignv1.Standing) (all []string) {
	for _, s := range standings {
		who := s.GetTeam().GetName() + s.GetUser().GetHandle()
		line := fmt.Sprint(s.GetRank(), " ", who, " ", s.GetScoreMicros()/1_000_000)
		if s.GetMine() {
			line += " *"
		}
		all = append(all, line)
	}
	return all
}

// comes waits until a board is as it should be.
func (e event) comes(t *testing.T, p *person, scope campaignv1.Scope, want ...string) {
	t.Helper()
	var got []string
	for deadline := time.Now().Add(time.Minute); ; <-time.After(20 * time.Millisecond) {
		if got = lines(e.board(t, p, scope).GetStandings()); slices.Equal(got, want) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the board is %q, want %q", got, want)
		}
	}
}

// refusal holds an answer to a code; 0 is for no refusal.
func refusal(t *testing.T, what string, err error, code connect.Code) {
	t.Helper()
	if err == nil && code == 0 {
		return
	}
	if err == nil || connect.CodeOf(err) != code {
		t.Errorf("%s is answered by %v, want %v", what, err, code)
	}
}

// checkWholeWay goes from the announcement to the last recount.
func checkWholeWay(t *testing.T, e event) {
	ann, bob := e.runner(t), e.runner(t)
	red := e.team(t, ann, "Red")
	if _, err := bob.campaign.JoinTeam(t.Context(), &campaignv1.JoinTeamRequest{TeamId: red}); err != nil {
		t.Fatal(err)
	}
	stream, err := bob.campaign.WatchLeaderboard(t.Context(), &campaignv1.WatchLeaderboardRequest{CampaignId: e.GetId()})
	if err != nil || !stream.Receive() || !stream.Msg().GetSnapshot() {
		t.Fatal("the stream begins with", stream.Msg(), err, stream.Err())
	}
	defer stream.Close()
	e.checkIn(t, ann)
	for len(stream.Msg().GetStandings()) == 0 && stream.Receive() {
		continue
	}
	if got := lines(stream.Msg().GetStandings()); !slices.Equal(got, []string{"1 Red 10 *"}) {
		t.Fatal("the stream shows", got, stream.Err())
	}
	second := e.checkIn(t, bob)
	e.comes(t, ann, ofTeams, "1 Red 20 *")
	e.comes(t, ann, ofMembers, "1 "+ann.handle+" 10 *", "2 "+bob.handle+" 10")
	score, err := ann.campaign.GetTeamScore(t.Context(), &campaignv1.GetTeamScoreRequest{TeamId: red})
	if err != nil || score.GetScoreMicros() != 20_000_000 || score.GetRank() != 1 || score.GetMembers() != 2 || score.GetPoints().GetCheckIns() != 2 {
		t.Error("the score is explained by", score, err)
	}
	if _, err := e.organizer.campaign.FreezeLeaderboard(t.Context(), &campaignv1.FreezeLeaderboardRequest{CampaignId: e.GetId(), Frozen: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := e.organizer.campaign.VoidCheckIn(t.Context(), &campaignv1.VoidCheckInRequest{CheckInId: second.GetId(), Reason: "not there"}); err != nil {
		t.Fatal(err)
	}
	e.comes(t, e.organizer, ofTeams, "1 Red 10")
	res := e.board(t, e.stranger(), ofTeams)
	if got := lines(res.GetStandings()); !slices.Equal(got, []string{"1 Red 20"}) || !res.GetFrozen() {
		t.Error("the public is shown", got, res.GetFrozen())
	}
	if _, err := ann.campaign.LeaveTeam(t.Context(), &campaignv1.LeaveTeamRequest{TeamId: red}); connect.CodeOf(err) != connect.CodeFailedPrecondition {
		t.Error("a captain leaves with", err)
	}
	if _, err := bob.campaign.LeaveTeam(t.Context(), &campaignv1.LeaveTeamRequest{TeamId: red}); err != nil {
		t.Error(err)
	}
}

func checkRefusals(t *testing.T, e event) {
	stranger, ann := e.signUp(t), e.runner(t)
	checkIn := func(p *person, campaign, text, key string) error {
		_, err := p.campaign.CheckIn(t.Context(), &campaignv1.CheckInRequest{CampaignId: campaign, Text: text, IdempotencyKey: key})
		return err
	}
	refusal(t, "a check-in to no campaign", checkIn(ann, uuid.NewString(), "hello", "12345678"), connect.CodeNotFound)
	refusal(t, "a check-in of somebody who has not joined", checkIn(stranger, e.GetId(), "hello", "12345678"), connect.CodeFailedPrecondition)
	if err := checkIn(ann, e.GetId(), "hello", "the same key"); err != nil {
		t.Fatal(err)
	}
	refusal(t, "the same key once more", checkIn(ann, e.GetId(), "hello", "the same key"), 0)
	refusal(t, "the key with another text", checkIn(ann, e.GetId(), "hello again", "the same key"), connect.CodeFailedPrecondition)
	for range 4 {
		e.checkIn(t, ann)
	}
	refusal(t, "the sixth of a day", checkIn(ann, e.GetId(), "hello", uuid.NewString()), connect.CodeResourceExhausted)
	refusal(t, "an early key past the cap", checkIn(ann, e.GetId(), "hello", "the same key"), 0)
	e.team(t, ann, "Blue")
	bob := e.runner(t)
	_, err := bob.campaign.CreateTeam(t.Context(), &campaignv1.CreateTeamRequest{CampaignId: e.GetId(), Name: " bLUE ", IdempotencyKey: uuid.NewString()})
	refusal(t, "a name that is taken", err, connect.CodeAlreadyExists)
	_, err = ann.campaign.FreezeLeaderboard(t.Context(), &campaignv1.FreezeLeaderboardRequest{CampaignId: e.GetId(), Frozen: true})
	refusal(t, "a runner who freezes", err, connect.CodePermissionDenied)
	soon := e.announce(t, func(r *campaignv1.CreateCampaignRequest) {
		r.StartsAt = timestamppb.New(time.Now().Add(30 * time.Minute))
	})
	refusal(t, "a check-in before the start", checkIn(soon.runner(t), soon.GetId(), "hello", "12345678"), connect.CodeFailedPrecondition)
	needed := e.announce(t, func(r *campaignv1.CreateCampaignRequest) { r.Rules.TeamNeeded = true })
	refusal(t, "a check-in without the team that is needed", checkIn(needed.runner(t), needed.GetId(), "hello", "12345678"), connect.CodeFailedPrecondition)
}

// checkCheckInThenRead has somebody see a check-in of his own at once among all, and soon
// on the board, which never goes back for him.
func checkCheckInThenRead(t *testing.T, e event) {
	ann := e.runner(t)
	last := int64(0)
	for i := range 4 {
		made := e.checkIn(t, ann)
		res, err := ann.campaign.ListCheckIns(t.Context(), &campaignv1.ListCheckInsRequest{CampaignId: e.GetId()})
		if err != nil || len(res.GetCheckIns()) != i+1 || res.GetCheckIns()[0].GetId() != made.GetId() {
			t.Fatal("one's own check-in is not the first of", res, err)
		}
		soon(t, "the board has it", func() bool {
			board := e.board(t, ann, ofMembers)
			if board.GetPosition() < last {
				t.Fatal("the board went back from", last, "to", board.GetPosition())
			}
			last = board.GetPosition()
			return len(board.GetMine()) == 1 && board.GetMine()[0].GetScoreMicros() == int64(i+1)*10_000_000
		})
	}
}

func checkLastPlace(t *testing.T, e event) {
	ann := e.runner(t)
	team := e.team(t, ann, "Small")
	var wg sync.WaitGroup
	var mu sync.Mutex
	var inside int
	for range 8 {
		p := e.runner(t)
		wg.Go(func() {
			_, err := p.campaign.JoinTeam(t.Context(), &campaignv1.JoinTeamRequest{TeamId: team})
			if err != nil {
				refusal(t, "a place too many", err, connect.CodeFailedPrecondition)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			inside++
		})
	}
	wg.Wait()
	res, err := ann.campaign.ListTeamMembers(t.Context(), &campaignv1.ListTeamMembersRequest{TeamId: team})
	if err != nil || inside != 2 || len(res.GetMembers()) != 3 {
		t.Errorf("%d got in; members are %v, %v", inside, res, err)
	}
}

func checkBoardOrder(t *testing.T, e event) {
	ann, bob, cat := e.runner(t), e.runner(t), e.runner(t)
	e.team(t, ann, "Red")
	e.team(t, bob, "Blue")
	for _, p := range []*person{cat, ann, bob, bob} {
		e.checkIn(t, p)
		e.counted(t)
	}
	e.comes(t, bob, ofMembers, "1 "+bob.handle+" 20 *", "2 "+cat.handle+" 10", "3 "+ann.handle+" 10")
	e.comes(t, ann, ofTeams, "1 Blue 20", "2 Red 10 *")
	ann.follow(t, cat)
	e.comes(t, ann, ofFriends, "1 "+cat.handle+" 10", "2 "+ann.handle+" 10 *")
	around := e.board(t, ann, ofMembers, func(r *campaignv1.GetLeaderboardRequest) { r.AroundMe, r.PageSize = true, 1 })
	if got := lines(around.GetStandings()); !slices.Equal(got, []string{"3 " + ann.handle + " 10 *"}) {
		t.Error("around her there is", got)
	}
	_, err := e.stranger().campaign.GetLeaderboard(t.Context(), &campaignv1.GetLeaderboardRequest{CampaignId: e.GetId(), AroundMe: true})
	refusal(t, "a stranger's own place", err, connect.CodeUnauthenticated)
}

func checkBoardPaging(t *testing.T, e event) {
	var want []string
	for i := range 7 {
		p := e.runner(t)
		e.checkIn(t, p)
		e.counted(t)
		want = append(want, fmt.Sprintf("%d %s 10", i+1, p.handle))
	}
	e.comes(t, e.stranger(), ofMembers, want...)
	var got []string
	for token, reader := "", e.stranger(); ; {
		res := e.board(t, reader, ofMembers, func(r *campaignv1.GetLeaderboardRequest) { r.PageSize, r.PageToken = 3, token })
		got = append(got, lines(res.GetStandings())...)
		if token = res.GetNextPageToken(); token == "" {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("pages are\n%q, want\n%q", got, want)
	}
}

func checkBoardsOfThePast(t *testing.T, e event) {
	ann := e.runner(t)
	var dated []*timestamppb.Timestamp
	for i := range 3 {
		e.checkIn(t, ann)
		e.comes(t, ann, ofMembers, fmt.Sprintf("1 %s %d *", ann.handle, 10*(i+1)))
		dated = append(dated, e.board(t, ann, ofMembers).GetCountedAt())
	}
	for i, at := range dated {
		res := e.board(t, e.stranger(), ofMembers, func(r *campaignv1.GetLeaderboardRequest) { r.AsOf = at })
		if got := lines(res.GetStandings()); !slices.Equal(got, []string{fmt.Sprintf("1 %s %d", ann.handle, 10*(i+1))}) {
			t.Errorf("as of %v there is %q", at.AsTime(), got)
		}
	}
	before := timestamppb.New(dated[0].AsTime().Add(-time.Microsecond))
	if res := e.board(t, ann, ofMembers, func(r *campaignv1.GetLeaderboardRequest) { r.AsOf = before }); res.GetSize() != 0 {
		t.Error("before anything was counted there is", res)
	}
}

func checkWatching(t *testing.T, e event) {
	ann, bob := e.runner(t), e.runner(t)
	watch := func(resume string) *connect.ServerStreamForClient[campaignv1.WatchLeaderboardResponse] {
		stream, err := e.stranger().campaign.WatchLeaderboard(t.Context(), &campaignv1.WatchLeaderboardRequest{CampaignId: e.GetId(), Scope: ofMembers, ResumeToken: resume})
		if err != nil || !stream.Receive() {
			t.Fatal(err, stream.Err())
		}
		return stream
	}
	until := func(stream *connect.ServerStreamForClient[campaignv1.WatchLeaderboardResponse], size int64) *campaignv1.WatchLeaderboardResponse {
		for stream.Msg().GetSize() < size && stream.Receive() {
			continue
		}
		if stream.Err() != nil || stream.Msg().GetSize() != size {
			t.Fatal(stream.Msg(), stream.Err())
		}
		return stream.Msg()
	}
	stream := watch("")
	e.checkIn(t, ann)
	resume := until(stream, 1).GetResumeToken()
	if err := stream.Close(); err != nil {
		t.Fatal(err)
	}
	e.checkIn(t, bob)
	e.counted(t)
	stream = watch(resume)
	defer stream.Close()
	m := until(stream, 2)
	if got := lines(m.GetStandings()); m.GetSnapshot() || !slices.Equal(got, []string{"2 " + bob.handle + " 10"}) {
		t.Error("what has changed since is", got, m.GetSnapshot())
	}
}

func checkFreezing(t *testing.T, e event) {
	freeze := func(frozen bool) {
		t.Helper()
		if _, err := e.organizer.campaign.FreezeLeaderboard(t.Context(), &campaignv1.FreezeLeaderboardRequest{CampaignId: e.GetId(), Frozen: frozen}); err != nil {
			t.Fatal(err)
		}
	}
	ann := e.runner(t)
	e.checkIn(t, ann)
	e.counted(t)
	freeze(true)
	e.checkIn(t, ann)
	e.counted(t)
	e.comes(t, e.organizer, ofMembers, "1 "+ann.handle+" 20")
	e.comes(t, ann, ofMembers, "1 "+ann.handle+" 10 *")
	res := e.board(t, ann, ofMembers, func(r *campaignv1.GetLeaderboardRequest) { r.AsOf = timestamppb.New(time.Now().Add(-time.Millisecond)) })
	if got := lines(res.GetStandings()); !res.GetFrozen() || !slices.Equal(got, []string{"1 " + ann.handle + " 10 *"}) {
		t.Error("a moment after the freeze shows", got, res.GetFrozen())
	}
	freeze(false)
	e.comes(t, ann, ofMembers, "1 "+ann.handle+" 20 *")
}

func checkWithdrawal(t *testing.T, e event) {
	ann := e.runner(t)
	gone, kept := e.checkIn(t, ann), e.checkIn(t, ann)
	posts := func() int {
		res, err := ann.posts.ListPostsByAuthor(t.Context(), &postv1.ListPostsByAuthorRequest{AuthorId: ann.id})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range res.GetPosts() {
			if p.GetText() != "made it #run_for_it" {
				t.Fatal("a post says", p.GetText())
			}
		}
		return len(res.GetPosts())
	}
	soon(t, "both have posts", func() bool { return posts() == 2 })
	_, err := ann.campaign.VoidCheckIn(t.Context(), &campaignv1.VoidCheckInRequest{CheckInId: gone.GetId()})
	refusal(t, "a runner who withdraws", err, connect.CodePermissionDenied)
	for range 2 {
		if _, err := e.organizer.campaign.VoidCheckIn(t.Context(), &campaignv1.VoidCheckInRequest{CheckInId: gone.GetId()}); err != nil {
			t.Fatal(err)
		}
	}
	soon(t, "one post goes", func() bool { return posts() == 1 })
	e.comes(t, ann, ofMembers, "1 "+ann.handle+" 10 *")
	res, err := e.organizer.campaign.ListCheckIns(t.Context(), &campaignv1.ListCheckInsRequest{CampaignId: e.GetId()})
	if err != nil || len(res.GetCheckIns()) != 1 || res.GetCheckIns()[0].GetId() != kept.GetId() {
		t.Error("check-ins are", res, err)
	}
}

func checkPosts(t *testing.T, e event) {
	ann, bob := e.runner(t), e.signUp(t)
	bob.follow(t, ann)
	e.checkIn(t, ann)
	soon(t, "a follower sees it", func() bool { return len(bob.firstPage(t)) == 1 })
	post := bob.firstPage(t)[0]
	// Its author may take the post back, and keeps the points.
	if _, err := ann.posts.DeletePost(t.Context(), &postv1.DeletePostRequest{PostId: post}); err != nil {
		t.Fatal(err)
	}
	soon(t, "the post goes", func() bool { return len(bob.firstPage(t)) == 0 })
	e.comes(t, ann, ofMembers, "1 "+ann.handle+" 10 *")
}

func checkEnd(t *testing.T, e event) {
	ann := e.runner(t)
	team := e.team(t, ann, "Late")
	made := e.checkIn(t, ann)
	e.comes(t, ann, ofMembers, "1 "+ann.handle+" 10 *")
	at := timestamppb.New(time.Now().Add(2 * time.Second))
	if _, err := e.organizer.campaign.UpdateCampaign(t.Context(), &campaignv1.UpdateCampaignRequest{CampaignId: e.GetId(), EndsAt: at}); err != nil {
		t.Fatal(err)
	}
	soon(t, "it ends", func() bool { return e.board(t, ann, ofTeams).GetFinal() })
	_, err := ann.campaign.CheckIn(t.Context(), &campaignv1.CheckInRequest{CampaignId: e.GetId(), IdempotencyKey: "12345678"})
	refusal(t, "a check-in after the end", err, connect.CodeFailedPrecondition)
	_, err = ann.campaign.LeaveTeam(t.Context(), &campaignv1.LeaveTeamRequest{TeamId: team})
	refusal(t, "leaving after the end", err, connect.CodeFailedPrecondition)
	e.comes(t, ann, ofTeams, "1 Late 10 *")
	if _, err := e.organizer.campaign.VoidCheckIn(t.Context(), &campaignv1.VoidCheckInRequest{CheckInId: made.GetId()}); err != nil {
		t.Fatal(err)
	}
	e.comes(t, ann, ofTeams)
}
