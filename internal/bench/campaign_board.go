package bench

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/gen/go/throng/campaign/v1/campaignv1connect"
	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/campaign/board"
	"github.com/throng-social/throng/internal/devstack"
)

// largeBoard is a board of members that is read and stands still. Its scores are rows
// that no check-in made; those of its members who are ever shown have accounts: the
// best, and whoever is around one of the callers.
type largeBoard struct {
	*contest

	campaign uuid.UUID
	// entries are by rank.
	entries []board.Entry
	redis   *devstack.Redis
}

const (
	topShown = 100
	// aroundShown is what the web app asks for.
	aroundShown = 21
	// scattered numbers have nothing to do with their places. It is a prime, and so
	// meets each member once.
	scattered = 7919
	positions = 100
	micros    = 1_000_000
	// boardTime bounds how long a board may take to be there.
	boardTime = 10 * time.Minute
	// boardMemory is enough for several of them, in megabytes.
	boardMemory = 3000
)

func boardRows(ctx context.Context, w *world, o options, r *report) error {
	contest, err := openContest(ctx, w, "board")
	if err != nil {
		return err
	}
	b := &largeBoard{contest: contest}
	defer b.close()
	r.sayf("making a board of %s members", figure(float64(w.size.Contest.Members)))
	if err := b.fill(ctx, w.size.Contest); err != nil {
		return err
	}
	r.notef("Boards: %s members, read by %d of them who are signed in; names of all who are shown are in ours' cache and in a map of the limit's. The limit in Redis is "+
		"ZREVRANGE and ZREVRANK in one pipeline for the top and in two for the part around the caller, in process a slice of what was made beforehand.",
		figure(float64(w.size.Contest.Members)), len(b.people))
	if err := b.in(ctx, o, r, place{"in process", "≥ 0.5", b.settings}); err != nil {
		return err
	}
	b.redis, err = devstack.StartRedis(ctx, devstack.RedisOptions{Dir: filepath.Join(w.dir, "board-redis"), MaxMemoryMB: boardMemory})
	if err != nil && o.only == "" {
		r.notef("Not measured: boards in Redis, as there is none: %v.", err)
		return nil
	}
	if err != nil {
		return err
	}
	return b.in(ctx, o, r, place{"in Redis", "≥ 0.7", inRedis(b.settings, b.redis.URL())})
}

func (b *largeBoard) close() {
	if b.redis != nil {
		_ = b.redis.Close()
	}
	b.contest.close()
}

// place is where ranks are kept.
type place struct {
	name, goal string
	settings   app.Settings
}

func (b *largeBoard) fill(ctx context.Context, s contestSize) (err error) {
	if b.campaign, err = b.contest.campaign(ctx, s.Members, 0); err != nil {
		return err
	}
	b.rank(s.Members)
	if err := b.store(ctx); err != nil {
		return err
	}
	callers, shown := shownOf(s)
	for i, n := range callers {
		callers[i] = numberAt(n, s.Members)
	}
	for i, n := range shown {
		shown[i] = numberAt(n, s.Members)
	}
	if err := b.accounts(ctx, shown); err != nil {
		return err
	}
	return b.signIn(ctx, callers)
}

// numberAt is who has a place, from 0 on: as scattered over the board as accounts are
// that were made in any order.
func numberAt(place, members int) int { return place * scattered % members }

// rank makes the entries. No two have the same score.
func (b *largeBoard) rank(members int) {
	began := time.Now().Add(-time.Hour).Truncate(time.Second)
	b.entries = make([]board.Entry, members)
	for i := range b.entries {
		n := numberAt(i, members)
		position := int64(1 + n%positions)
		b.entries[i] = board.Entry{
			SubjectID: personID(n), Score: int64(members-i) * micros, Position: position, FactID: int64(n) + 1, Reached: began.Add(time.Duration(position) * time.Second).UnixMicro(),
		}
	}
}

// store puts the scores into the database, in the order of their subjects, and the
// positions at which they were reached.
func (b *largeBoard) store(ctx context.Context) error {
	at := make([]time.Time, positions+1)
	byNumber := make([]*board.Entry, len(b.entries))
	for i := range b.entries {
		e := &b.entries[i]
		at[e.Position], byNumber[e.FactID-1] = time.UnixMicro(e.Reached), e
	}
	campaign := [16]byte(b.campaign)
	err := b.copy(ctx, "campaign_positions", []string{"campaign_id", "position", "counted_at"}, positions, func(i int) []any {
		return []any{campaign, int64(i) + 1, at[i+1]}
	})
	if err != nil {
		return err
	}
	if _, err := b.conn.Exec(ctx, "INSERT INTO campaign_boards (campaign_id, position, counted_at) VALUES ($1, $2, $3)", b.campaign, positions, at[positions]); err != nil {
		return err
	}
	columns := []string{"campaign_id", "scope", "subject_id", "score", "position", "fact_id"}
	return b.copy(ctx, "campaign_scores", columns, len(byNumber), func(i int) []any {
		e := byNumber[i]
		return []any{campaign, int16(board.Members), [16]byte(e.SubjectID), e.Score, e.Position, e.FactID}
	})
}

// shownOf are the places of the callers, and of all who are shown to them.
func shownOf(s contestSize) (callers, shown []int) {
	seen := map[int]bool{}
	show := func(from, n int) {
		for p := max(from, 0); p < min(from+n, s.Members); p++ {
			if !seen[p] {
				seen[p] = true
				shown = append(shown, p)
			}
		}
	}
	show(0, topShown)
	for i := range s.Callers {
		p := (2*i + 1) * s.Members / (2 * s.Callers)
		callers = append(callers, p)
		show(p-aroundShown, 2*aroundShown)
	}
	return callers, shown
}

// part is what is asked for.
type part struct {
	name    string
	request *campaignv1.GetLeaderboardRequest
}

func (b *largeBoard) parts() []part {
	members := campaignv1.Scope_SCOPE_MEMBERS
	return []part{
		{fmt.Sprintf("top %d", topShown), &campaignv1.GetLeaderboardRequest{CampaignId: b.campaign.String(), Scope: members, PageSize: topShown}},
		{fmt.Sprintf("%d around the caller", aroundShown), &campaignv1.GetLeaderboardRequest{CampaignId: b.campaign.String(), Scope: members, PageSize: aroundShown, AroundMe: true}},
	}
}

// in measures boards in one place: the port, how long the board takes to be there, and
// reads over HTTP.
func (b *largeBoard) in(ctx context.Context, o options, r *report, where place) error {
	if err := b.atPort(ctx, o, r, where); err != nil {
		return err
	}
	ours, err := startSide(ctx, order{Settings: where.settings, Log: filepath.Join(b.world.dir, "board.log")})
	if err != nil {
		return err
	}
	defer ours.stop() //nolint:errcheck // it has answered all that it was asked
	took, err := b.appears(ctx, ours, where)
	if err != nil {
		return err
	}
	r.add(row{name: fmt.Sprintf("board of %s anew from Postgres, %s", figure(float64(len(b.entries))), where.name), unit: "s", ours: took.Seconds()})
	bare, err := startSide(ctx, order{Bare: bareBoardSide, Settings: where.settings, Campaign: b.campaign})
	if err != nil {
		return err
	}
	defer bare.stop() //nolint:errcheck // as above
	for _, kind := range []codec{asJSON, asProtobuf} {
		for _, p := range b.parts() {
			if err := b.pair(ctx, o, r, where, kind, p, ours, bare); err != nil {
				return fmt.Errorf("%s, %s: %w", p.name, where.name, err)
			}
		}
	}
	return nil
}

// appears asks for the board until it is there, where it is to be: whoever waits for it
// longer than a call may take asks again.
func (b *largeBoard) appears(ctx context.Context, s *side, where place) (time.Duration, error) {
	isThere := func(context.Context) (bool, error) { return true, nil }
	if where.settings.Boards == onRedis {
		client, err := openRedis(ctx, where)
		if err != nil {
			return 0, err
		}
		defer client.Close()
		if err := redisIsHere(ctx, s); err != nil {
			return 0, err
		}
		isThere = b.inRedis(client)
	}
	q, err := asProtobuf.ask(campaignv1connect.CampaignServiceGetLeaderboardProcedure, b.parts()[0].request)
	if err != nil {
		return 0, err
	}
	c, err := dial(s.addr)
	if err != nil {
		return 0, err
	}
	defer c.conn.Close()
	ctx, cancel := context.WithTimeout(ctx, boardTime)
	defer cancel()
	began := time.Now()
	err = await(ctx, tellAfter, func() (bool, error) {
		err := q.asked(c, b.people[0])
		if _, refused := errors.AsType[statusError](err); refused {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		return isThere(ctx)
	})
	return time.Since(began), err
}

func (b *largeBoard) pair(ctx context.Context, o options, r *report, where place, kind codec, p part, ours, bare *side) error {
	q, err := kind.ask(campaignv1connect.CampaignServiceGetLeaderboardProcedure, p.request)
	if err != nil {
		return err
	}
	if err := b.agree(q, ours, bare); err != nil {
		return err
	}
	loop := func(s *side) func() (float64, error) {
		return func() (float64, error) { return closedLoop(ctx, s.addr, b.people, o.length, q.asked) }
	}
	if _, err := inTurn(1, loop(ours), loop(bare)); err != nil {
		return err
	}
	if err := o.profiles(fmt.Sprintf("board-%s-%d-%s", where.settings.Boards, p.request.GetPageSize(), kind.name), ours, bare); err != nil {
		return err
	}
	res, err := inTurn(o.rounds, loop(ours), loop(bare))
	if err != nil {
		return err
	}
	r.pair(fmt.Sprintf("leaderboard, %s of %s, %s, %s", p.name, figure(float64(len(b.entries))), where.name, kind.name), "calls/s", where.goal, res)
	return nil
}

// agree asserts that both sides answer each caller the same, and the caller's own place
// in it.
func (b *largeBoard) agree(q question, ours, bare *side) error {
	var conns []*client
	for _, s := range []*side{ours, bare} {
		c, err := dial(s.addr)
		if err != nil {
			return err
		}
		defer c.conn.Close()
		conns = append(conns, c)
	}
	for _, r := range b.people {
		one, other := &campaignv1.GetLeaderboardResponse{}, &campaignv1.GetLeaderboardResponse{}
		if err := errors.Join(conns[0].fetch(r, q, one), conns[1].fetch(r, q, other)); err != nil {
			return err
		}
		if len(one.GetStandings()) == 0 || len(one.GetMine()) != 1 || one.GetMine()[0].GetUser().GetHandle() == "" || !proto.Equal(one, other) {
			return fmt.Errorf("the answers for %s differ:\n%v\n%v", r.id, one, other)
		}
	}
	return nil
}
