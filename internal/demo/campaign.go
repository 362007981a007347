package demo

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	throng "github.com/throng-social/throng/sdk/go"
)

const day = 24 * time.Hour

// teams are those of the running campaign, captains first.
var teams = []struct {
	key, name string
	members   []string
}{
	{"demo-team-boathouse", "Boathouse Regulars", []string{"ben", Operator}},
	{"demo-team-crumbs", "Crumbs", []string{"chloe"}},
	{"demo-team-spare-parts", "Spare Parts", []string{"dev"}},
}

// checkIns are said in the running campaign, in this order.
var checkIns = []struct{ handle, text string }{
	{"ben", "7 km before work. Two herons, no photograph worth showing."},
	{"chloe", "Flour delivery by bicycle, both ways uphill."},
	{"dev", "Tested a rear wheel for an hour. It holds."},
	{Operator, "Round the park, twice, without looking at a dashboard."},
	{"ben", "Again, in the rain, for the team."},
	{"dev", "Rode home the long way."},
}

// compete runs two campaigns at a place, and lets the others take part in the one that
// runs.
func compete(ctx context.Context, organizer *throng.Client, where string, clients map[string]*throng.Client) error {
	running, err := organize(ctx, organizer, where)
	if err != nil {
		return err
	}
	if err := gather(ctx, running, clients); err != nil {
		return err
	}
	return checkIn(ctx, running, clients)
}

// organize announces both campaigns and answers the running one. Those of a start that
// was interrupted are found again: their times are not those of now.
func organize(ctx context.Context, organizer *throng.Client, where string) (running string, err error) {
	before, err := organizer.Campaigns.ListCampaigns(ctx, &campaignv1.ListCampaignsRequest{})
	if err != nil {
		return "", err
	}
	for _, c := range campaigns(time.Now()) {
		made := before.GetCampaigns()
		if i := slices.IndexFunc(made, func(old *campaignv1.Campaign) bool { return old.GetTag() == c.GetTag() }); i >= 0 {
			running = cmp.Or(running, made[i].GetId())
			continue
		}
		c.LocationId = where
		res, err := organizer.Campaigns.CreateCampaign(ctx, c)
		if err != nil {
			return "", err
		}
		running = cmp.Or(running, res.GetCampaign().GetId())
	}
	return running, nil
}

// campaigns are those of the community, the running one first.
func campaigns(now time.Time) []*campaignv1.CreateCampaignRequest {
	now = now.Truncate(time.Hour)
	at := func(d time.Duration) *timestamppb.Timestamp { return timestamppb.New(now.Add(d)) }
	return []*campaignv1.CreateCampaignRequest{{
		Title:    "A week outside",
		Text:     "Run, ride or walk, and say so. Ten points each time, three times a day at most; the best team gets breakfast.",
		TimeZone: "Europe/Berlin", Tag: "weekoutside",
		StartsAt: at(-3 * day), EndsAt: at(4 * day), FreezesAt: at(4*day - 12*time.Hour),
		Rules: &campaignv1.Rules{
			TeamSize: 5, TeamsPerPerson: 1, CheckInsPerDay: 10,
			Scoring: &campaignv1.Rules_Points{Points: &campaignv1.Points{PerCheckIn: 10, DailyCap: 30}},
		},
		IdempotencyKey: "demo-campaign-running",
	}, {
		Title:    "All at once",
		Text:     "A weekend for teams that bring new people, and that arrive together.",
		TimeZone: "Europe/Berlin", Tag: "allatonce",
		StartsAt: at(6 * day), EndsAt: at(8 * day),
		Rules: &campaignv1.Rules{
			TeamSize: 20, TeamsPerPerson: 2, TeamNeeded: true,
			Scoring: &campaignv1.Rules_Togetherness{Togetherness: &campaignv1.Togetherness{}},
		},
		IdempotencyKey: "demo-campaign-upcoming",
	}}
}

// gather makes the teams of a campaign.
func gather(ctx context.Context, campaignID string, clients map[string]*throng.Client) error {
	for _, t := range teams {
		teamID := ""
		for _, handle := range t.members {
			c := clients[handle].Campaigns
			_, err := c.JoinCampaign(ctx, &campaignv1.JoinCampaignRequest{CampaignId: campaignID, ReturningCustomer: handle == Operator})
			if err != nil {
				return err
			}
			if teamID != "" {
				if _, err := c.JoinTeam(ctx, &campaignv1.JoinTeamRequest{TeamId: teamID}); err != nil {
					return err
				}
				continue
			}
			made, err := c.CreateTeam(ctx, &campaignv1.CreateTeamRequest{CampaignId: campaignID, Name: t.name, IdempotencyKey: t.key})
			if err != nil {
				return err
			}
			teamID = made.GetTeam().GetId()
		}
	}
	return nil
}

// checkIn lets people check in.
func checkIn(ctx context.Context, campaignID string, clients map[string]*throng.Client) error {
	for i, c := range checkIns {
		_, err := clients[c.handle].Campaigns.CheckIn(ctx, &campaignv1.CheckInRequest{
			CampaignId: campaignID, Text: c.text, IdempotencyKey: fmt.Sprintf("demo-check-in-%d", i),
		})
		if err != nil {
			return err
		}
	}
	return nil
}
