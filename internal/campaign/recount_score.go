package campaign

import (
	"cmp"
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/campaigndb"
	"github.com/throng-social/throng/internal/campaign/score"
)

// recountPage is how many facts or scores are read at once.
const recountPage = 10_000

// definition is what the boards of a position ought to be.
type definition struct {
	position int64
	full     *score.Full
}

// scores holds the boards to the definition, at the last position and at some
// before it. Facts are read once, person by person: no more of them is kept than
// one person's.
func (r *recount) scores(ctx context.Context) error {
	c, err := r.s.q.GetCounted(ctx, r.tx, r.campaign)
	if err != nil {
		return err
	}
	rules := scoreRules(c.Scoring, c.Points, c.DailyCap)
	var definitions []definition
	for i := range int64(recountedPositions) {
		at := c.Position * (i + 1) / recountedPositions
		if at > 0 && (len(definitions) == 0 || at > definitions[len(definitions)-1].position) {
			definitions = append(definitions, definition{at, score.NewFull(rules)})
		}
	}
	if err := r.define(ctx, definitions); err != nil {
		return err
	}
	for i, d := range definitions {
		last := i == len(definitions)-1
		if err := r.compare(ctx, d, last); err != nil {
			return err
		}
	}
	if len(definitions) == 0 {
		return r.compare(ctx, definition{0, score.NewFull(rules)}, true)
	}
	return nil
}

// define adds each person's history to all definitions.
func (r *recount) define(ctx context.Context, definitions []definition) error {
	if len(definitions) == 0 {
		return nil
	}
	var history []score.Fact
	add := func() {
		for _, d := range definitions {
			n, _ := slices.BinarySearchFunc(history, d.position+1, func(f score.Fact, p int64) int { return cmp.Compare(f.Position, p) })
			d.full.Add(history[:n])
		}
		history = history[:0]
	}
	page := campaigndb.ListHistoriesParams{CampaignID: r.campaign, Most: recountPage}
	for more := true; more; {
		rows, err := r.s.q.ListHistories(ctx, r.tx, page)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if len(history) > 0 && history[0].User != row.UserID {
				add()
			}
			history = append(history, toFact(factRow(row)))
			page.AfterUserID, page.AfterPosition, page.AfterID = row.UserID, row.Position, row.ID
		}
		more = len(rows) == recountPage
	}
	add()
	return nil
}

// compare goes through what is stored of a position and strikes it from what is
// defined. What is left then is missing.
func (r *recount) compare(ctx context.Context, d definition, last bool) error {
	defined, start := d.full.Scores(), r.found
	differ := func(scope int16, subject uuid.UUID, stored, counted int64) {
		if r.found < start+mostDifferences {
			r.differf("position %d: %s: %d stored, %d counted", d.position, scoreName(scope, subject), stored, counted)
		}
	}
	read := r.scoresAt(d.position)
	if last {
		read = r.scoresNow
	}
	err := eachPage(ctx, read, func(s campaigndb.ListScoresRow) {
		key := score.Key{Scope: score.Scope(s.Scope), Subject: s.SubjectID}
		if defined[key] != s.Score {
			differ(s.Scope, s.SubjectID, s.Score, defined[key])
		}
		delete(defined, key)
	})
	for key, counted := range defined {
		differ(int16(key.Scope), key.Subject, 0, counted)
	}
	return err
}

// scorePlace is behind which score a page begins.
type scorePlace struct {
	scope   int16
	subject uuid.UUID
}

// readScores reads a page of scores behind a place, by scope and subject.
type readScores func(ctx context.Context, after scorePlace) ([]campaigndb.ListScoresRow, error)

func (r *recount) scoresNow(ctx context.Context, after scorePlace) ([]campaigndb.ListScoresRow, error) {
	return r.s.q.ListScores(ctx, r.tx, campaigndb.ListScoresParams{CampaignID: r.campaign, AfterScope: after.scope, AfterID: after.subject, Most: recountPage})
}

func (r *recount) scoresAt(position int64) readScores {
	return func(ctx context.Context, after scorePlace) ([]campaigndb.ListScoresRow, error) {
		rows, err := r.s.q.ListScoresAt(ctx, r.tx, campaigndb.ListScoresAtParams{
			CampaignID: r.campaign, AfterScope: after.scope, AfterID: after.subject, Upto: position, Most: recountPage,
		})
		scores := make([]campaigndb.ListScoresRow, len(rows))
		for i, row := range rows {
			scores[i] = campaigndb.ListScoresRow(row)
		}
		return scores, err
	}
}

func eachPage(ctx context.Context, read readScores, do func(campaigndb.ListScoresRow)) error {
	for after := (scorePlace{}); ; {
		rows, err := read(ctx, after)
		if err != nil {
			return err
		}
		for _, row := range rows {
			do(row)
			after = scorePlace{row.Scope, row.SubjectID}
		}
		if len(rows) < recountPage {
			return nil
		}
	}
}
