package rush

import (
	"github.com/google/uuid"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/lab/load"
)

// checkBoard says what is wrong with a part of a board of teams: it is to be live,
// ranked without gaps by scores that do not rise, complete unless it is around
// somebody, and not older than what the reader has seen.
func checkBoard(res *campaignv1.GetLeaderboardResponse, around bool, seen int64) error {
	list := res.GetStandings()
	switch {
	case res.GetFrozen() || res.GetFinal():
		return load.Wrong("the board is frozen or final")
	case res.GetPosition() < seen:
		return load.Wrong("the board is at %d, and was at %d before", res.GetPosition(), seen)
	case !around && int64(len(list)) != min(pageSize, res.GetSize()), len(list) > pageSize:
		return load.Wrong("%d of %d places are shown", len(list), res.GetSize())
	case len(list) > 0 && (list[0].GetRank() < 1 || !around && list[0].GetRank() != 1):
		return load.Wrong("the first rank is %d", list[0].GetRank())
	}
	return checkRanks(list)
}

// checkRanks says what is wrong with places that follow one another.
func checkRanks(list []*campaignv1.Standing) error {
	there := map[string]bool{}
	for i, s := range list {
		if s.GetScoreMicros() <= 0 || i > 0 && (s.GetRank() != list[i-1].GetRank()+1 || s.GetScoreMicros() > list[i-1].GetScoreMicros()) {
			return load.Wrong("rank %d has %d millionths", s.GetRank(), s.GetScoreMicros())
		}
		if id := s.GetTeam().GetId(); id == "" || there[id] {
			return load.Wrong("rank %d is team %q again, or nobody's", s.GetRank(), id)
		}
		there[s.GetTeam().GetId()] = true
	}
	return nil
}

// checkTeam says what is wrong with a team that somebody is in now.
func checkTeam(t *campaignv1.Team, campaign, id, name string) error {
	if t.GetId() == "" || t.GetId() != id || t.GetName() == "" || t.GetName() != name || t.GetCampaignId() != campaign || t.GetMemberCount() < 1 {
		return load.Wrong("the team is another: %v", t)
	}
	return nil
}

// checkCheckIn says what is wrong with an acknowledged check-in, and answers its id.
func checkCheckIn(c *campaignv1.CheckIn, campaign string, user uuid.UUID, text string) (uuid.UUID, error) {
	made, err := uuid.Parse(c.GetId())
	if err != nil || c.GetCampaignId() != campaign || c.GetUser().GetId() != user.String() || c.GetText() != text {
		return made, load.Wrong("the check-in is another: %v", c)
	}
	return made, nil
}
