package campaign

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/campaign/board"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/page"
)

// boardTries is how often a board may move on under a reader.
const boardTries = 8

// ask is what somebody wants to see of a board.
type ask struct {
	caller   identity.Caller
	campaign uuid.UUID
	scope    campaignv1.Scope
	aroundMe bool
	// around is nobody, or a team or person.
	around uuid.UUID
	// after is nil on the first page.
	after *board.Entry
	// asOf is nil for now.
	asOf *time.Time
	n    int
}

// view is one state of a board, and how it came to be the one that is shown.
type view struct {
	boardPlace

	key           board.Key
	frozen, final bool
}

// GetLeaderboard answers a part of a board.
//
// All that is answered is of one position: the last that was counted when the
// database was asked, at most a tenth of a second ago, or that of a moment in the
// past. What all callers see alike is made once a position and shared by them.
func (s *Service) GetLeaderboard(ctx context.Context, req *campaignv1.GetLeaderboardRequest) (*campaignv1.GetLeaderboardResponse, error) {
	a, err := s.askOf(identity.From(ctx), req)
	if err != nil {
		return nil, err
	}
	looking := ctx
	for range boardTries {
		l, err := s.boards.look(looking, a.campaign)
		if err != nil {
			return nil, err
		}
		res, err := s.leaderboard(ctx, a, l)
		if !errors.Is(err, errMoved) {
			return res, err
		}
		// Only where the board is must be newer. What is there at a position, all who
		// met the moved board share.
		if looking, err = s.boards.atPrimary(ctx); err != nil {
			return nil, err
		}
	}
	return nil, errBusy
}

func (s *Service) askOf(caller identity.Caller, req *campaignv1.GetLeaderboardRequest) (a ask, err error) {
	a = ask{caller: caller, scope: req.GetScope(), aroundMe: req.GetAroundMe(), n: int(page.Size(req.GetPageSize()))}
	if a.scope == campaignv1.Scope_SCOPE_UNSPECIFIED {
		a.scope = campaignv1.Scope_SCOPE_TEAMS
	}
	if (a.aroundMe || a.scope == campaignv1.Scope_SCOPE_FRIENDS) && !caller.SignedIn() {
		return a, fault.New(fault.Unauthenticated, "sign_in_required", "please sign in to see your own place")
	}
	if a.campaign, err = id.Parse("campaign_id", req.GetCampaignId()); err != nil {
		return a, err
	}
	if a.around, err = id.Parse("around_id", req.GetAroundId()); err != nil {
		return a, err
	}
	if req.GetAsOf() != nil {
		t := req.GetAsOf().AsTime()
		if t.After(s.now()) {
			return a, fault.InField("as_of", "as_of_future", "as_of must be a moment that has passed")
		}
		a.asOf = &t
	}
	a.after, err = s.openPlace(a, req.GetPageToken())
	return a, err
}

// leaderboard is one try, where a look found the board.
func (s *Service) leaderboard(ctx context.Context, a ask, l *look) (*campaignv1.GetLeaderboardResponse, error) {
	v, err := s.viewOf(ctx, a, l)
	if err != nil {
		return nil, err
	}
	mine, err := s.mineOf(ctx, a)
	if err != nil {
		return nil, err
	}
	var p *part
	var found []board.Found
	switch {
	case a.scope == campaignv1.Scope_SCOPE_FRIENDS:
		p, found, err = s.friends(ctx, a, v)
	case a.aroundMe:
		p, found, err = s.partAround(ctx, a, v, mine, mine)
	case a.around != uuid.Nil:
		p, found, err = s.partAround(ctx, a, v, []uuid.UUID{a.around}, mine)
	default:
		p, found, err = s.sharedPart(ctx, a, v, mine)
	}
	if err != nil {
		return nil, err
	}
	return s.answer(ctx, v, p, found)
}

// viewOf decides which state is shown. Whoever may not see a frozen board live sees
// nothing of what came later, whatever moment he asks for.
func (s *Service) viewOf(ctx context.Context, a ask, l *look) (view, error) {
	now := s.now()
	v := view{boardPlace: l.boardPlace, key: board.Key{Campaign: a.campaign, Scope: board.Members}, final: !now.Before(l.campaign.EndsAt)}
	if a.scope == campaignv1.Scope_SCOPE_TEAMS {
		v.key.Scope = board.Teams
	}
	moment := a.asOf
	if since := frozenSince(&l.campaign, now); since != nil && !organizes(a.caller, &l.campaign) && (moment == nil || !moment.Before(*since)) {
		moment, v.frozen = since, true
	}
	if moment == nil {
		return v, nil
	}
	p, err := s.boards.momentOf(ctx, a.campaign, *moment)
	// Where nothing was counted since, it is the board of now.
	if v.boardPlace = p; p.position < l.position {
		v.key.At = p.position
	}
	return v, err
}

// mineOf are the subjects of a board that are the caller's.
func (s *Service) mineOf(ctx context.Context, a ask) ([]uuid.UUID, error) {
	switch {
	case !a.caller.SignedIn():
		return nil, nil
	case a.scope == campaignv1.Scope_SCOPE_TEAMS:
		return s.boards.teamsOf(ctx, a.campaign, a.caller.UserID)
	default:
		return []uuid.UUID{a.caller.UserID}, nil
	}
}

// answer puts together what all share and what is the caller's.
func (s *Service) answer(ctx context.Context, v view, p *part, found []board.Found) (*campaignv1.GetLeaderboardResponse, error) {
	standings, mine, err := s.own(ctx, v.key.Scope, p, found)
	res := &campaignv1.GetLeaderboardResponse{
		Standings: standings, Size: p.size, Position: v.position, Frozen: v.frozen, Final: v.final, Mine: mine, NextPageToken: p.next,
	}
	if v.countedAt != nil {
		res.CountedAt = timestamppb.New(*v.countedAt)
	}
	return res, err
}
