package rush

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"connectrpc.com/connect"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
	"google.golang.org/protobuf/types/known/timestamppb"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/gen/go/throng/campaign/v1/campaignv1connect"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/lab/database"
	"github.com/throng-social/throng/internal/lab/load"
	throng "github.com/throng-social/throng/sdk/go"
)

// person is somebody, and what his program has seen. He does one thing at a time.
type person struct {
	id            uuid.UUID
	handle, token string
	random        *rand.Rand
	// seen is what reads must be as fresh as, position the newest of the board.
	seen     consistency.Position
	position int64
	// teams are those that he is in, board those that he saw at the last look.
	teams map[string]bool
	board []string
	// acts counts what he did, to tell one from the other.
	acts int
}

const (
	// tokenLife is longer than any run.
	tokenLife = 24 * time.Hour
	// campaignLife has the campaign go on when the clock has run down: what is begun in
	// the last moment counts.
	campaignLife = 48 * time.Hour
	// joining is how many people register at once.
	joining = 16
)

// rules refuse nothing to those who do as the weights say: a person has a hundred
// teams after a hundred seconds of nothing else.
var rules = &campaignv1.Rules{
	TeamSize: 10_000, TeamsPerPerson: 100, CheckInsPerDay: 10_000,
	Scoring: &campaignv1.Rules_Togetherness{Togetherness: &campaignv1.Togetherness{}},
}

// populate makes the campaign, the people, their tokens and their registrations.
func (s *stage) populate(ctx context.Context, url string) error {
	began := time.Now()
	prefix := "r" + strconv.FormatInt(began.UnixMicro(), 36)
	if err := s.announce(ctx, prefix+"_organizer"); err != nil {
		return err
	}
	handles := make([]string, s.People+s.Probes)
	for i := range handles {
		handles[i] = fmt.Sprintf("%s_%d", prefix, i)
	}
	ids, err := database.Enroll(ctx, url, prefix+"_organizer", handles)
	if err != nil {
		return err
	}
	s.people = make([]person, len(handles))
	for i := range s.people {
		s.people[i] = person{id: ids[i], handle: handles[i], random: rand.New(rand.NewPCG(s.Seed, uint64(i)|1<<32)), teams: map[string]bool{}}
	}
	if err := s.register(ctx); err != nil {
		return err
	}
	s.toldf(began, "%d people and %d probes have joined the campaign", s.People, s.Probes)
	return nil
}

// announce makes the campaign and whose it is.
func (s *stage) announce(ctx context.Context, organizer string) error {
	s.password = uuid.NewString()
	_, err := throng.New(s.base).Users.Register(ctx, &userv1.RegisterRequest{Email: organizer + "@example.org", Handle: organizer, Password: s.password})
	if err != nil {
		return err
	}
	if err := s.operator.SetRole(ctx, organizer, "organizer"); err != nil {
		return err
	}
	if s.organizer, err = s.operator.Token(ctx, organizer, tokenLife); err != nil {
		return err
	}
	ctx, info := connect.NewClientContext(ctx)
	info.RequestHeader().Set("Authorization", "Bearer "+s.organizer)
	now := time.Now()
	res, err := s.client(1).CreateCampaign(ctx, &campaignv1.CreateCampaignRequest{
		Title: "The rush", Text: "Everybody checks in, and most do in the end.", StartsAt: timestamppb.New(now.Add(-time.Minute)), EndsAt: timestamppb.New(now.Add(campaignLife)),
		Rules: rules, IdempotencyKey: uuid.NewString(),
	})
	s.campaign = res.GetCampaign().GetId()
	return err
}

func (s *stage) client(connections int) campaignv1connect.CampaignServiceClient { //nolint:ireturn // that is what is generated
	return campaignv1connect.NewCampaignServiceClient(load.NewClient(connections), s.base)
}

// register signs everybody in and has him join the campaign; one of three was a
// customer before.
func (s *stage) register(ctx context.Context) error {
	client := s.client(joining)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(joining)
	for i := range s.people {
		g.Go(func() (err error) {
			p := &s.people[i]
			if p.token, err = s.operator.Token(ctx, p.handle, tokenLife); err != nil {
				return err
			}
			ctx, saw := p.call(ctx)
			if _, err = client.JoinCampaign(ctx, &campaignv1.JoinCampaignRequest{CampaignId: s.campaign, ReturningCustomer: i%3 == 0}); err != nil {
				return err
			}
			saw()
			return nil
		})
	}
	return g.Wait()
}

// call prepares a call of the person's, with what he has seen; saw takes in what the
// answer shows.
func (p *person) call(ctx context.Context) (c context.Context, saw func()) {
	ctx, info := connect.NewClientContext(ctx)
	info.RequestHeader().Set("Authorization", "Bearer "+p.token)
	if p.seen != (consistency.Position{}) {
		info.RequestHeader().Set(consistency.Header, p.seen.Token())
	}
	return ctx, func() { p.seen = p.seen.Max(consistency.Parse(info.ResponseHeader().Get(consistency.Header))) }
}
