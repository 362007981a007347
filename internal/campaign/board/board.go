// Package board is the port to what ranks the teams or the people of a campaign: a
// list of entries in order that answers ranks and parts of itself without counting.
//
// A board is made of the scores in Postgres, follows them position by position, and
// is never the only copy: one that is lost, flushed or behind is loaded anew. At
// each position of a campaign it has one state, whoever made it, so boards of
// several processes agree.
//
// Two adapters keep boards: memory, in this process, and redisboard, in Redis for
// all processes. Both pass boardtest.
package board

import (
	"bytes"
	"cmp"
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/fault"
)

// Board keeps boards by their keys. It is safe for concurrent use.
type Board interface {
	// Position answers where a board stands. Like all others it answers ErrAbsent
	// where there is no such board or a part of it was lost, and ErrAway, which is
	// Unavailable, where what keeps boards cannot be reached.
	Position(ctx context.Context, k Key) (int64, error)
	// Load replaces a board by entries, in any order, of one position, unless it
	// stands further already. Entries have scores above 0 and subjects of their own.
	// The slice is the board's from then on.
	Load(ctx context.Context, k Key, position int64, entries []Entry) error
	// Apply takes a board from one position to a later one, all at once: each change
	// is the entry that its subject has then, a score of 0 where it has none; a
	// subject is named once. A board that stands elsewhere is left as it is, and
	// ErrElsewhere answered. More than MaxChanges are refused with ErrTooMany.
	Apply(ctx context.Context, k Key, from, to int64, changes []Entry) error
	// Read answers a part of a board, and the entries of subjects, all of one position.
	Read(ctx context.Context, k Key, q Query) (Answer, error)
}

// What a board answers in place of an answer.
var (
	ErrAbsent    = errors.New("board: it is not there")
	ErrElsewhere = errors.New("board: it stands at another position")
	ErrTooMany   = errors.New("board: too many changes for one step")
	ErrAway      = fault.New(fault.Unavailable, "boards_away", "leaderboards are unavailable at the moment")
)

// MaxChanges bounds a step, so that none stops all readers for long.
const MaxChanges = 10_000

// Scope is who is on a board, as the database writes it.
type Scope int16

// The scopes.
const (
	Teams   Scope = 1
	Members Scope = 2
)

// Key names a board.
type Key struct {
	Campaign uuid.UUID
	Scope    Scope
	// At is the position of a board that stays as it was there; 0 for the one that
	// follows the scores.
	At int64
}

// Entry is a score. The database's rows have the same form.
type Entry struct {
	// SubjectID is the team or the person.
	SubjectID uuid.UUID
	// Score in millionths.
	Score int64
	// Position is where the score was reached, by the fact FactID.
	Position, FactID int64
	// Reached is when, in microseconds since 1970. It has no part in the order.
	Reached int64
}

// Compare orders entries as a board does: by score, greatest first, then by who
// reached it first, then by subject.
func Compare(a, b Entry) int {
	switch {
	case a.Score != b.Score:
		return cmp.Compare(b.Score, a.Score)
	case a.Position != b.Position:
		return cmp.Compare(a.Position, b.Position)
	case a.FactID != b.FactID:
		return cmp.Compare(a.FactID, b.FactID)
	default:
		return bytes.Compare(a.SubjectID[:], b.SubjectID[:])
	}
}

// Query says what to read. Of After and Around one is set, or none for the top.
type Query struct {
	// N is how many entries at most; 0 for none.
	N int
	// After is a place: the part behind it, whether or not somebody has it now.
	After *Entry
	// Around are subjects: the part with the best of them in its middle, as far as
	// the board's ends allow; the top where none of them is on the board.
	Around []uuid.UUID
	// Find are subjects whose entries are to be answered.
	Find []uuid.UUID
	// Ranked says that their ranks are, too.
	Ranked bool
}

// Answer is what was read.
type Answer struct {
	// Position is the one of all that is answered.
	Position int64
	// Size is how many are on the board.
	Size int64
	// First is the rank of the first entry, from 1 on.
	First   int64
	Entries []Entry
	// Found are those of the subjects that are on the board, in the order asked for.
	Found []Found
}

// Found is the entry of a subject.
type Found struct {
	Entry

	// Rank is from 1 on; 0 where it was not asked for.
	Rank int64
}

// First is the first rank of a part of n entries with a rank in its middle.
func First(rank, n, size int64) int64 {
	n = max(n, 1)
	return max(1, min(rank-(n-1)/2, size-n+1))
}
