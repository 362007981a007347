// Package graph keeps who follows and who blocks whom.
//
// Each account has counts, which are exact at any moment: they change in the
// transaction of the edge, and only when an edge really came or went. The same transaction announces the
// touched edges once, for the nouns that keep a copy.
//
// An account that is gone is marked so in its counts, which every new edge must
// count up: from then on none of its edges can come to be, and what stood before
// is removed page by page.
//
// The service has the rules that need no store: nobody follows himself or
// somebody who does not exist, and nobody too fast. What holds among edges,
// blocks and counts is the promise of Store (see store.go), which the adapters
// keep, each in its way: pgstore in Postgres, dynamostore in DynamoDB. Imports
// take the same rules in bulk (see import.go).
package graph

import (
	"time"

	"github.com/throng-social/throng/gen/go/throng/graph/v1/graphv1connect"
	"github.com/throng-social/throng/gen/go/throng/user/v1/userv1connect"
	"github.com/throng-social/throng/internal/pace"
	"github.com/throng-social/throng/internal/page"
	"github.com/throng-social/throng/internal/queue"
)

// DefaultFollowLimit is how many accounts one may follow.
const DefaultFollowLimit = 10_000

// Deps is what the service stands on.
type Deps struct {
	Store Store
	Users userv1connect.UserInternalServiceClient
	Pages page.Sealer
	// FollowLimit is how many accounts one may follow; 0 means DefaultFollowLimit.
	FollowLimit int64
	// FollowRate holds accounts to a rate; the zero Rate is none.
	FollowRate pace.Rate
	// Limiter counts for that; nil counts in this process.
	Limiter pace.Limiter
}

// DefaultRate lets somebody follow a list of friends at once, and no crawler.
var DefaultRate = pace.Rate{PerMinute: 120, Burst: 60}

// Service implements the graph's public and its internal contract.
type Service struct {
	store       Store
	users       userv1connect.UserInternalServiceClient
	pages       page.Sealer
	followLimit int64
	pace        *pace.Pace

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
		store:       d.Store,
		users:       d.Users,
		pages:       d.Pages,
		followLimit: d.FollowLimit,
		pace:        pace.New(d.Limiter, "follow", d.FollowRate, "you are following too fast; please wait a moment"),

		imports:        make(chan struct{}, maxImports),
		streamRows:     maxStreamRows,
		deletionBudget: deletionBudget,
	}
}

// Handlers are the graph's consumers.
func (s *Service) Handlers() queue.Handlers {
	return queue.Handlers{accountDeletedTopic: queue.OnEvent(s.OnAccountDeleted)}
}
