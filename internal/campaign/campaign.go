// Package campaign runs campaigns against the clock: people join, make teams and
// check in; check-ins make scores, and scores make leaderboards.
//
// A check-in is one row and what announces it, stored together, whoever else checks
// in at the same time. Beside it stands a fact, one narrow row, as beside whatever
// else a score depends on: a withdrawal, a join, a leave. A loop in the workers
// counts them (fold.go): it takes all facts of a campaign that were not counted,
// gives them the campaign's next position, and changes the scores that they change,
// in one transaction. So each position names one state of the boards for ever, and
// the boards of a moment that has passed can be had as well as those of now.
//
// How facts make scores is said in package score, without a database. Boards that
// answer ranks stand in package board, in this process or in Redis, made of the
// scores in Postgres and following them.
package campaign

import (
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/campaigndb"
	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/gen/go/throng/campaign/v1/campaignv1connect"
	"github.com/throng-social/throng/gen/go/throng/graph/v1/graphv1connect"
	"github.com/throng-social/throng/gen/go/throng/media/v1/mediav1connect"
	"github.com/throng-social/throng/gen/go/throng/post/v1/postv1connect"
	"github.com/throng-social/throng/gen/go/throng/user/v1/userv1connect"
	"github.com/throng-social/throng/internal/cache"
	"github.com/throng-social/throng/internal/campaign/board"
	"github.com/throng-social/throng/internal/campaign/score"
	"github.com/throng-social/throng/internal/pace"
	"github.com/throng-social/throng/internal/page"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/pubsub"
	"github.com/throng-social/throng/internal/queue"
)

// DefaultRate is for people who check in, join and leave, and hurried ones.
var DefaultRate = pace.Rate{PerMinute: 120, Burst: 60}

const (
	// cacheSize bounds the campaigns in memory, to about 80 MB of the longest texts.
	cacheSize = 2_000
	// cacheLifetime bounds how long another process may show a campaign as it was to
	// readers who have not seen its change.
	cacheLifetime = 5 * time.Second
	// eraseBudget is how long one try of an erasure works before it makes way; a
	// job has ten seconds.
	eraseBudget = 5 * time.Second
)

// Deps is what the service stands on. All but Boards, Rate, Limiter, Caches
// and Now are needed.
type Deps struct {
	DB     *postgres.DB
	Events *queue.Publisher
	Bus    pubsub.Bus
	Users  userv1connect.UserInternalServiceClient
	Graph  graphv1connect.GraphInternalServiceClient
	Posts  postv1connect.PostInternalServiceClient
	Media  mediav1connect.MediaInternalServiceClient
	Pages  page.Sealer
	// Boards rank; nil does so in this process.
	Boards board.Board
	// Rate bounds how fast one account may write here; the zero Rate does not.
	Rate pace.Rate
	// Limiter counts for that; nil counts in this process.
	Limiter pace.Limiter
	// Caches are those of other processes; nil where this one is by itself.
	Caches *cache.Group
	Log    *slog.Logger
	// Now is the clock; time.Now.
	Now func() time.Time
}

// Service implements the contract of campaigns.
type Service struct {
	db     *postgres.DB
	q      *campaigndb.Queries
	events *queue.Publisher
	bus    pubsub.Bus
	users  userv1connect.UserInternalServiceClient
	graph  graphv1connect.GraphInternalServiceClient
	posts  postv1connect.PostInternalServiceClient
	media  mediav1connect.MediaInternalServiceClient
	pages  page.Sealer
	boards *boards
	pace   *pace.Pace
	known  *cache.Cache[uuid.UUID, *known]
	// zones are the time zones of campaigns, feeds the first pages of their check-ins.
	zones *cache.Cache[uuid.UUID, *time.Location]
	feeds *cache.Cache[feedKey, *campaignv1.ListCheckInsResponse]
	log   *slog.Logger
	now   func() time.Time

	eraseBudget  time.Duration
	folding      *folding
	explanations *cache.Cache[explained, *score.Explanation]
	watching     *watchHub
}

var _ campaignv1connect.CampaignServiceHandler = (*Service)(nil)

// New makes the service.
func New(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	s := &Service{
		db:     d.DB,
		q:      campaigndb.New(),
		events: d.Events,
		bus:    d.Bus,
		users:  d.Users,
		graph:  d.Graph,
		posts:  d.Posts,
		media:  d.Media,
		pages:  d.Pages,
		boards: newBoards(d),
		pace:   pace.New(d.Limiter, "campaign", d.Rate, "you are doing this too fast; please wait a moment"),
		known:  cache.NewShared(cache.Config{Size: cacheSize, Lifetime: cacheLifetime}, d.Caches, sharedCampaigns()),
		zones:  newZones(),
		feeds:  newFeeds(),
		log:    d.Log,
		now:    d.Now,

		eraseBudget:  eraseBudget,
		folding:      newFolding(),
		explanations: newExplanations(),
	}
	s.watching = newWatchHub(s)
	return s
}

// Handlers are the topics that this noun's workers handle.
func (s *Service) Handlers() queue.Handlers {
	return queue.Handlers{
		topicAccountDeleted: queue.OnEvent(s.OnAccountDeleted),
		topicCheckedIn:      queue.OnEvent(s.OnCheckedIn),
		topicCheckInVoided:  queue.OnEvent(s.OnCheckInVoided),
	}
}

// CacheCounts are how many campaigns were answered from memory, and how many were
// not.
func (s *Service) CacheCounts() (hits, misses uint64) { return s.known.Counts() }
