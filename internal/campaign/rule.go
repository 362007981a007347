package campaign

import (
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/throng-social/throng/gen/db/campaigndb"
	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/fault"
)

// How the table names scoring rules.
const (
	scoringPoints       int16 = 1
	scoringTogetherness int16 = 2
)

// What stands for a rule of 0.
const (
	defaultTeamSize       = 10
	defaultTeamsPerPerson = 1
	defaultCheckInsPerDay = 10
	defaultPoints         = 1
)

// setRules writes the rules of a request into a campaign.
func setRules(c *campaigndb.Campaign, r *campaignv1.Rules) {
	c.TeamSize = orElse(r.GetTeamSize(), defaultTeamSize)
	c.TeamsPerPerson = orElse(r.GetTeamsPerPerson(), defaultTeamsPerPerson)
	c.CheckInsPerDay = orElse(r.GetCheckInsPerDay(), defaultCheckInsPerDay)
	c.TeamNeeded = r.GetTeamNeeded()
	if r.GetTogetherness() != nil {
		c.Scoring, c.Points, c.DailyCap = scoringTogetherness, 0, 0
		return
	}
	c.Scoring, c.Points, c.DailyCap = scoringPoints, orElse(r.GetPoints().GetPerCheckIn(), defaultPoints), r.GetPoints().GetDailyCap()
}

func orElse(n, instead int32) int32 {
	if n == 0 {
		return instead
	}
	return n
}

// rulesOf are a campaign's rules as messages carry them.
func rulesOf(c *campaigndb.Campaign) *campaignv1.Rules {
	r := &campaignv1.Rules{
		TeamSize: c.TeamSize, TeamsPerPerson: c.TeamsPerPerson, CheckInsPerDay: c.CheckInsPerDay, TeamNeeded: c.TeamNeeded,
		Scoring: &campaignv1.Rules_Togetherness{Togetherness: &campaignv1.Togetherness{}},
	}
	if c.Scoring == scoringPoints {
		r.Scoring = &campaignv1.Rules_Points{Points: &campaignv1.Points{PerCheckIn: c.Points, DailyCap: c.DailyCap}}
	}
	return r
}

// checkWindow refuses times that are out of order.
func checkWindow(c *campaigndb.Campaign) error {
	switch {
	case !c.EndsAt.After(c.StartsAt), c.EndsAt.Sub(c.StartsAt) > longest:
		return fault.InField("ends_at", "window", "a campaign ends after it starts, and a year later at most")
	case c.FreezesAt != nil && (!c.FreezesAt.After(c.StartsAt) || !c.FreezesAt.Before(c.EndsAt)):
		return fault.InField("freezes_at", "window", "boards freeze between start and end")
	}
	return nil
}

// checkZone refuses what is no time zone that everybody knows.
func checkZone(name string) error {
	if _, err := time.LoadLocation(name); err != nil || name == "" || name == "Local" {
		return fault.InField("time_zone", "time_zone_unknown", "there is no time zone of that name")
	}
	return nil
}

const (
	longestTag  = 40
	shortestTag = 2
)

// tagOf makes a tag of a title: its letters without their marks, and its digits,
// with one `_` for whatever is between them.
func tagOf(title string) string {
	var b strings.Builder
	gap := false
	for _, r := range norm.NFKD.String(strings.ToLower(title)) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case (r < 'a' || r > 'z') && (r < '0' || r > '9'):
			gap = b.Len() > 0
		default:
			if gap {
				b.WriteByte('_')
			}
			b.WriteRune(r)
			gap = false
		}
	}
	tag := b.String()
	if len(tag) > longestTag {
		tag = strings.TrimRight(tag[:longestTag], "_")
	}
	if len(tag) < shortestTag {
		return "campaign"
	}
	return tag
}
