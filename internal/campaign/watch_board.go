package campaign

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/throng-social/throng/gen/db/campaigndb"
	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/campaign/board"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/id"
)

// watchedPlaces is how many places of a board can be watched.
const watchedPlaces = 100

// boardTop is the top of a board at one of its positions.
type boardTop struct {
	position int64
	// countedAt is when the position was reached; nil before the first.
	countedAt *time.Time
	size      int64
	places    []topPlace
}

type topPlace struct {
	subject   uuid.UUID
	score     int64
	reachedAt time.Time
}

// storedScope is a scope as boards name it.
func storedScope(scope campaignv1.Scope) board.Scope {
	if scope == campaignv1.Scope_SCOPE_MEMBERS {
		return board.Members
	}
	return board.Teams
}

// liveTries is how often the top is asked for of a board that moves on meanwhile.
const liveTries = 3

func (s *Service) liveTop(ctx context.Context, campaign uuid.UUID, scope campaignv1.Scope) (top boardTop, err error) {
	for range liveTries {
		var l *look
		if l, err = s.boards.look(ctx, campaign); err != nil {
			return top, err
		}
		if top, err = s.keptTop(ctx, board.Key{Campaign: campaign, Scope: storedScope(scope)}, l.boardPlace); !errors.Is(err, errMoved) {
			return top, err
		}
		if ctx, err = s.boards.atPrimary(ctx); err != nil {
			return top, err
		}
	}
	return top, errBusy
}

// pastTop asks the primary for the position, as a replica may not have it yet, and
// reads past it.
func (s *Service) pastTop(ctx context.Context, campaign uuid.UUID, scope campaignv1.Scope, position int64) (top boardTop, err error) {
	if position == 0 {
		return boardTop{}, nil
	}
	at, err := s.q.GetWatchedPosition(ctx, s.db.Primary(ctx), campaigndb.GetWatchedPositionParams{CampaignID: campaign, Position: position})
	if err != nil {
		return boardTop{}, err
	}
	ctx, err = s.boards.atPrimary(ctx)
	if err != nil {
		return boardTop{}, err
	}
	place := boardPlace{position: position, countedAt: &at.CountedAt, committed: consistency.From(ctx).Demand()}
	return s.keptTop(ctx, board.Key{Campaign: campaign, Scope: storedScope(scope), At: position}, place)
}

func (s *Service) keptTop(ctx context.Context, key board.Key, at boardPlace) (boardTop, error) {
	answer, err := s.boards.keeper.read(ctx, key, at, board.Query{N: watchedPlaces})
	if err != nil {
		return boardTop{}, err
	}
	top := boardTop{position: at.position, countedAt: at.countedAt, size: answer.Size, places: make([]topPlace, len(answer.Entries))}
	for i, e := range answer.Entries {
		top.places[i] = topPlace{subject: e.SubjectID, score: e.Score, reachedAt: time.UnixMicro(e.Reached)}
	}
	return top, nil
}

// nameTop makes standings of a top, and says whether it had all names. Names are
// read in a session of their own, as how new they are says nothing of the board.
func (s *Service) nameTop(ctx context.Context, campaign uuid.UUID, scope campaignv1.Scope, top boardTop, before *shown) (standings []*campaignv1.Standing, named bool, err error) {
	ctx, _ = consistency.Begin(ctx, consistency.From(ctx).Demand())
	standings = make([]*campaignv1.Standing, len(top.places))
	ids := make([]uuid.UUID, len(top.places))
	for i, p := range top.places {
		ids[i] = p.subject
		standings[i] = &campaignv1.Standing{Rank: int64(i) + 1, ScoreMicros: p.score, ReachedAt: timestamppb.New(p.reachedAt)}
	}
	if len(ids) == 0 {
		return standings, true, nil
	}
	if scope == campaignv1.Scope_SCOPE_MEMBERS {
		return standings, s.nameMembers(ctx, standings, ids, before), nil
	}
	named, err = s.nameTeams(ctx, campaign, standings, ids)
	return standings, named, err
}

func (s *Service) nameTeams(ctx context.Context, campaign uuid.UUID, standings []*campaignv1.Standing, ids []uuid.UUID) (named bool, err error) {
	rows, err := s.q.ListWatchedTeams(ctx, s.db.Reader(ctx), ids)
	if err != nil {
		return false, err
	}
	teams := make(map[uuid.UUID]*campaignv1.Team, len(rows))
	for _, r := range rows {
		teams[r.ID] = &campaignv1.Team{
			Id: r.ID.String(), CampaignId: r.CampaignID.String(), Name: r.Name, CaptainId: r.CaptainID.String(), MemberCount: r.Members,
			CreatedAt: timestamppb.New(id.Time(r.ID)),
		}
	}
	for i, team := range ids {
		t := teams[team]
		if t == nil {
			t = &campaignv1.Team{Id: team.String(), CampaignId: campaign.String()}
		}
		standings[i].Who = &campaignv1.Standing_Team{Team: t}
	}
	return len(teams) == len(ids), nil
}

// nameMembers names people as they were named before while accounts cannot be
// reached, and those who are new by their ids alone, as those whose accounts are
// gone always are.
func (s *Service) nameMembers(ctx context.Context, standings []*campaignv1.Standing, ids []uuid.UUID, before *shown) (named bool) {
	known := make(map[string]*userv1.User, len(ids))
	res, err := s.users.HydrateUsers(ctx, &userv1.HydrateUsersRequest{UserIds: id.Strings(ids)})
	if err != nil {
		s.log.WarnContext(ctx, "those on a board cannot be named", slog.Any("error", err))
		for _, st := range before.all() {
			known[st.GetUser().GetId()] = st.GetUser()
		}
	}
	for _, u := range res.GetUsers() {
		known[u.GetId()] = u
	}
	for i, member := range id.Strings(ids) {
		u := known[member]
		if u == nil {
			u = &userv1.User{Id: member}
		}
		standings[i].Who = &campaignv1.Standing_User{User: u}
	}
	return err == nil
}
