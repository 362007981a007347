package campaign_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/gen/go/throng/user/v1/userv1connect"
	"github.com/throng-social/throng/internal/campaign"
	"github.com/throng-social/throng/internal/campaign/board"
	"github.com/throng-social/throng/internal/campaign/board/redisboard"
	"github.com/throng-social/throng/internal/graph"
	graphpg "github.com/throng-social/throng/internal/graph/pgstore"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/page"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/redis/redistest"
	"github.com/throng-social/throng/internal/user"
)

// adapters are the boards that a deployment may have: nil is each process's own.
var adapters = map[string]func(t testing.TB) board.Board{
	"in memory": func(testing.TB) board.Board { return nil },
	"in Redis": func(t testing.TB) board.Board {
		t.Helper()
		return redisboard.New(redistest.Connect(t, redistest.URL(t)), redistest.Prefix(t))
	},
}

// overBoards runs a test with each of them.
func overBoards(t *testing.T, test func(t *testing.T, ranked board.Board)) {
	t.Helper()
	for name, adapter := range adapters {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, adapter(t))
		})
	}
}

// contest is a campaign whose scores a test makes up, position by position, as the
// fold would store them.
type contest struct {
	t         testing.TB
	servers   pgtest.DB
	db        *postgres.DB
	users     *user.Service
	id        uuid.UUID
	organizer uuid.UUID
	people    []uuid.UUID
	teams     []uuid.UUID
	position  int64
	fact      int64
}

func newContest(t testing.TB, servers pgtest.DB, people, teams int) *contest {
	t.Helper()
	c := &contest{t: t, servers: servers, db: poolsOf(t, servers), id: uuid.New()}
	pub := queue.NewPublisher()
	c.users = usersOn(c.db, pub)
	req := &userv1.ResolveHandlesRequest{CreateMissing: true}
	for i := range people + 1 {
		req.Handles = append(req.Handles, fmt.Sprintf("runner_%d", i))
	}
	res, err := c.users.ResolveHandles(t.Context(), req)
	okay(t, err)
	for _, s := range res.GetUserIds() {
		c.people = append(c.people, uuid.MustParse(s))
	}
	c.organizer, c.people = c.people[people], c.people[:people]
	c.exec(`INSERT INTO campaigns (id, organizer_id, title, time_zone, tag, starts_at, ends_at, team_size, teams_per_person, check_ins_per_day, team_needed, scoring, idempotency_key, request_hash)
	        VALUES ($1, $2, 'Run', 'UTC', 'run', now() - interval '1 hour', now() + interval '1 hour', 10, 10, 10, false, 1, 'key of it', '')`, c.id, c.organizer)
	for i := range teams {
		team := uuid.Must(uuid.NewV7())
		c.teams = append(c.teams, team)
		name := fmt.Sprintf("team %d", i)
		c.exec(`INSERT INTO campaign_teams (id, campaign_id, name, name_key, captain_id, creator_id, idempotency_key) VALUES ($1, $2, $3, $3, $4, $4, $3)`, team, c.id, name, c.people[0])
	}
	return c
}

func poolsOf(t testing.TB, servers pgtest.DB) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), servers.Config(0), slog.New(slog.DiscardHandler))
	okay(t, err)
	t.Cleanup(db.Close)
	return db
}

func usersOn(db *postgres.DB, pub *queue.Publisher) *user.Service {
	return user.New(user.Deps{
		DB: db, Events: pub, Pages: contestPages, Secret: []byte("secret"), Log: slog.New(slog.DiscardHandler), Limits: user.NoLimits(), Hashing: user.Hashing{MemoryKiB: 8},
	})
}

var contestPages = page.NewSealer([]byte("a secret of the deployment"))

func (c *contest) exec(sql string, args ...any) {
	c.t.Helper()
	_, err := c.db.Writer(c.t.Context()).Exec(c.t.Context(), sql, args...)
	okay(c.t, err)
}

func (c *contest) join(team, person uuid.UUID) {
	c.t.Helper()
	c.exec(`INSERT INTO campaign_memberships VALUES ($1, $2, $3, now())`, c.id, person, team)
}

// reached is a new score, 0 for none, of a team or a person.
type reached struct {
	scope   board.Scope
	subject uuid.UUID
	score   int64
}

// count stores scores as of the next position, and answers it.
func (c *contest) count(scores ...reached) int64 {
	c.t.Helper()
	okay(c.t, c.tryCount(c.t.Context(), scores...))
	return c.position
}

func (c *contest) tryCount(ctx context.Context, scores ...reached) error {
	err := c.db.InTx(ctx, func(tx postgres.Tx) error {
		position := c.position + 1
		exec := func(sql string, args ...any) error {
			_, err := tx.Exec(ctx, sql, args...)
			return err
		}
		if err := exec(`INSERT INTO campaign_boards VALUES ($1, $2, clock_timestamp()) ON CONFLICT (campaign_id) DO UPDATE SET position = $2, counted_at = clock_timestamp()`, c.id, position); err != nil {
			return err
		}
		if err := exec(`INSERT INTO campaign_positions SELECT campaign_id, position, counted_at FROM campaign_boards WHERE campaign_id = $1`, c.id); err != nil {
			return err
		}
		for i, s := range scores {
			if err := exec(`INSERT INTO campaign_score_changes (campaign_id, scope, subject_id, position, score, fact_id) VALUES ($1, $2, $3, $4, $5, $6)`, c.id, s.scope, s.subject, position, s.score, c.fact+int64(i)); err != nil {
				return err
			}
			if err := exec(`DELETE FROM campaign_scores WHERE campaign_id = $1 AND scope = $2 AND subject_id = $3`, c.id, s.scope, s.subject); err != nil {
				return err
			}
			if s.score == 0 {
				continue
			}
			if err := exec(`INSERT INTO campaign_scores (campaign_id, scope, subject_id, score, position, fact_id) VALUES ($1, $2, $3, $4, $5, $6)`, c.id, s.scope, s.subject, s.score, position, c.fact+int64(i)); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		c.position++
		c.fact += int64(len(scores))
	}
	return err
}

// shuffle counts random scores of some teams and people, few enough for ties.
func (c *contest) shuffle() int64 {
	c.t.Helper()
	return c.count(c.some()...)
}

func (c *contest) some() (scores []reached) {
	for scope, subjects := range map[board.Scope][]uuid.UUID{board.Teams: c.teams, board.Members: c.people} {
		for _, i := range rand.Perm(len(subjects))[:rand.IntN(len(subjects))/2+1] {
			scores = append(scores, reached{scope, subjects[i], rand.Int64N(6) * 1_000_000})
		}
	}
	return scores
}

// standing is what a board says of a subject.
type standing struct {
	rank, score int64
	who         string
	reached     time.Time
}

// sorted is the board at a position by its definition, in SQL.
func (c *contest) sorted(scope board.Scope, position int64) (list []standing) {
	c.t.Helper()
	ctx := c.t.Context()
	rows, err := c.db.Writer(ctx).Query(ctx, `
SELECT row_number() OVER (ORDER BY score DESC, position, fact_id, subject_id), score, subject_id::text, counted_at
FROM (SELECT campaign_id, subject_id, score, position, fact_id, row_number() OVER (PARTITION BY subject_id ORDER BY position DESC) AS age FROM campaign_score_changes WHERE campaign_id = $1 AND scope = $2 AND position <= $3) c
JOIN campaign_positions USING (campaign_id, position)
WHERE age = 1 AND score > 0 ORDER BY 1`, c.id, scope, position)
	okay(c.t, err)
	defer rows.Close()
	for rows.Next() {
		var s standing
		okay(c.t, rows.Scan(&s.rank, &s.score, &s.who, &s.reached))
		list = append(list, s)
	}
	okay(c.t, rows.Err())
	return list
}

func (c *contest) countedAt(position int64) (at time.Time) {
	c.t.Helper()
	ctx := c.t.Context()
	okay(c.t, c.db.Writer(ctx).QueryRow(ctx, `SELECT counted_at FROM campaign_positions WHERE campaign_id = $1 AND position = $2`, c.id, position).Scan(&at))
	return at
}

// site is one process that serves the contest.
type site struct {
	*campaign.Service

	c     *contest
	graph *graph.Service
	// hydrations counts the calls for names.
	hydrations *atomic.Int64
}

// serve makes a process. now is its clock, nil the real one.
func (c *contest) serve(ranked board.Board, change ...func(*campaign.Deps)) site {
	c.t.Helper()
	db := poolsOf(c.t, c.servers)
	pub := queue.NewPublisher()
	users := countedUsers{usersOn(db, pub), &atomic.Int64{}}
	follows := graph.New(graph.Deps{Store: graphpg.New(db, pub), Users: users, Pages: contestPages})
	d := campaign.Deps{DB: db, Events: pub, Users: users, Graph: follows, Pages: contestPages, Boards: ranked, Log: slog.New(slog.DiscardHandler)}
	for _, f := range change {
		f(&d)
	}
	return site{Service: campaign.New(d), c: c, graph: follows, hydrations: users.hydrations}
}

// countedUsers is the user noun with its calls counted.
type countedUsers struct {
	userv1connect.UserInternalServiceClient
	hydrations *atomic.Int64
}

func (c countedUsers) HydrateUsers(ctx context.Context, req *userv1.HydrateUsersRequest) (*userv1.HydrateUsersResponse, error) {
	c.hydrations.Add(1)
	return c.UserInternalServiceClient.HydrateUsers(ctx, req)
}

func (s site) follow(from context.Context, whom uuid.UUID) {
	s.c.t.Helper()
	_, err := s.graph.Follow(from, &graphv1.FollowRequest{UserId: whom.String()})
	okay(s.c.t, err)
}

func (c *contest) as(who uuid.UUID, role accessv1.Role) context.Context {
	return identity.With(c.t.Context(), identity.Caller{UserID: who, Role: role})
}

func (c *contest) member(who uuid.UUID) context.Context {
	return c.as(who, accessv1.Role_ROLE_MEMBER)
}

// reading is a request, changed.
func (c *contest) reading(scope campaignv1.Scope, change ...func(*campaignv1.GetLeaderboardRequest)) *campaignv1.GetLeaderboardRequest {
	req := &campaignv1.GetLeaderboardRequest{CampaignId: c.id.String(), Scope: scope}
	for _, f := range change {
		f(req)
	}
	return req
}

// until reads until the board has come to a position: nobody told this process.
func (s site) until(ctx context.Context, req *campaignv1.GetLeaderboardRequest, position int64) *campaignv1.GetLeaderboardResponse {
	s.c.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; {
		res, err := s.GetLeaderboard(ctx, req)
		okay(s.c.t, err)
		if res.GetPosition() >= position {
			return res
		}
		if time.Now().After(deadline) {
			s.c.t.Fatalf("the board stays at %d, want %d", res.GetPosition(), position)
		}
		<-time.After(time.Millisecond)
	}
}

func readings(list []*campaignv1.Standing) (read []standing) {
	for _, s := range list {
		who := s.GetTeam().GetId()
		if who == "" {
			who = s.GetUser().GetId()
		}
		read = append(read, standing{s.GetRank(), s.GetScoreMicros(), who, s.GetReachedAt().AsTime()})
	}
	return read
}

func equalStandings(t testing.TB, what string, got []*campaignv1.Standing, want []standing) {
	t.Helper()
	read := readings(got)
	if len(read) != len(want) {
		t.Fatalf("%s: %d standings, want %d:\n%v\n%v", what, len(read), len(want), read, want)
	}
	for i, w := range want {
		if g := read[i]; g.rank != w.rank || g.score != w.score || g.who != w.who || !g.reached.Equal(w.reached) {
			t.Fatalf("%s: %+v, want %+v", what, g, w)
		}
	}
}

func okay(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const contestPassword = "correct horse"

func registration(handle string) *userv1.RegisterRequest {
	return &userv1.RegisterRequest{Email: handle + "@example.org", Handle: handle, Password: contestPassword}
}

func farewell() *userv1.DeleteAccountRequest {
	return &userv1.DeleteAccountRequest{Password: contestPassword}
}
