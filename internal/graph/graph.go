// Package graph keeps who follows and who blocks whom.
//
// An edge is a row, a block is a row, and each account has one row of counts,
// which is exact at any moment: it changes in the transaction of the edge, and
// only when an edge really came or went. The same transaction announces the
// touched edges once, for the nouns that keep a copy.
//
// Three rules keep concurrent calls straight. No follow stands across a block:
// Follow and Block of one pair take turns on a lock of that pair, and while an
// import stores a batch nobody blocks. Rows are locked in one order, edges first,
// counts last and ascending by id, so that nobody waits in a circle. And an
// account that is gone is marked so in its row of counts, which every new edge
// must count up: from then on none of its edges can come to be, and what stood
// before is removed page by page.
//
// Imports take the same rules in bulk (see import.go).
package graph

import (
	"log/slog"
	"time"

	"github.com/throng-social/throng/gen/db/graphdb"
	"github.com/throng-social/throng/gen/go/throng/graph/v1/graphv1connect"
	"github.com/throng-social/throng/gen/go/throng/user/v1/userv1connect"
	"github.com/throng-social/throng/internal/pace"
	"github.com/throng-social/throng/internal/page"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/queue"
)

// DefaultFollowLimit is how many accounts one may follow.
const DefaultFollowLimit = 10_000

// Deps is what the service stands on.
type Deps struct {
	DB        *postgres.DB
	Users     userv1connect.UserInternalServiceClient
	Publisher *queue.Publisher
	Pages     page.Sealer
	// FollowLimit is how many accounts one may follow; 0 means DefaultFollowLimit.
	FollowLimit int64
	// FollowRate holds accounts to a rate; the zero Rate is none.
	FollowRate pace.Rate
	Log        *slog.Logger
}

// DefaultRate lets somebody follow a list of friends at once, and no crawler.
var DefaultRate = pace.Rate{PerMinute: 120, Burst: 60}

// Service implements the graph's public and its internal contract.
type Service struct {
	db          *postgres.DB
	q           *graphdb.Queries
	users       userv1connect.UserInternalServiceClient
	pub         *queue.Publisher
	pages       page.Sealer
	followLimit int64
	pace        *pace.Pace
	log         *slog.Logger

	// imports has a place for each stream under way.
	imports        chan struct{}
	streamRows     int
	deletionBudget time.Duration
}

var (
	_ graphv1connect.GraphServiceHandler         = (*Service)(nil)
	_ graphv1connect.GraphInternalServiceHandler = (*Service)(nil)
)

// New makes the service.
func New(d Deps) *Service {
	if d.FollowLimit == 0 {
		d.FollowLimit = DefaultFollowLimit
	}
	return &Service{
		db:          d.DB,
		q:           graphdb.New(),
		users:       d.Users,
		pub:         d.Publisher,
		pages:       d.Pages,
		followLimit: d.FollowLimit,
		pace:        pace.New(d.FollowRate, "you are following too fast; please wait a moment"),
		log:         d.Log,

		imports:        make(chan struct{}, maxImports),
		streamRows:     maxStreamRows,
		deletionBudget: deletionBudget,
	}
}

// Handlers are the graph's consumers.
func (s *Service) Handlers() queue.Handlers {
	return queue.Handlers{accountDeletedTopic: queue.OnEvent(s.OnAccountDeleted)}
}
