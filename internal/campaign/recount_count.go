package campaign

import (
	"context"
	"fmt"
)

// recountPeople compares how many take part, are in teams, and how many teams there
// are with what is stored of them, and reports each difference.
func (s *Service) recountPeople(ctx context.Context, report func(string)) (int, error) {
	campaigns, err := s.q.ListCampaignMiscounts(ctx, s.db.Primary(ctx))
	if err != nil {
		return 0, err
	}
	for _, c := range campaigns {
		report(fmt.Sprintf("campaign %s: %d participants and %d teams are stored, %d and %d counted", c.ID, c.Participants, c.Teams, c.ParticipantsCounted, c.TeamsCounted))
	}
	teams, err := s.q.ListTeamMiscounts(ctx, s.db.Primary(ctx))
	for _, t := range teams {
		report(fmt.Sprintf("team %s: %d members are stored, %d counted", t.ID, t.Members, t.Counted))
	}
	return len(campaigns) + len(teams), err
}
