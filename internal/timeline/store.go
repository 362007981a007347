package timeline

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/queue"
)

// Store is what the engine keeps, and the orders that its argument stands on.
// They are said at each method; storetest holds every adapter to them.
//
// All methods but those of Pages decide writes, so they see everything that was
// committed before they began. All may be called again after an error, and after
// a success that the caller did not live to hear of. Errors are faults.
type Store interface {
	Pages
	Authors
	Moves
	Readers
	Entries
	Policies
	Surveys
	Transfers
}

// Pages are for reads, which are as fresh as the context's session demands.
type Pages interface {
	// ReadPage answers what decides a page: at one moment that lies within the
	// call, or as if it did for each author by himself. An edge counts as pushed in
	// the present epoch of an author who is not pulled as a whole; after a flip it may
	// count as before for as long as fan-outs write to it, and FindAuthor does not say
	// Unread. Whoever is pushed has every post whose delivery ended before that moment among
	// the entries, as far as it is not older than the horizon nor than the edge's
	// place. A reader who is not known has an empty page down to no horizon.
	ReadPage(ctx context.Context, reader, before uuid.UUID, limit int) (Snapshot, error)
	// FindEdge answers how an author's posts reach a reader; a fault of kind NotFound
	// where there is no edge.
	FindEdge(ctx context.Context, author, reader uuid.UUID) (EdgeState, error)
	// FindEntry answers when a post was written for a reader; NotFound if it was not.
	FindEntry(ctx context.Context, reader, post uuid.UUID) (time.Time, error)
}

// Authors are the side of those who post.
type Authors interface {
	// CountPost counts a post for its author's rates and answers them.
	CountPost(ctx context.Context, author uuid.UUID, moment time.Time) (AuthorRates, error)
	// MarkAuthorReviewed notes that his readers were looked through.
	MarkAuthorReviewed(ctx context.Context, author uuid.UUID, moment time.Time) error
	// FindAuthor answers how he is read; whoever is not known is in epoch 0.
	FindAuthor(ctx context.Context, author uuid.UUID) (AuthorState, error)
	// FlipAuthor enters or leaves the state in which an author is pulled as a whole,
	// in a new epoch. It changes nothing, and says so, where that is the state.
	FlipAuthor(ctx context.Context, author uuid.UUID, pulled bool) (flipped bool, err error)
	// ListPulledAuthors answers the next who are pulled as a whole, ascending.
	ListPulledAuthors(ctx context.Context, after uuid.UUID, limit int) ([]PulledAuthor, error)
	// CountAudience counts the edges that lead from an author, up to a limit. It may
	// be some minutes old.
	CountAudience(ctx context.Context, author uuid.UUID, atMost int) (int, error)
	// WriteFanoutPage writes a post to the author's next readers: all whose edge was
	// on the way to push, or push, in the present epoch when the call began, and
	// was at each moment until the page was written; and all whom a read may still
	// take for pushed. It may write to others as well,
	// and again to those who have it. If there are more and next is given, the task
	// that it makes is stored with the page or after it, never before.
	WriteFanoutPage(ctx context.Context, p FanoutPage, next func(last uuid.UUID) queue.Task) (WrittenPage, error)
}

// Moves change how single edges are read. Each gives what it changes a fresh
// generation.
type Moves interface {
	// AddEdges makes edges of follows that are pulled. Those that are there in the
	// same incarnation stay as they are; readers of others are to be reviewed when
	// they come by.
	AddEdges(ctx context.Context, edges []Edge) error
	// PromoteEdges makes edges promoting in their author's present epoch, unless they
	// are push in this incarnation and epoch, and answers which. Edges that are not
	// there are made. From its return on fan-outs write to them; until they are
	// settled reads pull them.
	PromoteEdges(ctx context.Context, edges []Edge) (generation int64, promoted []Edge, err error)
	// PromoteKnownEdges is the same for edges that are there in this incarnation;
	// others it leaves alone.
	PromoteKnownEdges(ctx context.Context, edges []Edge) (generation int64, promoted []Edge, err error)
	// SettleEdges makes those edges push that still are promoting under the
	// generation, if their reader's version is the one given, and answers how many.
	SettleEdges(ctx context.Context, s Settlement) (settled int, err error)
	// DemoteEdges moves edges to pull, and answers how many were not so. No fan-out
	// passes one by before all reads pull it.
	DemoteEdges(ctx context.Context, edges []Edge, moment time.Time) (demoted int, err error)
	// DeleteEdges deletes edges, in any incarnation.
	DeleteEdges(ctx context.Context, edges []Edge) error
}

// Readers are the side of those who look.
type Readers interface {
	// CountViews counts views for readers' rates. A reader who was not reviewed since
	// v.ReviewedBefore is marked so, and the task that due makes for him is stored
	// if and only if that is.
	CountViews(ctx context.Context, v Views, due func(reader uuid.UUID) queue.Task) error
	// FindReaderRate answers how often a reader looks; NotFound if he is not known.
	FindReaderRate(ctx context.Context, reader uuid.UUID) (ReaderRate, error)
	// ListReaderEdges answers a reader's edges, ascending by author, with what a
	// policy decides on, which may be some seconds old.
	ListReaderEdges(ctx context.Context, reader uuid.UUID, limit int) ([]ReaderEdge, error)
	// LeaseColdReader gives out the right to wake a reader, for a while: if his
	// horizon is not at the bottom, he has fewer than warm entries from it on, and
	// nobody else has the right. The task is stored if and only if it does.
	LeaseColdReader(ctx context.Context, reader uuid.UUID, warm int, lease time.Duration, task queue.Task) error
	// BeginWake makes the reader's edges to these authors promoting, push or not, and
	// all others pull, as PromoteEdges and DemoteEdges do.
	BeginWake(ctx context.Context, reader uuid.UUID, authors []uuid.UUID) (Wake, error)
	// SettleReader sets the reader's horizon, makes the edges push that still are
	// promoting under the wake's generation, counts a version on and ends the lease:
	// all at one moment, if since the wake began his version is the same and no edge
	// of his was settled. Else it changes nothing, and says so.
	SettleReader(ctx context.Context, w Wake, horizon uuid.UUID, moment time.Time) (settled bool, err error)
}

// Entries are what is written for readers. They go only from below a horizon, and
// the reader's version counts on with what goes, so that a move which was under
// way finds out.
type Entries interface {
	// FindReaders answers horizons and versions of the readers that are known.
	FindReaders(ctx context.Context, readers []uuid.UUID) ([]ReaderState, error)
	// CopyEntries writes posts into timelines, passing over those that are there, and
	// answers how many it wrote, or at most.
	CopyEntries(ctx context.Context, e EntryRows) (int64, error)
	// ListReadersToTrim answers readers who may have more than keep entries. The walk
	// goes on after next, and is over where that is no id.
	ListReadersToTrim(ctx context.Context, after uuid.UUID, keep, limit int) (readers []ReaderToTrim, next uuid.UUID, err error)
	// RaiseHorizons raises horizons, and lowers none.
	RaiseHorizons(ctx context.Context, raised []Raised) error
	// DeleteBelow deletes what is below the readers' horizons.
	DeleteBelow(ctx context.Context, readers []uuid.UUID) error
	// ForgetReader raises a reader's horizon above everything and deletes his edges.
	ForgetReader(ctx context.Context, reader uuid.UUID) error
	// DeleteEntries deletes some entries of a reader who is forgotten, and answers
	// how many; fewer than the limit are the last ones.
	DeleteEntries(ctx context.Context, reader uuid.UUID, limit int) (int, error)
}

// Policies keep what a deployment runs under.
type Policies interface {
	// FindPolicy answers the last switch; NotFound before the first.
	FindPolicy(ctx context.Context) (StoredPolicy, error)
	// SetPolicy switches. The version counts on, and the task that sweep makes of it
	// is stored with the switch; nothing happens where that is the policy already.
	SetPolicy(ctx context.Context, strategy int16, threshold int32, sweep func(version int64) queue.Task) error
	// SettlePolicy notes that the sweep of a switch is through, unless there was
	// another since.
	SettlePolicy(ctx context.Context, version int64) error
	// ShareCost tells other processes what something costs: seconds.
	ShareCost(ctx context.Context, kind int16, seconds float64) error
	// ListCosts answers what was shared.
	ListCosts(ctx context.Context) ([]Cost, error)
}

// Surveys walk over all edges, for sweeps and recounts. Each edge that is there
// throughout a walk comes once.
type Surveys interface {
	// ListEdgesByAuthor answers the next edges after one, those of an author together.
	// There are no more where fewer come than the limit.
	ListEdgesByAuthor(ctx context.Context, after Edge, limit int) ([]SurveyedEdge, error)
	// ListEdgesByReader answers the next edges after one, those of a reader together.
	ListEdgesByReader(ctx context.Context, after Edge, limit int) ([]Edge, error)
	// CountEdges counts those that are push, and all.
	CountEdges(ctx context.Context) (push, all int64, err error)
	// Enqueue stores messages of the engine to itself.
	Enqueue(ctx context.Context, tasks ...queue.Task) error
}
