package campaign

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/campaigndb"
	"github.com/throng-social/throng/internal/campaign/score"
	"github.com/throng-social/throng/internal/postgres"
)

const (
	campaignsPage = 100
	// mostDifferences is how many of one kind are reported for a campaign.
	mostDifferences = 1000
	// recountedPositions is at how many positions the boards of a campaign are compared
	// with the definition, the last among them.
	recountedPositions = 4
)

// Recount compares all boards, those of some positions that have passed too, with
// the definition of scores over all facts that were counted; and facts with
// check-ins, memberships and counts. It reports each difference in a sentence, a
// thousand of a kind and campaign at most, changes nothing, and answers how many
// there are. A campaign is read from one moment, so counting may go on meanwhile.
func (s *Service) Recount(ctx context.Context, report func(diff string)) (int, error) {
	total := 0
	for after := uuid.Nil; ; {
		ids, err := s.q.ListCampaignsToRecount(ctx, s.db.Primary(ctx), campaigndb.ListCampaignsToRecountParams{AfterID: after, Most: campaignsPage})
		if err != nil || len(ids) == 0 {
			return total, err
		}
		for _, campaign := range ids {
			err := s.db.InSnapshot(ctx, func(tx postgres.Tx) error {
				if err := s.q.AllowLongRecount(ctx, tx); err != nil {
					return err
				}
				r := &recount{s: s, tx: tx, campaign: campaign, report: report}
				err := r.run(ctx)
				total += r.found
				return err
			})
			if err != nil {
				return total, err
			}
		}
		after = ids[len(ids)-1]
	}
}

// recount is that of one campaign, in one snapshot.
type recount struct {
	s        *Service
	tx       postgres.Tx
	campaign uuid.UUID
	report   func(string)
	found    int
}

func (r *recount) run(ctx context.Context) error {
	for _, check := range []func(context.Context) error{r.scores, r.changes, r.counts, r.memberships, r.checkIns} {
		if err := check(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (r *recount) differf(format string, args ...any) {
	r.found++
	r.report(fmt.Sprintf("campaign %s: ", r.campaign) + fmt.Sprintf(format, args...))
}

// scoreName says what a score is of.
func scoreName(scope int16, subject uuid.UUID) string {
	if score.Scope(scope) == score.Teams {
		return "team " + subject.String()
	}
	return "member " + subject.String()
}

// changes holds the boards to the last change of each score.
func (r *recount) changes(ctx context.Context) error {
	rows, err := r.s.q.ListScoresUnlikeChanges(ctx, r.tx, campaigndb.ListScoresUnlikeChangesParams{CampaignID: r.campaign, Most: mostDifferences})
	for _, d := range rows {
		r.differf("%s: the board is not as its last change left it", scoreName(d.Scope, d.SubjectID))
	}
	return err
}

func (r *recount) counts(ctx context.Context) error {
	rows, err := r.s.q.ListMiscounted(ctx, r.tx, campaigndb.ListMiscountedParams{CampaignID: r.campaign, Most: mostDifferences})
	for _, d := range rows {
		r.differf("%s: %d stored, %d counted", d.What, d.Stored, d.Counted)
	}
	return err
}

func (r *recount) memberships(ctx context.Context) error {
	rows, err := r.s.q.ListFalseMemberships(ctx, r.tx, campaigndb.ListFalseMembershipsParams{CampaignID: r.campaign, Most: mostDifferences})
	for _, d := range rows {
		if d.Stored {
			r.differf("%s is stored as a member of team %s, and not by the facts", d.UserID, d.TeamID)
		} else {
			r.differf("%s is a member of team %s by the facts, and is not stored", d.UserID, d.TeamID)
		}
	}
	return err
}

func (r *recount) checkIns(ctx context.Context) error {
	rows, err := r.s.q.ListFalseFacts(ctx, r.tx, campaigndb.ListFalseFactsParams{CampaignID: r.campaign, Most: mostDifferences})
	for _, d := range rows {
		if d.Stored {
			r.differf("check-in %s, withdrawn %d times, has %d facts of it and %d of a withdrawal", d.CheckInID, d.Withdrawn, d.FactsMade, d.FactsWithdrawn)
		} else {
			r.differf("check-in %s is not stored so, and has %d facts of it and %d of a withdrawal", d.CheckInID, d.FactsMade, d.FactsWithdrawn)
		}
	}
	return err
}
