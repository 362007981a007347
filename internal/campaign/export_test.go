package campaign

import (
	"context"
	"time"

	"github.com/throng-social/throng/gen/db/campaigndb"
)

// What tests look at from outside.
var (
	TagOf    = tagOf
	TeamName = teamName
	NameKey  = nameKey
)

// SetEraseBudget makes erasures make way sooner, or later.
func (s *Service) SetEraseBudget(d time.Duration) { s.eraseBudget = d }

// RecountPeople is the part of a recount that is about people and teams.
func (s *Service) RecountPeople(ctx context.Context, report func(string)) (int, error) {
	return s.recountPeople(ctx, report)
}

// FrozenSince is since when a campaign's boards are frozen.
func FrozenSince(c campaigndb.Campaign, now time.Time) *time.Time {
	return frozenSince(&c, now)
}

// Recoded is a campaign as a process reads it that another one has cached.
func Recoded(c campaigndb.Campaign, participants, teams int64) (row campaigndb.Campaign, readParticipants, readTeams int64, err error) {
	raw, err := encode(&known{Campaign: c, participants: participants, teams: teams})
	if err != nil {
		return row, 0, 0, err
	}
	k, err := decode(raw)
	if err != nil {
		return row, 0, 0, err
	}
	return k.Campaign, k.participants, k.teams, nil
}
