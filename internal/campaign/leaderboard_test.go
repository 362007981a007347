package campaign_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/campaign"
	"github.com/throng-social/throng/internal/campaign/board"
	"github.com/throng-social/throng/internal/campaign/board/redisboard"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/devstack"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/redis"
	"github.com/throng-social/throng/internal/redis/redistest"
)

const (
	ofTeams   = campaignv1.Scope_SCOPE_TEAMS
	ofMembers = campaignv1.Scope_SCOPE_MEMBERS
	ofFriends = campaignv1.Scope_SCOPE_FRIENDS
)

type asked = func(*campaignv1.GetLeaderboardRequest)

func size(n int32) asked {
	return func(r *campaignv1.GetLeaderboardRequest) { r.PageSize = n }
}

func aroundMe(r *campaignv1.GetLeaderboardRequest) { r.AroundMe = true }

func around(who uuid.UUID) asked {
	return func(r *campaignv1.GetLeaderboardRequest) { r.AroundId = who.String() }
}

func behind(token string) asked {
	return func(r *campaignv1.GetLeaderboardRequest) { r.PageToken = token }
}

func asOf(at time.Time) asked {
	return func(r *campaignv1.GetLeaderboardRequest) { r.AsOf = timestamppb.New(at) }
}

func TestEveryPartOfABoardIsWhatTheScoresMakeIt(t *testing.T) {
	t.Parallel()
	overBoards(t, func(t *testing.T, ranked board.Board) {
		c := newContest(t, pgtest.New(t), 40, 15)
		me := c.people[3]
		for _, team := range c.teams[:4] {
			c.join(team, me)
		}
		s := c.serve(ranked)
		for _, scope := range []campaignv1.Scope{ofTeams, ofMembers} {
			res, err := s.GetLeaderboard(c.member(me), c.reading(scope, aroundMe))
			okay(t, err)
			if res.GetPosition() != 0 || res.GetSize() != 0 || res.GetCountedAt() != nil || len(res.GetStandings())+len(res.GetMine()) != 0 {
				t.Error("before anything was counted a board is", res)
			}
		}
		for range 12 {
			position := c.shuffle()
			for scope, own := range map[campaignv1.Scope][]uuid.UUID{ofTeams: c.teams[:4], ofMembers: {me}} {
				c.checkParts(s, scope, own, position)
			}
		}
	})
}

// checkParts reads a board in all ways. It has just come to the position.
func (c *contest) checkParts(s site, scope campaignv1.Scope, own []uuid.UUID, position int64) {
	c.t.Helper()
	ctx, list := c.member(c.people[3]), c.sorted(board.Scope(scope), position)
	top := s.until(ctx, c.reading(scope), position)
	equalStandings(c.t, "the top", top.GetStandings(), list[:min(20, len(list))])
	if top.GetSize() != int64(len(list)) || !top.GetCountedAt().AsTime().Equal(c.countedAt(position)) || top.GetFrozen() || top.GetFinal() {
		c.t.Fatal("it says of itself", top.GetSize(), top.GetCountedAt(), top.GetFrozen(), top.GetFinal())
	}
	mine := slices.DeleteFunc(slices.Clone(list), func(s standing) bool { return !slices.Contains(own, uuid.MustParse(s.who)) })
	equalStandings(c.t, "mine", top.GetMine(), mine)
	for _, st := range append(top.GetStandings(), top.GetMine()...) {
		if isOwn := slices.Contains(own, uuid.MustParse(readings([]*campaignv1.Standing{st})[0].who)); st.GetMine() != isOwn {
			c.t.Fatalf("%v is mine: %v", st, isOwn)
		}
	}
	for _, n := range []int32{1, 4, 7, 100} {
		res, err := s.GetLeaderboard(ctx, c.reading(scope, aroundMe, size(n)))
		okay(c.t, err)
		equalStandings(c.t, "around me", res.GetStandings(), window(list, mine, int(n)))
		if len(list) == 0 {
			continue
		}
		other := list[rand.IntN(len(list))]
		res, err = s.GetLeaderboard(ctx, c.reading(scope, around(uuid.MustParse(other.who)), size(n)))
		okay(c.t, err)
		equalStandings(c.t, "around somebody", res.GetStandings(), window(list, []standing{other}, int(n)))
		equalStandings(c.t, "mine besides", res.GetMine(), mine)
	}
	res, err := s.GetLeaderboard(ctx, c.reading(scope, around(uuid.New()), size(3)))
	okay(c.t, err)
	equalStandings(c.t, "around nobody", res.GetStandings(), list[:min(3, len(list))])
	c.checkPages(s, scope, list)
}

// window is the part around the first of some.
func window(list, some []standing, n int) []standing {
	from := 0
	if len(some) > 0 {
		from = max(0, min(int(some[0].rank)-1-(n-1)/2, len(list)-n))
	}
	return list[from:min(from+n, len(list))]
}

func (c *contest) checkPages(s site, scope campaignv1.Scope, list []standing) {
	c.t.Helper()
	var all []*campaignv1.Standing
	for token, more := "", true; more; more = token != "" {
		res, err := s.GetLeaderboard(c.t.Context(), c.reading(scope, size(6), behind(token)))
		okay(c.t, err)
		all, token = append(all, res.GetStandings()...), res.GetNextPageToken()
		if len(res.GetMine()) != 0 {
			c.t.Fatal("something belongs to nobody")
		}
	}
	equalStandings(c.t, "page by page", all, list)
}

func TestTheBoardOfFriendsRanksThemByThemselves(t *testing.T) {
	t.Parallel()
	overBoards(t, func(t *testing.T, ranked board.Board) {
		c := newContest(t, pgtest.New(t), 30, 2)
		s, me := c.serve(ranked), c.people[0]
		friends := []string{me.String()}
		for _, friend := range c.people[1:12] {
			s.follow(c.member(me), friend)
			friends = append(friends, friend.String())
		}
		for range 6 {
			position := c.shuffle()
			list := slices.DeleteFunc(c.sorted(board.Members, position), func(s standing) bool { return !slices.Contains(friends, s.who) })
			var mine []standing
			for i := range list {
				list[i].rank = int64(i) + 1
				if list[i].who == me.String() {
					mine = list[i : i+1]
				}
			}
			res := s.until(c.member(me), c.reading(ofFriends), position)
			equalStandings(t, "friends", res.GetStandings(), list)
			equalStandings(t, "mine", res.GetMine(), mine)
			if res.GetSize() != int64(len(list)) {
				t.Errorf("%d friends, want %d", res.GetSize(), len(list))
			}
			res, err := s.GetLeaderboard(c.member(me), c.reading(ofFriends, aroundMe, size(3)))
			okay(t, err)
			equalStandings(t, "around me", res.GetStandings(), window(list, mine, 3))
			var all []*campaignv1.Standing
			for token, more := "", true; more; more = token != "" {
				res, err := s.GetLeaderboard(c.member(me), c.reading(ofFriends, size(2), behind(token)))
				okay(t, err)
				all, token = append(all, res.GetStandings()...), res.GetNextPageToken()
			}
			equalStandings(t, "page by page", all, list)
		}
	})
}

func TestABoardOfAnyMomentIsAsItWasThen(t *testing.T) {
	t.Parallel()
	overBoards(t, func(t *testing.T, ranked board.Board) {
		c := newContest(t, pgtest.New(t), 20, 8)
		s := c.serve(ranked)
		before := time.Now()
		for range 15 {
			c.shuffle()
		}
		s.until(t.Context(), c.reading(ofTeams), 15)
		c.shuffle() // and these boards are behind
		for position := int64(1); position <= 16; position++ {
			at := c.countedAt(position)
			for _, scope := range []campaignv1.Scope{ofTeams, ofMembers} {
				res, err := s.GetLeaderboard(t.Context(), c.reading(scope, asOf(at), size(100)))
				okay(t, err)
				equalStandings(t, fmt.Sprintf("as of position %d", position), res.GetStandings(), c.sorted(board.Scope(scope), position))
				if res.GetPosition() != position || !res.GetCountedAt().AsTime().Equal(at) || res.GetFrozen() {
					t.Fatalf("it says of itself to be at %d since %v", res.GetPosition(), res.GetCountedAt())
				}
			}
			res, err := s.GetLeaderboard(t.Context(), c.reading(ofTeams, asOf(at.Add(-time.Microsecond))))
			okay(t, err)
			if res.GetPosition() != position-1 {
				t.Fatalf("just before position %d the board was at %d", position, res.GetPosition())
			}
		}
		res, err := s.GetLeaderboard(t.Context(), c.reading(ofTeams, asOf(before)))
		okay(t, err)
		if res.GetPosition() != 0 || len(res.GetStandings()) != 0 {
			t.Error("before anything was counted it was", res)
		}
	})
}

func TestWhatCannotBeAskedForIsRefusedWithItsReason(t *testing.T) {
	t.Parallel()
	c := newContest(t, pgtest.New(t), 8, 3)
	s := c.serve(nil)
	c.count(reached{board.Members, c.people[1], 5}, reached{board.Members, c.people[2], 4}, reached{board.Members, c.people[3], 4}, reached{board.Teams, c.teams[0], 4}, reached{board.Teams, c.teams[1], 3})
	s.follow(c.member(c.people[0]), c.people[1])
	s.follow(c.member(c.people[0]), c.people[2])
	page, err := s.GetLeaderboard(t.Context(), c.reading(ofMembers, size(1)))
	okay(t, err)
	ofMine, err := s.GetLeaderboard(c.member(c.people[0]), c.reading(ofFriends, size(1)))
	okay(t, err)
	for name, bad := range map[string]struct {
		ctx    context.Context
		req    *campaignv1.GetLeaderboardRequest
		kind   fault.Kind
		reason string
	}{
		"no such campaign":          {t.Context(), c.reading(ofTeams, func(r *campaignv1.GetLeaderboardRequest) { r.CampaignId = uuid.NewString() }), fault.NotFound, "campaign_not_found"},
		"a stranger's own place":    {t.Context(), c.reading(ofTeams, aroundMe), fault.Unauthenticated, "sign_in_required"},
		"a stranger's friends":      {t.Context(), c.reading(ofFriends), fault.Unauthenticated, "sign_in_required"},
		"the future":                {t.Context(), c.reading(ofTeams, asOf(time.Now().Add(time.Hour))), fault.Invalid, "as_of_future"},
		"no token":                  {t.Context(), c.reading(ofTeams, behind("sesame")), fault.Invalid, "page_token_invalid"},
		"a token of another board":  {t.Context(), c.reading(ofTeams, behind(page.GetNextPageToken())), fault.Invalid, "page_token_invalid"},
		"the token of other people": {c.member(c.people[5]), c.reading(ofFriends, behind(ofMine.GetNextPageToken())), fault.Invalid, "page_token_invalid"},
	} {
		_, err := s.GetLeaderboard(bad.ctx, bad.req)
		wantReason(t, name, err, bad.kind, bad.reason)
	}
}

func wantReason(t testing.TB, what string, err error, kind fault.Kind, reason string) {
	t.Helper()
	if f, ok := errors.AsType[*fault.Error](err); !ok || f.Kind != kind || f.Reason != reason {
		t.Errorf("%s is answered with %v, want %s", what, err, reason)
	}
}

func TestWhatIsGoneHasItsIDAlone(t *testing.T) {
	t.Parallel()
	c := newContest(t, pgtest.New(t), 2, 2)
	s := c.serve(nil)
	res, err := c.users.Register(t.Context(), registration("leaver"))
	okay(t, err)
	leaver := uuid.MustParse(res.GetUser().GetId())
	unknown := uuid.New()
	position := c.count(reached{board.Members, leaver, 9}, reached{board.Members, c.people[0], 8}, reached{board.Members, unknown, 7}, reached{board.Teams, c.teams[0], 3}, reached{board.Teams, c.teams[1], 2})
	before := s.until(t.Context(), c.reading(ofMembers), position)
	if got := before.GetStandings()[0].GetUser(); got.GetHandle() != "leaver" {
		t.Error("before he left he was", got)
	}
	_, err = c.users.DeleteAccount(c.member(leaver), farewell())
	okay(t, err)
	// A team that closes has no score any more, and is on the boards of before.
	c.exec(`UPDATE campaign_teams SET closed_at = now(), members = 0 WHERE id = $1`, c.teams[0])
	position = c.count(reached{board.Teams, c.teams[0], 0})
	other := c.serve(nil)
	after := other.until(t.Context(), c.reading(ofMembers), position)
	for i, want := range []string{"", "runner_0", ""} {
		if got := after.GetStandings()[i].GetUser(); got.GetHandle() != want || got.GetId() == "" {
			t.Errorf("place %d has %v", i+1, got)
		}
	}
	teams, err := other.GetLeaderboard(t.Context(), c.reading(ofTeams))
	okay(t, err)
	past, err := other.GetLeaderboard(t.Context(), c.reading(ofTeams, asOf(c.countedAt(position-1))))
	okay(t, err)
	if len(teams.GetStandings()) != 1 || teams.GetStandings()[0].GetTeam().GetName() != "team 1" || len(past.GetStandings()) != 2 || past.GetStandings()[0].GetTeam().GetName() != "team 0" {
		t.Errorf("teams now %v, and before %v", teams.GetStandings(), past.GetStandings())
	}
}

// Pages are cut from whatever the board is by then: none fails, and none has
// anybody twice.
func TestPagesAreWholeWhileScoresChange(t *testing.T) {
	t.Parallel()
	overBoards(t, func(t *testing.T, ranked board.Board) {
		c := newContest(t, pgtest.New(t), 40, 2)
		s := c.serve(ranked)
		c.shuffle()
		var counting sync.WaitGroup
		ctx, stop := context.WithCancel(t.Context())
		counting.Go(func() {
			for ctx.Err() == nil {
				_ = c.tryCount(ctx, c.some()...)
			}
		})
		defer counting.Wait()
		defer stop()
		for range 30 {
			for token, more := "", true; more; more = token != "" {
				res, err := s.GetLeaderboard(t.Context(), c.reading(ofMembers, size(5), behind(token)))
				okay(t, err)
				c.checkWhole(res)
				token = res.GetNextPageToken()
			}
		}
	})
}

// checkWhole compares a page with the board at its position.
func (c *contest) checkWhole(res *campaignv1.GetLeaderboardResponse) {
	c.t.Helper()
	list := c.sorted(board.Members, res.GetPosition())
	if len(res.GetStandings()) == 0 {
		return
	}
	first := int(res.GetStandings()[0].GetRank()) - 1
	equalStandings(c.t, "a page", res.GetStandings(), list[first:min(first+5, len(list))])
}

// Whoever asks two processes in turn, and says what he has seen, sees positions
// ascend; after his own write he sees that.
func TestReadsOfSeveralProcessesNeverGoBack(t *testing.T) {
	t.Parallel()
	overBoards(t, func(t *testing.T, ranked board.Board) {
		c := newContest(t, pgtest.NewReplicated(t, 2), 12, 3)
		sites := []site{c.serve(ranked), c.serve(ranked), c.serve(ranked)}
		var readers sync.WaitGroup
		ctx, stop := context.WithCancel(t.Context())
		for range 6 {
			readers.Go(func() { hop(ctx, t, c, sites) })
		}
		for range 150 {
			held, session := consistency.Begin(t.Context(), consistency.Position{})
			okay(t, c.tryCount(held, c.some()...))
			wrote, err := session.Ceiling(held)
			okay(t, err)
			own, _ := consistency.Begin(t.Context(), wrote)
			res, err := sites[rand.IntN(3)].GetLeaderboard(own, c.reading(ofMembers))
			okay(t, err)
			if res.GetPosition() < c.position {
				t.Fatalf("after his own write at %d he sees %d", c.position, res.GetPosition())
			}
		}
		stop()
		readers.Wait()
	})
}

func hop(ctx context.Context, t *testing.T, c *contest, sites []site) {
	t.Helper()
	var seen int64
	var token consistency.Position
	for ctx.Err() == nil {
		one, session := consistency.Begin(t.Context(), token)
		res, err := sites[rand.IntN(len(sites))].GetLeaderboard(one, c.reading(ofTeams))
		if err != nil {
			t.Error(err)
			return
		}
		if res.GetPosition() < seen {
			t.Errorf("after position %d he sees %d", seen, res.GetPosition())
			return
		}
		seen = res.GetPosition()
		ceiling, err := session.Ceiling(one)
		if err != nil {
			t.Error(err)
			return
		}
		token = token.Max(ceiling)
	}
}

// One board followed every position, one was loaded at the last, one is in Redis.
func TestAPositionIsTheSameWhoeverMadeIt(t *testing.T) {
	t.Parallel()
	c := newContest(t, pgtest.New(t), 30, 9)
	followed, inRedis := c.serve(nil), c.serve(adapters["in Redis"](t))
	for range 10 {
		position := c.shuffle()
		for _, scope := range []campaignv1.Scope{ofTeams, ofMembers} {
			loaded := c.serve(nil)
			want := followed.until(t.Context(), c.reading(scope, size(100)), position)
			for name, s := range map[string]site{"loaded": loaded, "in Redis": inRedis} {
				if got := s.until(t.Context(), c.reading(scope, size(100)), position); !proto.Equal(got, want) {
					t.Fatalf("position %d %s:\n%v\nfollowed:\n%v", position, name, got, want)
				}
			}
		}
	}
}

func TestABoardOutlivesRedis(t *testing.T) {
	t.Parallel()
	c := newContest(t, pgtest.New(t), 20, 5)
	server := redistest.New(t)
	client := redistest.Connect(t, server.URL())
	s := c.serve(redisboard.New(client, "board:"))
	check := func() {
		t.Helper()
		position := c.shuffle()
		res := s.until(t.Context(), c.reading(ofMembers, size(100)), position)
		equalStandings(t, "the board", res.GetStandings(), c.sorted(board.Members, position))
	}
	check()
	redistest.Flush(t, client)
	check()
	okay(t, server.Kill(t.Context()))
	check()
	check()
	okay(t, server.Start(t.Context()))
	redistest.Await(t, client, true)
	check()
	kept, err := client.Run(t.Context(), boardsKept, nil)
	if err != nil || kept != int64(1) {
		t.Errorf("Redis has %v boards, %v", kept, err)
	}
}

var boardsKept = redis.NewScript(`return #redis.call('KEYS', 'board:*:position')`)

// Flushes come at the worst time, and readers see nothing of them.
func TestABoardIsFlushedWhileItIsReadAndCounted(t *testing.T) {
	t.Parallel()
	c := newContest(t, pgtest.New(t), 20, 5)
	client := redistest.Connect(t, redistest.New(t).URL())
	ranked := redisboard.New(client, "board:")
	sites := []site{c.serve(ranked), c.serve(ranked)}
	c.shuffle()
	var readers sync.WaitGroup
	ctx, stop := context.WithCancel(t.Context())
	for range 4 {
		readers.Go(func() { hop(ctx, t, c, sites) })
	}
	for range 60 {
		c.shuffle()
		redistest.Flush(t, client)
	}
	stop()
	readers.Wait()
	res := sites[0].until(t.Context(), c.reading(ofMembers, size(100)), c.position)
	equalStandings(t, "in the end", res.GetStandings(), c.sorted(board.Members, c.position))
}

func TestManyReadersCostOneHydrationAPosition(t *testing.T) {
	t.Parallel()
	c := newContest(t, pgtest.New(t), 50, 2)
	s := c.serve(nil)
	const positions, readers = 5, 300
	began := time.Now()
	for range positions {
		position := c.shuffle()
		var all sync.WaitGroup
		for range readers {
			all.Go(func() { s.until(t.Context(), c.reading(ofMembers), position) })
		}
		all.Wait()
	}
	// Names are looked at again each second, too.
	if n, most := s.hydrations.Load(), int64(positions+2+2*time.Since(began)/time.Second); n > most {
		t.Errorf("names were asked for %d times, want %d at most", n, most)
	}
}

func TestAFrozenBoardStandsStillForThePublicAlone(t *testing.T) {
	t.Parallel()
	overBoards(t, func(t *testing.T, ranked board.Board) {
		c := newContest(t, pgtest.New(t), 12, 4)
		s := c.serve(ranked)
		c.shuffle()
		frozenAt := c.shuffle()
		froze, err := s.FreezeLeaderboard(c.as(c.organizer, accessv1.Role_ROLE_ORGANIZER), c.freezing(true))
		okay(t, err)
		for range 3 {
			position := c.shuffle()
			live := s.until(c.as(c.organizer, accessv1.Role_ROLE_ORGANIZER), c.reading(ofMembers, size(100)), position)
			equalStandings(t, "the organizer's", live.GetStandings(), c.sorted(board.Members, position))
			if live.GetFrozen() {
				t.Error("the organizer is shown a frozen board")
			}
			admin, err := s.GetLeaderboard(c.as(c.people[1], accessv1.Role_ROLE_ADMIN), c.reading(ofMembers))
			okay(t, err)
			if admin.GetFrozen() || admin.GetPosition() != position {
				t.Errorf("an admin sees position %d, frozen %v", admin.GetPosition(), admin.GetFrozen())
			}
			for name, ctx := range map[string]context.Context{"a stranger's": t.Context(), "a member's": c.member(c.people[0]), "another organizer's": c.as(c.people[2], accessv1.Role_ROLE_ORGANIZER)} {
				for _, when := range []asked{func(*campaignv1.GetLeaderboardRequest) {}, asOf(time.Now()), asOf(froze.GetFrozenSince().AsTime())} {
					c.checkFrozen(ctx, s, name, frozenAt, when)
				}
			}
			past, err := s.GetLeaderboard(t.Context(), c.reading(ofMembers, asOf(c.countedAt(1))))
			okay(t, err)
			if past.GetPosition() != 1 || past.GetFrozen() {
				t.Errorf("what was before is at %d, frozen %v", past.GetPosition(), past.GetFrozen())
			}
		}
		again, err := s.FreezeLeaderboard(c.as(c.people[1], accessv1.Role_ROLE_ADMIN), c.freezing(true))
		okay(t, err)
		if !proto.Equal(again, froze) {
			t.Errorf("frozen again, it is so since %v, not since %v", again, froze)
		}
		thawed, err := s.FreezeLeaderboard(c.as(c.organizer, accessv1.Role_ROLE_ORGANIZER), c.freezing(false))
		okay(t, err)
		res, err := s.GetLeaderboard(t.Context(), c.reading(ofMembers, size(100)))
		okay(t, err)
		equalStandings(t, "unfrozen", res.GetStandings(), c.sorted(board.Members, c.position))
		if thawed.GetFrozenSince() != nil || res.GetFrozen() {
			t.Error("unfrozen it is", thawed, res.GetFrozen())
		}
	})
}

func (c *contest) freezing(frozen bool) *campaignv1.FreezeLeaderboardRequest {
	return &campaignv1.FreezeLeaderboardRequest{CampaignId: c.id.String(), Frozen: frozen}
}

func (c *contest) checkFrozen(ctx context.Context, s site, whose string, position int64, when asked) {
	c.t.Helper()
	res, err := s.GetLeaderboard(ctx, c.reading(ofMembers, size(100), when))
	okay(c.t, err)
	equalStandings(c.t, whose, res.GetStandings(), c.sorted(board.Members, position))
	if !res.GetFrozen() || res.GetPosition() != position {
		c.t.Errorf("%s board is at %d, frozen %v", whose, res.GetPosition(), res.GetFrozen())
	}
}

func TestABoardFreezesAndIsFinalByTheClock(t *testing.T) {
	t.Parallel()
	c := newContest(t, pgtest.New(t), 6, 2)
	var ahead time.Duration
	s := c.serve(nil, func(d *campaign.Deps) { d.Now = func() time.Time { return time.Now().Add(ahead) } })
	c.shuffle()
	freezes := c.countedAt(1).Add(time.Microsecond)
	c.exec(`UPDATE campaigns SET freezes_at = $2 WHERE id = $1`, c.id, freezes)
	position := c.shuffle()
	c.checkFrozen(t.Context(), s, "a stranger's", 1, func(*campaignv1.GetLeaderboardRequest) {})
	// By hand it stays as it is, and lasts beyond the end.
	res, err := s.FreezeLeaderboard(c.as(c.organizer, accessv1.Role_ROLE_ORGANIZER), c.freezing(true))
	okay(t, err)
	if !res.GetFrozenSince().AsTime().Equal(freezes) {
		t.Errorf("frozen since %v, want %v", res.GetFrozenSince().AsTime(), freezes)
	}
	ahead = 2 * time.Hour
	c.checkFrozen(t.Context(), s, "a stranger's", 1, func(*campaignv1.GetLeaderboardRequest) {})
	_, err = s.FreezeLeaderboard(c.as(c.organizer, accessv1.Role_ROLE_ORGANIZER), c.freezing(false))
	okay(t, err)
	end, err := s.GetLeaderboard(t.Context(), c.reading(ofMembers))
	okay(t, err)
	if !end.GetFinal() || end.GetFrozen() || end.GetPosition() != position {
		t.Error("after the end the board is", end)
	}
}

func TestOnlyOrganizerAndAdminsFreezeBoards(t *testing.T) {
	t.Parallel()
	c := newContest(t, pgtest.New(t), 3, 1)
	s := c.serve(nil)
	_, err := s.FreezeLeaderboard(c.as(c.people[0], accessv1.Role_ROLE_ORGANIZER), c.freezing(true))
	wantReason(t, "another organizer", err, fault.Denied, "not_organizer")
	_, err = s.FreezeLeaderboard(c.as(c.organizer, accessv1.Role_ROLE_ORGANIZER), &campaignv1.FreezeLeaderboardRequest{CampaignId: uuid.NewString()})
	wantReason(t, "no campaign", err, fault.NotFound, "campaign_not_found")
	// A board without a position is frozen as well.
	res, err := s.FreezeLeaderboard(c.as(c.organizer, accessv1.Role_ROLE_ORGANIZER), c.freezing(true))
	okay(t, err)
	if res.GetFrozenSince() == nil {
		t.Error("it is not frozen")
	}
	c.shuffle()
	c.checkFrozen(t.Context(), s, "a stranger's", 0, func(*campaignv1.GetLeaderboardRequest) {})
}

// A Redis that has no room for a board loses it as it is loaded; then it is kept in
// the process.
func TestABoardThatRedisHasNoRoomForIsReadAllTheSame(t *testing.T) {
	t.Parallel()
	c := newContest(t, pgtest.New(t), 20, 2)
	c.fill(20_000)
	client := redistest.Connect(t, redistest.New(t, func(o *devstack.RedisOptions) { o.MaxMemoryMB = 4 }).URL())
	s := c.serve(redisboard.New(client, "board:"))
	res := s.until(t.Context(), c.reading(ofMembers, size(100)), 1)
	equalStandings(t, "the board", res.GetStandings(), c.sorted(board.Members, 1)[:100])
	position := c.shuffle()
	sent := client.State().Calls
	res = s.until(t.Context(), c.reading(ofMembers, size(100)), position)
	equalStandings(t, "then", res.GetStandings(), c.sorted(board.Members, position)[:100])
	if n := client.State().Calls - sent; n != 0 {
		t.Errorf("%d more calls were sent to Redis", n)
	}
}
