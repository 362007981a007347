package graph

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/queue"
)

// Store keeps edges, blocks and counts. Every adapter promises:
//
//   - A change of edges, the counts of both its ends and the event that names the
//     edges are stored together or not at all. What changes nothing announces
//     nothing.
//   - Counts are exact at any moment, whatever runs at once.
//   - No follow stands across a block, and none at an account that is gone, once
//     its deletion has ended.
//   - A follow has the moment at which it began, in microseconds. It differs for
//     each incarnation of the same edge.
//   - A read is as fresh as the context's session demands, unless it says more.
//
// Ids are those of accounts that exist or did; nobody is named twice in an edge.
// Errors are faults, those below among them.
type Store interface {
	Writes
	Reads
	Upkeep
	Transfers
}

// Writes are what people do. All are idempotent: what is so already is no error.
// Each answers how the one who did it stands to the other right after.
type Writes interface {
	// Follow is refused with ErrBlocked if either has blocked the other, with
	// ErrNoAccount if one of them is gone, and with OverLimit if the follower
	// follows limit accounts already.
	Follow(ctx context.Context, e Edge, limit int64) (Relationship, error)
	Unfollow(ctx context.Context, e Edge) (Relationship, error)
	// Block ends both follows, announced by one event, and keeps new ones from
	// coming to be. It is refused with ErrNoAccount if one of them is gone.
	Block(ctx context.Context, b Block) (Relationship, error)
	// Unblock ends this block; that of the other side stays, and no follow returns.
	Unblock(ctx context.Context, b Block) (Relationship, error)
}

// Reads answer nothing, or zero, for accounts that are not known.
type Reads interface {
	// Relationships says how the caller stands to each of the others, in their order.
	Relationships(ctx context.Context, caller uuid.UUID, others []uuid.UUID) ([]Relationship, error)
	Counts(ctx context.Context, account uuid.UUID) (Counts, error)
	// ListFollowers lists who follows an account, newest first and by id downwards
	// within a moment, after the place of before.
	ListFollowers(ctx context.Context, account uuid.UUID, before Follow, most int) ([]Follow, error)
	// ListFollowing lists whom an account follows, in the same order.
	ListFollowing(ctx context.Context, account uuid.UUID, before Follow, most int) ([]Follow, error)
	// ListFollowingIDs lists the same ascending by id, after that id. Every read of
	// a timeline begins with it.
	ListFollowingIDs(ctx context.Context, account, after uuid.UUID, most int) ([]Follow, error)
	// CheckEdges answers, in the order asked for, when each edge began, or the zero
	// time where it does not stand. It sees everything that was committed before.
	CheckEdges(ctx context.Context, edges []Edge) ([]time.Time, error)
}

// Upkeep is what operators, importers and workers do.
type Upkeep interface {
	// StoreRows stores follows in bulk, whatever the limit. Rows that are there
	// already, or twice among these, add nothing; others may be refused one by one.
	// Fresh is a guess that none is there, which makes it faster. Rows may be stored
	// in parts: after an error some may be there, each with its counts and announced,
	// and the same rows again complete it.
	StoreRows(ctx context.Context, rows []Row, fresh bool) (Stored, error)
	// MarkGone keeps new edges and blocks of an account from coming to be, for ever.
	MarkGone(ctx context.Context, account uuid.UUID) error
	// RemovePage removes some edges or blocks of an account that is gone, both ways,
	// and tells whether there may be more.
	RemovePage(ctx context.Context, account uuid.UUID) (more bool, err error)
	// Enqueue hands a task to the deployment's queue.
	Enqueue(ctx context.Context, task queue.Task) error
	// Recount counts all edges anew and reports each account whose counts differ,
	// and each follow that stands across a block. It answers how many differences
	// there are, and changes nothing. Writes may go on meanwhile.
	Recount(ctx context.Context, report func(diff string)) (int, error)
}

// Block is who has blocked whom.
type Block struct{ BlockerID, BlockedID uuid.UUID }

// Follow is a follow as seen from one end: the account at the other end, and
// since when, in whole microseconds.
type Follow struct {
	UserID uuid.UUID
	Since  time.Time
}

// Newest is the place before the first entry of every list.
var Newest = Follow{UserID: id.Max, Since: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)}

// Relationship is how one account stands to another.
type Relationship struct{ Following, FollowedBy, Blocking bool }

// Row is a follow to be stored in bulk, and its line in the file.
type Row struct {
	Edge
	Line int64
}

// Stored is what became of rows: some refused, the others edges, some of which
// were created.
type Stored struct {
	Refused        []Refusal
	Edges, Created int
}

// Refusal is a row that was not stored, and why.
type Refusal struct {
	Line   int64
	Reason string
}

// The reasons for which a row is refused are part of the contract.
const (
	ReasonSelf    = "follow_self"
	ReasonBlocked = "blocked"
	ReasonMissing = "account_missing"
)

// Why a write is refused.
var (
	ErrNoAccount = fault.New(fault.NotFound, "user_not_found", "there is no such account")
	ErrBlocked   = fault.New(fault.Precondition, "blocked", "one of you has blocked the other")
)

// OverLimit says that somebody follows as many accounts as one may.
func OverLimit(limit int64) error {
	return fault.New(fault.Precondition, "follow_limit", "you follow %d accounts already, which is the limit", limit)
}
