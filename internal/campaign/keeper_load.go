package campaign

import (
	"context"
	"math"
	"slices"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/campaigndb"
	"github.com/throng-social/throng/internal/campaign/board"
	"github.com/throng-social/throng/internal/postgres"
)

const (
	// mostChanges is how many changes are followed one by one; behind more of them a
	// board is loaded.
	mostChanges = 100_000
	// stepSize is how many changes make a step, unless one position has more: in Redis
	// all readers wait for a step, a few microseconds for each of its changes.
	stepSize = 250
	// loadPage is how many scores are read by one statement.
	loadPage = 50_000
)

// follow takes a board on by the changes of scores, in steps from position to
// position.
func (k *keeper) follow(ctx context.Context, b board.Board, key board.Key, from, to int64) error {
	rows, err := k.q.ListBoardChanges(ctx, k.db.Reader(ctx), campaigndb.ListBoardChangesParams{
		CampaignID: key.Campaign, Scope: int16(key.Scope), After: from, Upto: to, Most: mostChanges + 1,
	})
	if err != nil {
		return err
	}
	if len(rows) > mostChanges {
		return board.ErrTooMany
	}
	for _, s := range steps(rows, to) {
		if err := b.Apply(ctx, key, from, s.to, s.changes); err != nil {
			return err
		}
		from = s.to
	}
	return nil
}

// step is what leads to a position.
type step struct {
	to      int64
	changes []board.Entry
}

// steps cuts changes, which ascend by position, between positions. The last step
// leads to where all of them are behind.
func steps(rows []campaigndb.ListBoardChangesRow, to int64) []step {
	var list []step
	var changes []board.Entry
	for i, row := range rows {
		if i > 0 && rows[i-1].Position != row.Position && len(changes) >= stepSize {
			list = append(list, step{rows[i-1].Position, latest(changes)})
			changes = nil
		}
		changes = append(changes, board.Entry(row))
	}
	return append(list, step{to, latest(changes)})
}

// latest keeps the last change of each subject.
func latest(changes []board.Entry) []board.Entry {
	seen := make(map[uuid.UUID]struct{}, len(changes))
	kept := make([]board.Entry, 0, len(changes))
	for _, e := range slices.Backward(changes) {
		if _, ok := seen[e.SubjectID]; !ok {
			seen[e.SubjectID] = struct{}{}
			kept = append(kept, e)
		}
	}
	return kept
}

// load makes a board of the scores as they were at a position, which may be the
// present one.
func (k *keeper) load(ctx context.Context, b board.Board, key board.Key, at int64) error {
	turn := k.loads
	if key.At != 0 {
		turn = k.pastLoads
	}
	select {
	case turn <- struct{}{}:
		defer func() { <-turn }()
	case <-ctx.Done():
		return postgres.Fault(ctx.Err())
	}
	var parts [][]board.Entry
	err := k.db.InSnapshot(ctx, func(tx postgres.Tx) (err error) {
		parts, err = k.scores(ctx, tx, key, at)
		return err
	})
	if err != nil {
		return err
	}
	return b.Load(ctx, key, at, slices.Concat(parts...))
}

// scores are those that a board has at a position. Most are as they are now; those
// that have changed since, and such that are gone, are among the changes.
func (k *keeper) scores(ctx context.Context, tx postgres.Tx, key board.Key, at int64) ([][]board.Entry, error) {
	parts, err := inPages(func(after uuid.UUID) ([]campaigndb.ListBoardScoresRow, error) {
		return k.q.ListBoardScores(ctx, tx, campaigndb.ListBoardScoresParams{CampaignID: key.Campaign, Scope: int16(key.Scope), Upto: at, AfterID: after, Most: loadPage})
	}, func(row campaigndb.ListBoardScoresRow) board.Entry { return board.Entry(row) })
	if err != nil {
		return nil, err
	}
	now, err := k.q.FindBoardPosition(ctx, tx, key.Campaign)
	if err != nil || now == at {
		return parts, err
	}
	back, err := inPages(func(after uuid.UUID) ([]campaigndb.ListBoardScoresBackRow, error) {
		return k.q.ListBoardScoresBack(ctx, tx, campaigndb.ListBoardScoresBackParams{CampaignID: key.Campaign, Scope: int16(key.Scope), Upto: at, AfterID: after, Most: loadPage})
	}, func(row campaigndb.ListBoardScoresBackRow) board.Entry { return board.Entry(row) })
	for i := range back {
		back[i] = slices.DeleteFunc(back[i], func(e board.Entry) bool { return e.Score == 0 })
	}
	return append(parts, back...), err
}

// inPages reads all rows by their subjects.
func inPages[Row any](read func(after uuid.UUID) ([]Row, error), entry func(Row) board.Entry) (parts [][]board.Entry, err error) {
	for after, n := (uuid.UUID{}), math.MaxInt; n >= loadPage; {
		rows, err := read(after)
		if err != nil {
			return nil, err
		}
		part := make([]board.Entry, len(rows))
		for i, row := range rows {
			part[i] = entry(row)
		}
		if n = len(rows); n > 0 {
			after = part[n-1].SubjectID
			parts = append(parts, part)
		}
	}
	return parts, nil
}
