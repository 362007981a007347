package post

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
	// where they are complete. Counts are those of the posts in it: with all pages of an
	// export they are what they were.
	Import(ctx context.Context, e Extract) error
	// Totals counts what is kept.
	Totals(ctx context.Context) (Totals, error)
	// Clear removes some of what is kept, and tells whether there may be more.
	Clear(ctx context.Context) (more bool, err error)
}

// Extract is a part of what a store keeps.
type Extract struct {
	Posts []Kept
	Likes []Like
}

// Rows is how many rows it has.
func (e Extract) Rows() int { return len(e.Posts) + len(e.Likes) }

// Kept is a post, or what is left of one that was deleted, with its author's key.
type Kept struct {
	Content

	Key  string
	Hash []byte
	// DeletedAt is the zero time for a post that stands. Stores that keep one time for
	// each post answer when a tombstone changed last.
	DeletedAt time.Time
}

// Like is who likes a post.
type Like struct{ User, Post uuid.UUID }

// Totals count what a store keeps: posts that stand, what is left of others, and likes.
type Totals struct{ Posts, Tombstones, Likes int64 }

// Rows is how many rows an export has.
func (t Totals) Rows() int64 { return t.Posts + t.Tombstones + t.Likes }

// Each goes through the counts by what they count.
func (t Totals) Each(yield func(what string, n int64) bool) {
	_ = yield("posts", t.Posts) && yield("tombstones", t.Tombstones) && yield("likes", t.Likes)
}
