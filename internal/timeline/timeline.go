// Package timeline makes home timelines.
//
// A home timeline has one definition: the posts of those whom one follows now,
// and one's own, newest first by id, without deleted posts and people blocked
// either way; each once, none missing. What this package keeps is a cache of it.
//
// Three things are kept. A reader's written entries (M) are complete from his
// horizon on, for those authors whose edge is push, and for each of these after a
// place of its own. Edges are the timeline's copy of the follows, each with a
// mode: pull, promoting or push, which counts in one epoch of its author alone.
// The log of an author (L) is the post noun's. A read (skeleton.go) takes the
// following list from the graph, then horizon, edges and entries from one
// snapshot, pulls the logs of everybody who is not push, and merges; below the
// horizon it pulls all. A post is written to the edges that are push or promoting
// (fanout.go). An edge becomes push in three steps that lose nothing (move.go):
// promote, copy the log from a snapshot begun after that, settle if nothing came
// in between. A horizon is lowered the same way (wake.go) and raised before
// entries go (trim.go). An author is pulled as a whole by a new epoch (author.go).
//
// Which edges and authors are moved is what a strategy decides (package policy),
// on rates that are counted here (rate.go) and costs that are measured here
// (cost.go): as people post (author.go, fanout.go) and look (review.go), and after
// a switch to another strategy by a sweep (sweep.go).
//
// All of this is kept by a Store (store.go), whose comments are the orders that the
// argument needs: in Postgres by snapshots and transactions (pgstore), in DynamoDB,
// which has no snapshots, by an order of reads and writes (dynamostore).
//
// What is new reaches live streams, and first pages in memory, by announcements
// that a worker makes as it begins a delivery (live.go, hub.go, watch.go). They
// may be lost: streams look for themselves when they cannot be sure.
//
// So a crash, a repeated or a reordered message, or a policy that is stale leaves
// at worst an edge that is pulled although it might be pushed: slower, never wrong.
package timeline

import (
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/go/throng/graph/v1/graphv1connect"
	"github.com/throng-social/throng/gen/go/throng/post/v1/postv1connect"
	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/gen/go/throng/timeline/v1/timelinev1connect"
	"github.com/throng-social/throng/gen/go/throng/user/v1/userv1connect"
	"github.com/throng-social/throng/internal/cache"
	"github.com/throng-social/throng/internal/page"
	"github.com/throng-social/throng/internal/pubsub"
	"github.com/throng-social/throng/internal/queue"
)

var _ timelinev1connect.TimelineServiceHandler = (*Service)(nil)

// Config bounds the engine.
type Config struct {
	// Strategy is in force until the first switch (SetPolicy): push, pull, hybrid
	// or adaptive, which is what nothing means too.
	Strategy string `name:"strategy" env:"THRONG_TIMELINE_STRATEGY" enum:"push,pull,hybrid,adaptive" default:"adaptive" help:"How home timelines are made until the first switch."`
	// Threshold is from how many followers on hybrid pulls an author.
	Threshold int `name:"threshold" env:"THRONG_TIMELINE_THRESHOLD" default:"50000" help:"From how many followers on the strategy hybrid pulls an author, until the first switch."`
	// Keep is how many written entries a reader has at most after trimming.
	Keep int `name:"keep" env:"THRONG_TIMELINE_KEEP" default:"800" help:"Written entries that a reader keeps."`
	// CostRatio is what a push costs against a pull; 0 goes by what is measured.
	CostRatio float64 `name:"cost-ratio" env:"THRONG_TIMELINE_COST_RATIO" default:"0" help:"What a push costs against a pull, for the strategy adaptive; 0 for what is measured here."`
	// FanoutPage is how many timelines one transaction of a fan-out writes to.
	FanoutPage int `name:"fanout-page" env:"THRONG_TIMELINE_FANOUT_PAGE" default:"4000" help:"Timelines that one page of a fan-out writes to."`
	// FanoutTurn is how long one author's fan-out goes on before others have
	// their turn.
	FanoutTurn time.Duration `name:"fanout-turn" env:"THRONG_TIMELINE_FANOUT_TURN" default:"500ms" help:"How long one fan-out goes on before others have their turn."`
	// HeadLife is how long the first page of a reader may be answered from memory
	// to callers who demand nothing newer.
	HeadLife time.Duration `name:"head-life" env:"THRONG_TIMELINE_HEAD_LIFE" default:"2s" help:"How long a first page is answered from memory."`
}

// Deps is what the service stands on.
type Deps struct {
	Store Store
	Users userv1connect.UserInternalServiceClient
	Graph graphv1connect.GraphInternalServiceClient
	Posts postv1connect.PostInternalServiceClient
	Pages page.Sealer
	// Bus carries what is new between processes; streams and heads are slower
	// without one.
	Bus    pubsub.Bus
	Config Config
	Log    *slog.Logger
	// Now is the clock of rates; time.Now where it is not set.
	Now func() time.Time
}

const (
	knownFollowers = 20_000
	knownHeads     = 20_000
	followsLife    = 10 * time.Second
)

// Service implements throng.timeline.v1.
type Service struct {
	Deps

	follows *cache.Cache[uuid.UUID, []follow]
	heads   *cache.Cache[headKey, head]
	live    *live

	policies policies
	costs    *costs
	views    views
	counts   counts
	// moveCopies is copiedByMove.
	moveCopies int
}

// counts is the engine's work in this process since its start.
type counts struct{ deliveries, copies, pulls, moves, flips atomic.Int64 }

// Counts is what the engine did in this process since its start.
type Counts struct {
	// Deliveries are entries that fan-outs wrote, Copies those of moves.
	Deliveries, Copies int64
	// Pulls are authors whose logs were read for someone.
	Pulls int64
	// Moves are edges that came to another mode; Flips are authors that began or
	// ceased to be pulled as a whole.
	Moves, Flips int64
}

// Counts answers what was done so far.
func (s *Service) Counts() Counts {
	c := &s.counts
	return Counts{c.deliveries.Load(), c.copies.Load(), c.pulls.Load(), c.moves.Load(), c.flips.Load()}
}

// New makes the service.
func New(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	s := &Service{
		Deps:    d,
		follows: cache.New[uuid.UUID, []follow](cache.Config{Size: knownFollowers, Lifetime: followsLife}),
		heads:   cache.New[headKey, head](cache.Config{Size: knownHeads, Lifetime: d.Config.HeadLife}),
		costs:   newCosts(d.Config.CostRatio),
		views:   views{every: viewsEvery},

		moveCopies: copiedByMove,
	}
	s.live = newLive(s)
	return s
}

// The topics of the engine's own messages.
const (
	topicFanout = "timeline.fanout_page"
	topicMove   = "timeline.move_reader"
	topicTrim   = "timeline.trim_readers"
	topicSweep  = "timeline.sweep_edges"
	topicCalm   = "timeline.calm_authors"
)

const (
	trimEvery = 10 * time.Minute
	calmEvery = time.Minute
)

// Handlers are what a worker runs for this noun.
func (s *Service) Handlers() queue.Handlers {
	return queue.Handlers{
		"timeline.post_created":    queue.OnEvent(s.OnPostCreated),
		"timeline.follows_changed": queue.OnEvent(s.OnFollowsChanged),
		"timeline.follows_loaded":  queue.OnEvent(s.OnFollowsChanged),
		"timeline.account_deleted": queue.OnEvent(s.OnAccountDeleted),
		topicFanout:                queue.On(func() *timelinev1.FanoutPage { return &timelinev1.FanoutPage{} }, s.fanOut),
		topicMove:                  queue.On(func() *timelinev1.MoveReader { return &timelinev1.MoveReader{} }, s.moveReader),
		topicTrim:                  queue.On(func() *timelinev1.TrimReaders { return &timelinev1.TrimReaders{} }, s.trim),
		topicSweep:                 queue.On(func() *timelinev1.SweepEdges { return &timelinev1.SweepEdges{} }, s.sweep),
		topicCalm:                  queue.On(func() *timelinev1.CalmAuthors { return &timelinev1.CalmAuthors{} }, s.calm),
	}
}

// Periodic is what one worker of a deployment starts from time to time.
func (s *Service) Periodic() []queue.Periodic {
	return []queue.Periodic{
		{Every: trimEvery, Task: queue.Task{Topic: topicTrim, Queue: queue.Upkeep, Message: &timelinev1.TrimReaders{}}},
		{Every: calmEvery, Task: queue.Task{Topic: topicCalm, Queue: queue.Upkeep, Message: &timelinev1.CalmAuthors{}}},
	}
}
