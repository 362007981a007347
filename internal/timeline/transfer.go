package timeline

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Transfers take what a store keeps to another store, as far as it is more than a
// cache: the policy, how often people post and look, who is pulled as a whole, and
// edges with the incarnation of their follow. What is written for readers stays behind.
// Nobody writes to either store meanwhile, which is for the caller to see to.
//
// So every timeline arrives cold. All its edges are pull, and its horizon is above
// everything: a state that promises nothing, in which a read pulls everybody, and from
// which the first look wakes the reader under whatever policy there is (wake.go).
type Transfers interface {
	// Export answers what is kept after a place, some most rows, and the place after
	// them; "" is the beginning, and next is "" at the end. Each row comes once, and a
	// page may be empty though others follow. It sees all that was committed before.
	// Authors whom nobody follows may be left out.
	Export(ctx context.Context, place string, most int) (e Extract, next string, err error)
	// Import keeps rows, over others of the same key, with edges that are pull and readers
	// who are cold, and sends no message. After an error some may be kept; the same rows
	// again complete it. Edges need their readers, which other pages may bring.
	Import(ctx context.Context, e Extract) error
	// Totals counts what is kept.
	Totals(ctx context.Context) (Totals, error)
	// Clear removes some of what is kept, entries as well, and tells whether there may be
	// more.
	Clear(ctx context.Context) (more bool, err error)
}

// Extract is a part of what a store keeps.
type Extract struct {
	// Policy is the last switch; nil where it is in another part, or there was none.
	Policy  *StoredPolicy
	Rates   []PostingRate
	Epochs  []AuthorEpoch
	Readers []LookingRate
	Edges   []Edge
}

// Rows is how many rows it has.
func (e Extract) Rows() int { return len(e.Rates) + len(e.Epochs) + len(e.Readers) + len(e.Edges) }

// PostingRate is how often an author posts.
type PostingRate struct {
	AuthorRates

	Author uuid.UUID
}

// AuthorEpoch is the present epoch of an author who is, or ever was, pulled as a whole.
type AuthorEpoch struct {
	Author    uuid.UUID
	Number    int64
	Pulled    bool
	FlippedAt time.Time
}

// LookingRate is how often a reader looks.
type LookingRate struct {
	Reader          uuid.UUID
	Views           float64
	ViewedAt, Since time.Time
}

// Totals count what a store keeps. Pulled are the authors who are pulled as a whole.
type Totals struct{ Readers, Pulled, Edges int64 }

// Rows is how many rows an export has, but for those of authors.
func (t Totals) Rows() int64 { return t.Readers + t.Edges }

// Each goes through the counts by what they count.
func (t Totals) Each(yield func(what string, n int64) bool) {
	_ = yield("timelines", t.Readers) && yield("authors pulled as a whole", t.Pulled) && yield("timeline edges", t.Edges)
}
