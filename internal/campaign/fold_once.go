package campaign

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/campaigndb"
	"github.com/throng-social/throng/internal/campaign/score"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/postgres"
)

const (
	// foldMost is how many facts one fold takes at most.
	foldMost = 10_000
	// hintTime bounds how long it is told to the others that a board has moved.
	hintTime = time.Second
)

var (
	errElsewhere    = errors.New("another process counts this campaign")
	errRulesChanged = errors.New("the rules are not those that the state was made by")
	errBegunTwice   = errors.New("a fold was begun a second time: its state has taken the facts of the first")
)

// fold counts what a campaign has at this moment, at most foldMost facts, and answers
// how many they were. Facts, scores and the position that names them are committed
// together. The state in memory has taken the facts before that is known, so it
// is kept only after a commit: whatever else happens, the next fold makes it anew.
func (s *Service) fold(ctx context.Context, campaign uuid.UUID) (int, error) {
	state, err := s.stateOf(ctx, campaign)
	if err != nil {
		return 0, err
	}
	n, begun := 0, false
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		if begun {
			return errBegunTwice
		}
		begun = true
		if err := s.lockBoard(ctx, tx, campaign, state); err != nil {
			return err
		}
		n, err = s.takeFacts(ctx, tx, campaign, state)
		return err
	})
	switch {
	case errors.Is(err, errElsewhere):
		s.folding.states.put(campaign, state)
		return 0, nil
	case errors.Is(err, errRulesChanged):
		return 0, nil
	case err != nil:
		return 0, err
	}
	s.folding.states.put(campaign, state)
	if n > 0 {
		s.folding.facts.Add(int64(n))
		s.folding.folds.Add(1)
		s.hint(ctx, campaign, state.position)
	}
	return n, nil
}

// lockBoard makes this the only fold of the campaign and brings the state to where
// the board stands, if another process has counted meanwhile.
func (s *Service) lockBoard(ctx context.Context, tx postgres.Tx, campaign uuid.UUID, state *folded) error {
	b, err := s.q.LockBoard(ctx, tx, campaign)
	switch {
	case fault.Is(err, fault.NotFound):
		return errElsewhere
	case err != nil:
		return err
	case state.Rules() != scoreRules(b.Scoring, b.Points, b.DailyCap):
		return errRulesChanged
	}
	return s.catchUp(ctx, tx, campaign, state, b.Position)
}

// takeFacts gives the next position to all facts that have none and stores what they
// change.
func (s *Service) takeFacts(ctx context.Context, tx postgres.Tx, campaign uuid.UUID, state *folded) (int, error) {
	position := state.position + 1
	rows, err := s.q.TakeFacts(ctx, tx, campaigndb.TakeFactsParams{CampaignID: campaign, Position: position, Most: foldMost})
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	facts := make([]score.Fact, len(rows))
	for i, r := range rows {
		facts[i] = toFact(factRow(r))
	}
	slices.SortFunc(facts, func(a, b score.Fact) int { return cmp.Compare(a.ID, b.ID) })
	changes := state.Apply(facts)
	state.position = position
	return len(facts), s.storeScores(ctx, tx, campaign, position, changes)
}

func (s *Service) storeScores(ctx context.Context, tx postgres.Tx, campaign uuid.UUID, position int64, changes []score.Change) error {
	all := campaigndb.AddScoreChangesParams{CampaignID: campaign, Position: position}
	gone := campaigndb.DeleteScoresParams{CampaignID: campaign}
	for _, c := range changes {
		all.Scopes = append(all.Scopes, int16(c.Scope))
		all.SubjectIds = append(all.SubjectIds, c.Subject)
		all.Scores = append(all.Scores, c.Score)
		all.FactIds = append(all.FactIds, c.Fact)
		if c.Score == 0 {
			gone.Scopes = append(gone.Scopes, int16(c.Scope))
			gone.SubjectIds = append(gone.SubjectIds, c.Subject)
		}
	}
	if len(changes) > 0 {
		if err := s.q.AddScoreChanges(ctx, tx, all); err != nil {
			return err
		}
		if err := s.q.PutScores(ctx, tx, campaigndb.PutScoresParams(all)); err != nil {
			return err
		}
	}
	if len(gone.Scopes) > 0 {
		if err := s.q.DeleteScores(ctx, tx, gone); err != nil {
			return err
		}
	}
	return s.q.MoveBoard(ctx, tx, campaigndb.MoveBoardParams{CampaignID: campaign, Position: position})
}

// hint tells the other processes that a board has moved. Whoever does not hear it
// looks for himself before long.
func (s *Service) hint(ctx context.Context, campaign uuid.UUID, position int64) {
	ctx, cancel := context.WithTimeout(ctx, hintTime)
	defer cancel()
	if err := s.bus.Publish(ctx, topicCounted, fmt.Sprintf("%s %d", campaign, position)); err != nil {
		s.log.DebugContext(ctx, "that a board has moved was not told", slog.Any("error", err))
	}
}

// factRow is a fact as all queries answer it.
type factRow = campaigndb.ListFactsRow

func toFact(r factRow) score.Fact {
	return score.Fact{
		ID: r.ID, Position: r.Position, Kind: score.Kind(r.Kind), User: r.UserID, Subject: r.SubjectID,
		Moment: r.Moment.UnixMicro(), Day: r.Day, Returning: r.ReturningCustomer,
	}
}

func scoreRules(scoring int16, points, dailyCap int32) score.Rules {
	return score.Rules{Scoring: score.Scoring(scoring), Points: int64(points), DailyCap: int64(dailyCap)}
}
