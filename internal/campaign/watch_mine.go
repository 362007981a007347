package campaign

import (
	"cmp"
	"context"
	"log/slog"
	"slices"

	"github.com/throng-social/throng/gen/db/campaigndb"
	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/id"
)

// regain reads the viewer's teams, if they may have changed, and answers those that
// became his or ceased to be. While they cannot be read it keeps the old ones.
func (w *watcher) regain(ctx context.Context) (changed []string) {
	if !w.moved {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	// A move that the streams were told of must not be missed, which a replica may not
	// have yet.
	s := w.hub.service
	teams, err := s.q.ListTeamsOfWatcher(ctx, s.db.Primary(ctx), campaigndb.ListTeamsOfWatcherParams{CampaignID: w.audience.campaign, UserID: w.user})
	if err != nil {
		s.log.WarnContext(ctx, "cannot read the teams of who watches a board", slog.Any("error", err))
		return nil
	}
	before, mine := w.mine, id.Strings(teams)
	w.moved, w.mine = false, mine
	lost := slices.DeleteFunc(slices.Clone(before), func(team string) bool { return slices.Contains(mine, team) })
	return append(lost, slices.DeleteFunc(slices.Clone(mine), func(team string) bool { return slices.Contains(before, team) })...)
}

// regained are the places of those that changed hands which a message does not have
// anyway.
func (w *watcher) regained(m *campaignv1.WatchLeaderboardResponse, now *shown, changed []string) (own []*campaignv1.Standing) {
	if len(changed) == 0 {
		return nil
	}
	for _, st := range now.first(w.top) {
		if slices.Contains(changed, subjectOf(st)) && !slices.Contains(m.GetStandings(), st) {
			own = append(own, st)
		}
	}
	return own
}

func (w *watcher) isMine(st *campaignv1.Standing) bool {
	return len(w.mine) > 0 && slices.Contains(w.mine, subjectOf(st))
}

// marked is a message with own places added to it, and the viewer's marked. The
// message that it is made of is everybody's and stays as it is.
func (w *watcher) marked(m *campaignv1.WatchLeaderboardResponse, own []*campaignv1.Standing) *campaignv1.WatchLeaderboardResponse {
	all := slices.Concat(m.GetStandings(), own)
	slices.SortFunc(all, func(a, b *campaignv1.Standing) int { return cmp.Compare(a.GetRank(), b.GetRank()) })
	for i, st := range all {
		if w.isMine(st) {
			all[i] = &campaignv1.Standing{Rank: st.GetRank(), ScoreMicros: st.GetScoreMicros(), ReachedAt: st.GetReachedAt(), Who: st.GetWho(), Mine: true}
		}
	}
	return &campaignv1.WatchLeaderboardResponse{
		Snapshot: m.GetSnapshot(), Standings: all, GoneIds: m.GetGoneIds(), Size: m.GetSize(), Position: m.GetPosition(), CountedAt: m.GetCountedAt(),
		Frozen: m.GetFrozen(), Final: m.GetFinal(), ResumeToken: m.GetResumeToken(),
	}
}

// subjectOf is the id of who has a place.
func subjectOf(st *campaignv1.Standing) string {
	if team := st.GetTeam(); team != nil {
		return team.GetId()
	}
	return st.GetUser().GetId()
}
