// Package post keeps each author's log of posts, with replies and likes.
//
// A post and its announcement are stored in one transaction (Store, in store.go,
// with adapters for Postgres and DynamoDB in the folders below). Its author's log
// holds all that timelines read (ListLog), so a merge of thousands of logs touches
// no post. What readers see is put together in two parts (HydratePosts): the part
// that all readers share, text, pictures and counts, is cached by id and never
// changed; whether the reader likes it is looked up for him alone.
//
// Counts change with the like or reply that they count, and so equal a recount at
// every moment. A deleted post leaves a tombstone, which keeps its idempotency key
// taken; its replies and the likes that it had stay counted.
//
// Pictures belong to the media noun: a post claims them before it is stored and
// confirms or releases the claim by events.
package post

import (
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/go/throng/media/v1/mediav1connect"
	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/gen/go/throng/post/v1/postv1connect"
	"github.com/throng-social/throng/internal/cache"
	"github.com/throng-social/throng/internal/pace"
	"github.com/throng-social/throng/internal/page"
	"github.com/throng-social/throng/internal/queue"
)

// DefaultRate is for people, and hurried ones.
var DefaultRate = pace.Rate{PerMinute: 60, Burst: 30}

const (
	// cacheSize bounds the shared posts in memory, to about 100 MB.
	cacheSize = 50_000
	// cacheLifetime bounds how long another process may show a post as it was to
	// readers who have not seen its change.
	cacheLifetime = 5 * time.Second
	// eraseBudget is how long one try of an erasure works before it makes way; a
	// job has ten seconds.
	eraseBudget = 5 * time.Second
)

// Deps is what the service stands on. All but limiter and caches are needed.
type Deps struct {
	Store Store
	Media mediav1connect.MediaInternalServiceClient
	Pages page.Sealer
	// Rate bounds how fast one author may post; the zero Rate does not.
	Rate pace.Rate
	// Limiter counts for that; nil counts in this process.
	Limiter pace.Limiter
	// Caches are those of other processes; nil where this one is by itself.
	Caches *cache.Group
	Log     *slog.Logger
}

// Service implements the contract of posts, public and internal.
type Service struct {
	store  Store
	media  mediav1connect.MediaInternalServiceClient
	pages  page.Sealer
	pace   *pace.Pace
	shared *cache.Cache[uuid.UUID, *postv1.Post]
	log    *slog.Logger

	eraseBudget time.Duration
}

var (
	_ postv1connect.PostServiceHandler         = (*Service)(nil)
	_ postv1connect.PostInternalServiceHandler = (*Service)(nil)
)

// New makes the service.
func New(d Deps) *Service {
	return &Service{
		store:       d.Store,
		media:       d.Media,
		pages:       d.Pages,
		pace:        pace.New(d.Limiter, "post", d.Rate, "you are posting too fast; please wait a moment"),
		shared:      cache.NewShared(cache.Config{Size: cacheSize, Lifetime: cacheLifetime}, d.Caches, cache.Messages("post", func() *postv1.Post { return &postv1.Post{} })),
		log:         d.Log,
		eraseBudget: eraseBudget,
	}
}

// Handlers are the topics that this noun's workers handle.
func (s *Service) Handlers() queue.Handlers {
	return queue.Handlers{topicAccountDeleted: queue.OnEvent(s.OnAccountDeleted)}
}

// Forget drops posts from the cache of this process: for a listener that hears
// of changes which other processes made.
func (s *Service) Forget(ids ...uuid.UUID) { s.shared.Invalidate(ids...) }

// CacheCounts are how many shared posts were answered from memory, and how many
// were not.
func (s *Service) CacheCounts() (hits, misses uint64) { return s.shared.Counts() }
