package campaign

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/campaign/board"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
)

// standings gives entries their names. Of what is gone, or cannot be asked for, they
// have the id alone.
func (s *Service) standings(ctx context.Context, scope board.Scope, ranked []board.Found) ([]*campaignv1.Standing, error) {
	if len(ranked) == 0 {
		return nil, nil
	}
	list := make([]*campaignv1.Standing, len(ranked))
	for i, f := range ranked {
		list[i] = &campaignv1.Standing{Rank: f.Rank, ScoreMicros: f.Score, ReachedAt: timestamppb.New(time.UnixMicro(f.Reached))}
	}
	if scope == board.Teams {
		return list, s.nameBoardTeams(ctx, list, ranked)
	}
	return list, s.nameBoardPeople(ctx, list, ranked)
}

func (s *Service) nameBoardTeams(ctx context.Context, list []*campaignv1.Standing, ranked []board.Found) error {
	ids := make([]uuid.UUID, len(ranked))
	for i, f := range ranked {
		ids[i] = f.SubjectID
	}
	teams, err := s.boards.teams.GetMany(ctx, ids, s.loadBoardTeams)
	if err != nil {
		return err
	}
	for i, team := range ids {
		t := teams[team]
		if t == nil {
			t = &campaignv1.Team{Id: team.String()}
		}
		list[i].Who = &campaignv1.Standing_Team{Team: t}
	}
	return nil
}

// loadBoardTeams reads teams, those that have closed too: boards of the past have
// them. A team that is on a board is there, so the primary has those that a replica
// lacks.
func (s *Service) loadBoardTeams(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*campaignv1.Team, error) {
	rows, err := s.q.ListBoardTeams(ctx, s.db.Reader(ctx), ids)
	if err == nil && len(rows) < len(ids) {
		rows, err = s.q.ListBoardTeams(ctx, s.db.Primary(ctx), ids)
	}
	if err != nil {
		return nil, err
	}
	teams := make(map[uuid.UUID]*campaignv1.Team, len(rows))
	for _, row := range rows {
		teams[row.ID] = &campaignv1.Team{
			Id: row.ID.String(), CampaignId: row.CampaignID.String(), Name: row.Name, CaptainId: row.CaptainID.String(), MemberCount: row.Members,
			CreatedAt: timestamppb.New(id.Time(row.ID)),
		}
	}
	return teams, nil
}

func (s *Service) nameBoardPeople(ctx context.Context, list []*campaignv1.Standing, ranked []board.Found) error {
	req := &userv1.HydrateUsersRequest{UserIds: make([]string, len(ranked))}
	for i, f := range ranked {
		req.UserIds[i] = f.SubjectID.String()
	}
	res, err := s.users.HydrateUsers(ctx, req)
	switch {
	case fault.Is(err, fault.Unavailable), fault.Is(err, fault.TimedOut):
		s.log.WarnContext(ctx, "a leaderboard is shown without names", slog.Any("error", err))
	case err != nil:
		return err
	}
	rest := res.GetUsers()
	for i, who := range req.GetUserIds() {
		u := &userv1.User{Id: who}
		if len(rest) > 0 && rest[0].GetId() == who {
			u, rest = rest[0], rest[1:]
		}
		list[i].Who = &campaignv1.Standing_User{User: u}
	}
	return nil
}
