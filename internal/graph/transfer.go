package graph

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Transfers take all that a store keeps to another store. Nobody writes to either of
// them meanwhile, which is for the caller to see to.
type Transfers interface {
	// Export answers what is kept after a place, some most rows, and the place after
	// them; "" is the beginning, and next is "" at the end. Each row comes once, and a
	// page may be empty though others follow. It sees all that was committed before.
	Export(ctx context.Context, place string, most int) (e Extract, next string, err error)
	// Import keeps rows as they are, over others of the same key, and announces nothing.
	// After an error some may be kept; the same rows again complete it, and change nothing
	// where they are complete. Counts are those of the accounts in it: with all pages of
	// an export they are what they were.
	Import(ctx context.Context, e Extract) error
	// Totals counts what is kept.
	Totals(ctx context.Context) (Totals, error)
	// Clear removes some of what is kept, and tells whether there may be more.
	Clear(ctx context.Context) (more bool, err error)
}

// Extract is a part of what a store keeps.
type Extract struct {
	Accounts []Account
	Follows  []DatedEdge
	Blocks   []DatedBlock
}

// Rows is how many rows it has.
func (e Extract) Rows() int { return len(e.Accounts) + len(e.Follows) + len(e.Blocks) }

// Account is what is kept of one beside its follows and blocks.
type Account struct {
	Counts

	ID uuid.UUID
	// Gone says that it gets no new ones, ever.
	Gone bool
}

// DatedEdge is a follow and when it began, in whole microseconds.
type DatedEdge struct {
	Edge

	Since time.Time
}

// DatedBlock is a block and when it was made, in whole microseconds.
type DatedBlock struct {
	Block

	Since time.Time
}

// Totals count what a store keeps. Connected are the accounts with follows.
type Totals struct{ Accounts, Connected, Gone, Follows, Blocks int64 }

// Rows is how many rows an export has.
func (t Totals) Rows() int64 { return t.Accounts + t.Follows + t.Blocks }

// Each goes through the counts by what they count.
func (t Totals) Each(yield func(what string, n int64) bool) {
	_ = yield("accounts", t.Accounts) && yield("accounts with follows", t.Connected) && yield("accounts that are gone", t.Gone) &&
		yield("follows", t.Follows) && yield("blocks", t.Blocks)
}
