package campaign

import (
	"context"
	"encoding/base64"
	"strings"
	"time"
	"unicode/utf8"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/throng-social/throng/gen/db/campaigndb"
	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/page"
)

// ListTeams implements CampaignService.
func (s *Service) ListTeams(ctx context.Context, req *campaignv1.ListTeamsRequest) (*campaignv1.ListTeamsResponse, error) {
	campaignID, err := id.Parse("campaign_id", req.GetCampaignId())
	if err != nil {
		return nil, err
	}
	prefix := prefixKey(req.GetPrefix())
	list := "teams/" + campaignID.String() + "/" + prefix
	after, err := s.openName(list, req.GetPageToken())
	if err != nil {
		return nil, err
	}
	if _, err := s.look(ctx, campaignID); err != nil {
		return nil, err
	}
	size := int(page.Size(req.GetPageSize()))
	rows, err := s.q.ListTeams(ctx, s.db.Reader(ctx), campaigndb.ListTeamsParams{
		CampaignID: campaignID, After: after, Prefix: prefix, PageLimit: int32(size) + 1, //nolint:gosec // a page size
		// All keys that begin with the prefix are before this one, byte by byte.
		PrefixEnd: prefix + string(utf8.MaxRune),
	})
	if err != nil {
		return nil, err
	}
	res := &campaignv1.ListTeamsResponse{}
	if len(rows) > size {
		rows = rows[:size]
		res.NextPageToken = s.sealName(list, rows[size-1].NameKey)
	}
	for i := range rows {
		res.Teams = append(res.Teams, toTeam(&rows[i]))
	}
	return res, nil
}

// A page token of teams is the key of a name in the open, a dot, and a seal of it.

func (s *Service) sealName(list, key string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(key)) + "." + s.pages.Seal(list+"\x00"+key, page.Cursor{})
}

func (s *Service) openName(list, token string) (string, error) {
	if token == "" {
		return "", nil
	}
	plain, sealed, _ := strings.Cut(token, ".")
	key, err := base64.RawURLEncoding.DecodeString(plain)
	if err != nil || sealed == "" {
		return "", fault.InField("page_token", "page_token_invalid", "page_token is not a token of this list")
	}
	_, err = s.pages.Open(list+"\x00"+string(key), sealed, page.Cursor{})
	return string(key), err
}

// ListTeamMembers implements CampaignService.
func (s *Service) ListTeamMembers(ctx context.Context, req *campaignv1.ListTeamMembersRequest) (*campaignv1.ListTeamMembersResponse, error) {
	teamID, err := id.Parse("team_id", req.GetTeamId())
	if err != nil {
		return nil, err
	}
	list := "members/" + teamID.String()
	after, err := s.pages.Open(list, req.GetPageToken(), page.Cursor{Time: time.Unix(0, 0)})
	if err != nil {
		return nil, err
	}
	team, err := openTeam(s.q.FindTeam(ctx, s.db.Reader(ctx), teamID))
	if err != nil {
		return nil, err
	}
	size := int(page.Size(req.GetPageSize()))
	rows, err := s.q.ListTeamMembers(ctx, s.db.Reader(ctx), campaigndb.ListTeamMembersParams{
		TeamID: teamID, After: after.Time, AfterID: after.ID, PageLimit: int32(size) + 1, //nolint:gosec // a page size
	})
	if err != nil {
		return nil, err
	}
	res := &campaignv1.ListTeamMembersResponse{}
	if len(rows) > size {
		rows = rows[:size]
		last := rows[size-1]
		res.NextPageToken = s.pages.Seal(list, page.Cursor{Time: last.JoinedAt, ID: last.UserID})
	}
	res.Members, err = s.members(ctx, team, rows)
	return res, err
}

// members are people as others see them; of those whose account is gone the id is
// left.
func (s *Service) members(ctx context.Context, team campaigndb.CampaignTeam, rows []campaigndb.ListTeamMembersRow) ([]*campaignv1.Member, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = row.UserID.String()
	}
	res, err := s.users.HydrateUsers(ctx, &userv1.HydrateUsersRequest{UserIds: ids})
	if err != nil {
		return nil, err
	}
	found := make(map[string]*userv1.User, len(ids))
	for _, u := range res.GetUsers() {
		found[u.GetId()] = u
	}
	members := make([]*campaignv1.Member, len(rows))
	for i, row := range rows {
		u := found[ids[i]]
		if u == nil {
			u = &userv1.User{Id: ids[i]}
		}
		members[i] = &campaignv1.Member{User: u, JoinedAt: timestamppb.New(row.JoinedAt), Captain: row.UserID == team.CaptainID}
	}
	return members, nil
}
