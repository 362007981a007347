// Package timeline makes home timelines.
//
// A home timeline has one definition: the posts of those whom one follows now,
// and one's own, newest first by id, without deleted posts and people blocked
// either way; each once, none missing. What this package keeps is a cache of it.
//
// Three things are kept. A reader's written entries (M) are complete from his
// horizon on, for those authors whose edge is push. Edges are the timeline's own
// copy of the follows, each with a mode: pull, promoting or push. The log of an
// author (L) is the post noun's. A read (skeleton.go) takes the following list
// from the graph, then horizon, edges and entries from one snapshot, pulls the
// logs of everybody who is not push, and merges; below the horizon it pulls all.
// A post is written to the edges that are push or promoting (fanout.go). An edge
// becomes push in three steps that lose nothing (move.go): promote, copy the log
// from a snapshot begun after that, settle if nothing came in between. A horizon
// is lowered the same way (wake.go) and raised before entries go (trim.go).
//
// So a crash, a repeated or a reordered message leaves at worst an edge that is
// pulled although it might be pushed: slower, never wrong.
package timeline

import (
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/timelinedb"
	"github.com/throng-social/throng/gen/go/throng/graph/v1/graphv1connect"
	"github.com/throng-social/throng/gen/go/throng/post/v1/postv1connect"
	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/gen/go/throng/timeline/v1/timelinev1connect"
	"github.com/throng-social/throng/gen/go/throng/user/v1/userv1connect"
	"github.com/throng-social/throng/internal/cache"
	"github.com/throng-social/throng/internal/page"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/queue"
)

var _ timelinev1connect.TimelineServiceHandler = (*Service)(nil)

// Config bounds the engine.
type Config struct {
	// Keep is how many written entries a reader has at most after trimming.
	Keep int `name:"keep" env:"THRONG_TIMELINE_KEEP" default:"800" help:"Written entries that a reader keeps."`
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
	DB     *postgres.DB
	Queue  *queue.Publisher
	Users  userv1connect.UserInternalServiceClient
	Graph  graphv1connect.GraphInternalServiceClient
	Posts  postv1connect.PostInternalServiceClient
	Pages  page.Sealer
	Config Config
	Log    *slog.Logger
}

const (
	knownFollowers = 20_000
	knownHeads     = 20_000
	followsLife    = 10 * time.Second
)

// Service implements throng.timeline.v1.
type Service struct {
	Deps

	q       *timelinedb.Queries
	follows *cache.Cache[uuid.UUID, []follow]
	heads   *cache.Cache[headKey, head]
	streams *streams
}

// New makes the service.
func New(d Deps) *Service {
	return &Service{
		Deps:    d,
		q:       timelinedb.New(),
		follows: cache.New[uuid.UUID, []follow](cache.Config{Size: knownFollowers, Lifetime: followsLife}),
		heads:   cache.New[headKey, head](cache.Config{Size: knownHeads, Lifetime: d.Config.HeadLife}),
		streams: newStreams(),
	}
}

// The topics of the engine's own messages.
const (
	topicFanout = "timeline.fanout_page"
	topicMove   = "timeline.move_reader"
	topicTrim   = "timeline.trim_readers"
)

const trimEvery = 10 * time.Minute

// Handlers are what a worker runs for this noun.
func (s *Service) Handlers() queue.Handlers {
	return queue.Handlers{
		"timeline.post_created":    queue.OnEvent(s.OnPostCreated),
		"timeline.follows_changed": queue.OnEvent(s.OnFollowsChanged),
		"timeline.account_deleted": queue.OnEvent(s.OnAccountDeleted),
		topicFanout:                queue.On(func() *timelinev1.FanoutPage { return &timelinev1.FanoutPage{} }, s.fanOut),
		topicMove:                  queue.On(func() *timelinev1.MoveReader { return &timelinev1.MoveReader{} }, s.wake),
		topicTrim:                  queue.On(func() *timelinev1.TrimReaders { return &timelinev1.TrimReaders{} }, s.trim),
	}
}

// Periodic is what one worker of a deployment starts from time to time.
func (s *Service) Periodic() []queue.Periodic {
	return []queue.Periodic{{Every: trimEvery, Task: queue.Task{Topic: topicTrim, Queue: queue.Upkeep, Message: &timelinev1.TrimReaders{}}}}
}

// The modes of an edge, as the database keeps them.
const (
	modePull      = int16(1)
	modePromoting = int16(2)
	modePush      = int16(3)
)
