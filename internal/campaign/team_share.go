package campaign

import (
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/campaigndb"
	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/cache"
	"github.com/throng-social/throng/internal/campaign/score"
	"github.com/throng-social/throng/internal/postgres"
)

const (
	// mostShares is how many people's shares an answer has, and hydratedAtOnce how many
	// accounts one call to their noun may name.
	mostShares     = 1000
	hydratedAtOnce = 500
)

// explained names a team at a position. What is known of it never changes, so it may
// be kept for as long as there is room.
type explained struct {
	team     uuid.UUID
	position int64
}

func newExplanations() *cache.Cache[explained, *score.Explanation] {
	return cache.New[explained, *score.Explanation](cache.Config{Size: 1000, Lifetime: 5 * time.Minute})
}

var errReplicaBehind = errors.New("this replica has not come to that position")

// explain folds the facts of all who ever were in the team, up to its place.
func (s *Service) explain(ctx context.Context, p teamPlace) (*score.Explanation, error) {
	key := explained{p.team.ID, p.position}
	e, _, err := s.explanations.Get(ctx, key, func(ctx context.Context, _ []explained) (map[explained]*score.Explanation, error) {
		e, err := s.foldTeam(ctx, p)
		return map[explained]*score.Explanation{key: e}, err
	})
	return e, err
}

// foldTeam reads from a replica if that has come to the position, as the one from
// which the position was read has.
func (s *Service) foldTeam(ctx context.Context, p teamPlace) (*score.Explanation, error) {
	var state *score.State
	err := s.db.InSnapshot(ctx, func(tx postgres.Tx) error {
		c, err := s.q.GetCounted(ctx, tx, p.campaign.ID)
		if err == nil && c.Position < p.position {
			return errReplicaBehind
		}
		if err == nil {
			state, err = s.foldTeamOn(ctx, tx, p)
		}
		return err
	})
	if errors.Is(err, errReplicaBehind) {
		state, err = s.foldTeamOn(ctx, s.db.Primary(ctx), p)
	}
	if err != nil {
		return nil, err
	}
	e := state.Explain(p.team.ID)
	e.Shares = slices.Clip(e.Shares[:min(len(e.Shares), mostShares)])
	return &e, nil
}

func (s *Service) foldTeamOn(ctx context.Context, db campaigndb.DBTX, p teamPlace) (*score.State, error) {
	state := score.New(scoreRules(p.campaign.Scoring, p.campaign.Points, p.campaign.DailyCap))
	page := campaigndb.ListFactsOfTeamParams{CampaignID: p.campaign.ID, TeamID: p.team.ID, AfterPosition: 0, AfterID: math.MaxInt64, Upto: p.position, Most: factsPage}
	for more := true; more; {
		rows, err := s.q.ListFactsOfTeam(ctx, db, page)
		if err != nil {
			return nil, err
		}
		if more = len(rows) == factsPage; len(rows) > 0 {
			page.AfterPosition, page.AfterID = rows[len(rows)-1].Position, rows[len(rows)-1].ID
		}
		facts := make([]score.Fact, len(rows))
		for i, r := range rows {
			facts[i] = toFact(factRow(r))
		}
		state.Apply(facts)
	}
	return state, nil
}

// toShares names the people of shares. Of an account that is gone only the id is left.
func (s *Service) toShares(ctx context.Context, shares []score.Share) ([]*campaignv1.Share, error) {
	users := make(map[string]*userv1.User, len(shares))
	for chunk := range slices.Chunk(shares, hydratedAtOnce) {
		req := &userv1.HydrateUsersRequest{}
		for _, share := range chunk {
			req.UserIds = append(req.UserIds, share.User.String())
		}
		res, err := s.users.HydrateUsers(ctx, req)
		if err != nil {
			return nil, err
		}
		for _, u := range res.GetUsers() {
			users[u.GetId()] = u
		}
	}
	all := make([]*campaignv1.Share, len(shares))
	for i, share := range shares {
		all[i] = toShare(share, users[share.User.String()])
	}
	return all, nil
}

func toShare(share score.Share, user *userv1.User) *campaignv1.Share {
	if user == nil {
		user = &userv1.User{Id: share.User.String()}
	}
	m := &campaignv1.Share{
		User: user, Member: share.Member, Points: share.Points, WeightMicros: share.Weight, ReturningCustomer: share.Returning,
		Teams: int32(share.Teams), //nolint:gosec // the rules bound how many
	}
	if share.CheckedIn {
		m.LastCheckIn = toMoment(share.Last)
	}
	return m
}
