package rush

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/gen/go/throng/campaign/v1/campaignv1connect"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/gen/go/throng/user/v1/userv1connect"
	"github.com/throng-social/throng/internal/lab/load"
	throng "github.com/throng-social/throng/sdk/go"
)

const (
	// pageSize is how much of a board people look at; one of aroundEvery looks at the
	// part around his own team.
	pageSize    = 20
	aroundEvery = 4
	// joinTries is how often somebody thinks of another team where he is in one.
	joinTries = 4
)

// ruled are reasons that a campaign's rules give, which are no errors.
var ruled = []string{"team_full", "too_many_teams", "team_name_taken", "daily_check_ins", "team_needed"}

// workload is what people do. The generated clients are used as they are: those of
// the SDK would repeat what failed, and hide it.
type workload struct {
	*stage

	began     time.Time
	campaigns campaignv1connect.CampaignServiceClient
	users     userv1connect.UserServiceClient
	recorders [kinds]*load.Recorder
	roster    roster
	ledger    ledger

	mu      sync.Mutex
	refused map[string]int64
}

func newWorkload(s *stage) *workload {
	client := load.NewClient(len(s.people))
	w := &workload{
		stage: s, campaigns: campaignv1connect.NewCampaignServiceClient(client, s.base), users: userv1connect.NewUserServiceClient(client, s.base),
		refused: map[string]int64{},
	}
	for k := range w.recorders {
		w.recorders[k] = load.NewRecorder()
	}
	return w
}

// begin starts the clock.
func (w *workload) begin() { w.began = time.Now() }

// act does what it is somebody's turn to do. What the rules of the campaign refuse is
// counted apart.
func (w *workload) act(ctx context.Context, r load.Request) error {
	p := &w.people[r.User]
	k := phaseAt(time.Since(w.began), w.Duration).draw(p.random)
	var team string
	if k == join {
		var ok bool
		// Where there is no team yet, he makes one.
		if team, ok = w.roster.choose(p); !ok {
			k = create
		}
	}
	p.acts++
	sent := time.Now()
	err := w.do(ctx, p, k, team)
	if reason := throng.Reason(err); slices.Contains(ruled, reason) {
		w.rule(k, reason)
		return nil
	}
	w.recorders[k].Record(err, time.Since(sent))
	return err
}

func (w *workload) do(ctx context.Context, p *person, k kind, team string) error {
	switch k {
	case join:
		return w.join(ctx, p, team)
	case create:
		return w.create(ctx, p)
	case checkIn:
		return w.checkIn(ctx, p)
	case signIn:
		return w.signIn(ctx, p)
	default:
		return w.look(ctx, p)
	}
}

func (w *workload) rule(k kind, reason string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refused[k.String()+": "+reason]++
}

// ruledOut is how often the rules refused what.
func (w *workload) ruledOut() map[string]int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.refused)
}

func (w *workload) look(ctx context.Context, p *person) error {
	ctx, saw := p.call(ctx)
	around := p.random.IntN(aroundEvery) == 0
	res, err := w.campaigns.GetLeaderboard(ctx, &campaignv1.GetLeaderboardRequest{
		CampaignId: w.campaign, Scope: campaignv1.Scope_SCOPE_TEAMS, AroundMe: around, PageSize: pageSize,
	})
	if err != nil {
		return err
	}
	saw()
	if err := checkBoard(res, around, p.position); err != nil {
		return err
	}
	p.position, p.board = res.GetPosition(), p.board[:0]
	for _, s := range res.GetStandings() {
		p.board = append(p.board, s.GetTeam().GetId())
	}
	return nil
}

func (w *workload) join(ctx context.Context, p *person, team string) error {
	ctx, saw := p.call(ctx)
	res, err := w.campaigns.JoinTeam(ctx, &campaignv1.JoinTeamRequest{TeamId: team})
	if err != nil {
		return err
	}
	saw()
	p.teams[team] = true
	return checkTeam(res.GetTeam(), w.campaign, team, res.GetTeam().GetName())
}

func (w *workload) create(ctx context.Context, p *person) error {
	ctx, saw := p.call(ctx)
	name := fmt.Sprintf("Team %s %d", p.handle, p.acts)
	res, err := w.campaigns.CreateTeam(ctx, &campaignv1.CreateTeamRequest{CampaignId: w.campaign, Name: name, IdempotencyKey: uuid.NewString()})
	if err != nil {
		return err
	}
	saw()
	if err := checkTeam(res.GetTeam(), w.campaign, res.GetTeam().GetId(), name); err != nil {
		return err
	}
	p.teams[res.GetTeam().GetId()] = true
	w.roster.add(res.GetTeam().GetId())
	return nil
}

// checkIn notes what it offers, and what is acknowledged.
func (w *workload) checkIn(ctx context.Context, p *person) error {
	ctx, saw := p.call(ctx)
	text := fmt.Sprintf("Number %d of %s: all of us are here, at the old boathouse.", p.acts, p.handle)
	w.ledger.offer(text)
	res, err := w.campaigns.CheckIn(ctx, &campaignv1.CheckInRequest{CampaignId: w.campaign, Text: text, IdempotencyKey: uuid.NewString()})
	if err != nil {
		return err
	}
	saw()
	made, err := checkCheckIn(res.GetCheckIn(), w.campaign, p.id, text)
	if err != nil {
		return err
	}
	w.ledger.acknowledge(made, p.id, time.Since(w.began))
	return nil
}

func (w *workload) signIn(ctx context.Context, p *person) error {
	res, err := w.users.Login(ctx, &userv1.LoginRequest{Login: p.handle, Password: w.password})
	if err != nil {
		return err
	}
	if res.GetUser().GetId() != p.id.String() || res.GetTokens().GetAccessToken() == "" {
		return load.Wrong("%s was signed in as %q", p.handle, res.GetUser().GetHandle())
	}
	p.token = res.GetTokens().GetAccessToken()
	return nil
}

// roster has all teams that were made.
type roster struct {
	mu    sync.Mutex
	teams []string
}

func (r *roster) add(team string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.teams = append(r.teams, team)
}

// any is a team by chance; empty where there is none.
func (r *roster) any(random *rand.Rand) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.teams) == 0 {
		return ""
	}
	return r.teams[random.IntN(len(r.teams))]
}

// choose is a team for somebody to join: one that he saw on the board, or one that
// somebody told him of, with equal chances. It is one that he is in already where he
// thinks of no other in time.
func (r *roster) choose(p *person) (team string, ok bool) {
	for range joinTries {
		team = r.any(p.random)
		if len(p.board) > 0 && p.random.IntN(2) == 0 {
			team = p.board[p.random.IntN(len(p.board))]
		}
		if !p.teams[team] {
			break
		}
	}
	return team, team != ""
}
