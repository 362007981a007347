package campaigntest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"connectrpc.com/connect"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/gen/go/throng/campaign/v1/campaignv1connect"
	"github.com/throng-social/throng/internal/campaign/score"
	"github.com/throng-social/throng/internal/consistency"
)

const (
	// callTime bounds a try, and askTime all tries of one question.
	callTime = 15 * time.Second
	askTime  = 3 * time.Minute
)

type campaigns = campaignv1connect.CampaignServiceClient

// client asks servers in turn, and holds the newest position that it has seen, as
// the SDKs do.
type client struct {
	crowd    *Crowd
	random   *rand.Rand
	servers  []campaigns
	turn     int
	position consistency.Position
	mine     []*person
}

func (c *Crowd) newClient(number uint64, servers ...string) *client {
	cl := &client{crowd: c, random: rand.New(rand.NewPCG(c.Seed, number)), turn: int(number)} //nolint:gosec // small
	for _, base := range servers {
		cl.servers = append(cl.servers, campaignv1connect.NewCampaignServiceClient(c.http, base))
	}
	return cl
}

// ask asks until there is an answer, or a refusal. who may be nobody.
func ask[Req, Res any](ctx context.Context, c *client, who *person, method func(campaigns, context.Context, *Req) (*Res, error), req *Req) (*Res, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	for pause := 10 * time.Millisecond; ; pause = min(2*pause, time.Second/2) {
		res, err := try(ctx, c, who, method, req)
		if err == nil || refused(err) || ctx.Err() != nil {
			return res, err
		}
		c.crowd.note(err)
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

func try[Req, Res any](ctx context.Context, c *client, who *person, method func(campaigns, context.Context, *Req) (*Res, error), req *Req) (*Res, error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	ctx, call := connect.NewClientContext(ctx)
	if err := c.signIn(ctx, who); err != nil {
		return nil, err
	}
	if who != nil {
		call.RequestHeader().Set("Authorization", "Bearer "+who.token)
	}
	if token := c.position.Token(); token != "" {
		call.RequestHeader().Set(consistency.Header, token)
	}
	c.turn++
	res, err := method(c.servers[c.turn%len(c.servers)], ctx, req)
	if err == nil {
		c.position = c.position.Max(consistency.Parse(call.ResponseHeader().Get(consistency.Header)))
	}
	return res, err
}

// signIn makes a token at the first call of somebody.
func (c *client) signIn(ctx context.Context, who *person) (err error) {
	if who != nil && who.token == "" {
		who.token, err = c.crowd.Token(ctx, who.handle)
	}
	if err != nil {
		// A replica may not have the account yet.
		return connect.NewError(connect.CodeUnavailable, err)
	}
	return nil
}

// refused says that asking again would change nothing.
func refused(err error) bool {
	switch connect.CodeOf(err) {
	case connect.CodeInvalidArgument, connect.CodeNotFound, connect.CodeAlreadyExists, connect.CodePermissionDenied,
		connect.CodeFailedPrecondition, connect.CodeUnauthenticated, connect.CodeUnimplemented:
		return true
	default:
		return false
	}
}

func (c *Crowd) note(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failures[connect.CodeOf(err).String()]++
}

// found makes the teams of those among the client's people who are captains.
func (c *client) found(ctx context.Context) error {
	for _, p := range c.mine {
		if p.number >= c.crowd.Teams {
			continue
		}
		if err := c.enter(ctx, p); err != nil {
			return err
		}
		res, err := ask(ctx, c, p, campaigns.CreateTeam, &campaignv1.CreateTeamRequest{
			CampaignId: c.crowd.Campaign.GetId(), Name: fmt.Sprint("Team ", p.number), IdempotencyKey: uuid.NewString(),
		})
		if err != nil {
			return fmt.Errorf("%s makes a team: %w", p.handle, err)
		}
		c.crowd.teams[p.number] = res.GetTeam().GetId()
		p.enters(res.GetTeam().GetId())
	}
	return nil
}

func (c *client) enter(ctx context.Context, p *person) error {
	_, err := ask(ctx, c, p, campaigns.JoinCampaign, &campaignv1.JoinCampaignRequest{CampaignId: c.crowd.Campaign.GetId(), ReturningCustomer: p.returning})
	if err != nil {
		return fmt.Errorf("%s joins the campaign: %w", p.handle, err)
	}
	p.joined = true
	return nil
}

// run has the client's people act until no check-in is left to be made.
func (c *client) run(ctx context.Context) error {
	for c.crowd.left.Add(-1) >= 0 {
		p := c.mine[c.random.IntN(len(c.mine))]
		if err := c.act(ctx, p); err != nil {
			return fmt.Errorf("%s: %w", p.handle, err)
		}
	}
	return nil
}

// act has somebody check in, and perhaps do something else before.
func (c *client) act(ctx context.Context, p *person) error {
	if !p.joined {
		if err := c.enter(ctx, p); err != nil {
			return err
		}
		if err := c.join(ctx, p); err != nil {
			return err
		}
	}
	var err error
	switch n := c.random.IntN(100); {
	case n < 5:
		err = c.join(ctx, p)
	case n < 9:
		err = c.leave(ctx, p)
	case n < 14:
		err = c.withdraw(ctx, p)
	case n < 17:
		err = c.repeat(ctx, p)
	}
	if err != nil {
		return err
	}
	return c.checkIn(ctx, p)
}

// lone is the team of a captain alone, who may leave and close it.
func lone(team int) bool { return team%10 == 9 }

// join asks for a place in a team that is open to all. It may have none, or the person
// be in as many teams as one may.
func (c *client) join(ctx context.Context, p *person) error {
	team := c.random.IntN(c.crowd.Teams)
	if lone(team) || slices.Contains(p.teams, c.crowd.teams[team]) {
		return nil
	}
	_, err := ask(ctx, c, p, campaigns.JoinTeam, &campaignv1.JoinTeamRequest{TeamId: c.crowd.teams[team]})
	switch {
	case connect.CodeOf(err) == connect.CodeFailedPrecondition:
		return nil
	case err != nil:
		return fmt.Errorf("join a team: %w", err)
	}
	p.enters(c.crowd.teams[team])
	return nil
}

// leave leaves one of the teams; captains of others stay.
func (c *client) leave(ctx context.Context, p *person) error {
	captain := p.number < c.crowd.Teams && !lone(p.number)
	if len(p.teams) == 0 || captain && len(p.teams) == 1 {
		return nil
	}
	team := p.teams[len(p.teams)-1]
	if _, err := ask(ctx, c, p, campaigns.LeaveTeam, &campaignv1.LeaveTeamRequest{TeamId: team}); err != nil {
		return fmt.Errorf("leave a team: %w", err)
	}
	p.teams = p.teams[:len(p.teams)-1]
	p.deeds = append(p.deeds, deed{score.Left, team})
	return nil
}

func (p *person) enters(team string) {
	p.teams = append(p.teams, team)
	p.deeds = append(p.deeds, deed{score.Joined, team})
}

// withdraw has the organizer withdraw a check-in of somebody, now and then twice.
func (c *client) withdraw(ctx context.Context, p *person) error {
	if len(p.checkIns) == 0 {
		return nil
	}
	made := p.checkIns[c.random.IntN(len(p.checkIns))]
	if _, err := ask(ctx, c, c.crowd.organizer, campaigns.VoidCheckIn, &campaignv1.VoidCheckInRequest{CheckInId: made.id}); err != nil {
		return fmt.Errorf("a check-in is withdrawn: %w", err)
	}
	if !made.void {
		made.void = true
		p.deeds = append(p.deeds, deed{score.Withdrawn, made.id})
	}
	return nil
}

var errTwice = errors.New("one key made two check-ins")

// repeat asks for an earlier check-in once more.
func (c *client) repeat(ctx context.Context, p *person) error {
	if len(p.checkIns) == 0 {
		return nil
	}
	made := p.checkIns[c.random.IntN(len(p.checkIns))]
	res, err := ask(ctx, c, p, campaigns.CheckIn, c.request(made))
	if err == nil && res.GetCheckIn().GetId() != made.id {
		err = errTwice
	}
	return err
}

func (c *client) request(i *checkIn) *campaignv1.CheckInRequest {
	return &campaignv1.CheckInRequest{CampaignId: c.crowd.Campaign.GetId(), Text: i.text, IdempotencyKey: i.key}
}

// checkIn makes one, now and then by two calls at once.
func (c *client) checkIn(ctx context.Context, p *person) error {
	made := &checkIn{key: uuid.NewString(), text: fmt.Sprintf("%s was here %d", p.handle, len(p.checkIns))}
	askers := []*client{c}
	if c.random.IntN(50) == 0 {
		// A session of its own, and another server.
		askers = append(askers, &client{crowd: c.crowd, servers: c.servers, turn: c.turn + 1})
	}
	answers := make([]*campaignv1.CheckIn, len(askers))
	var g errgroup.Group
	for i, asker := range askers {
		g.Go(func() error {
			res, err := ask(ctx, asker, p, campaigns.CheckIn, c.request(made))
			answers[i] = res.GetCheckIn()
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return fmt.Errorf("check in: %w", err)
	}
	made.id, made.at = answers[0].GetId(), answers[0].GetCreatedAt().AsTime()
	if answers[len(answers)-1].GetId() != made.id {
		return errTwice
	}
	p.checkIns = append(p.checkIns, made)
	p.deeds = append(p.deeds, deed{score.CheckedIn, made.id})
	c.crowd.made.Add(1)
	return nil
}
