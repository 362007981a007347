// Package review keeps products, what people say of them, and the sums over that.
//
// A review is one row, its values beside it in the order of the product's
// characteristics. The sums of a product (GetReviewMeta) are another row, changed in
// the transaction that adds, deletes, hides or shows a review; so they equal a
// recount at every moment (Recount). Whoever changes both locks the review first.
//
// Each order of reviews is an index: by date, by helpfulness, and by relevance, a
// number that is stored with the review and, as all reviews grow old alike, never
// needs to be made anew for the passing of time (review_relevance in the migration).
// A list or sums cost one statement, which tells as well whether there is such a
// product. First pages and sums are cached, and invalidated by what changes them; what
// one account has done is for itself alone, and read each time (GetMyActivity).
//
// Reports hide a review when enough people made one, until a moderator has spoken;
// what was done to a review is recorded with it, in one transaction. Pictures belong
// to the media noun: a review claims them before it is stored and confirms or
// releases the claim by events.
package review

import (
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/reviewdb"
	"github.com/throng-social/throng/gen/go/throng/media/v1/mediav1connect"
	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/gen/go/throng/review/v1/reviewv1connect"
	"github.com/throng-social/throng/gen/go/throng/user/v1/userv1connect"
	"github.com/throng-social/throng/internal/cache"
	"github.com/throng-social/throng/internal/pace"
	"github.com/throng-social/throng/internal/page"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/queue"
)

// DefaultRate is for people who review, mark and report, and hurried ones.
var DefaultRate = pace.Rate{PerMinute: 60, Burst: 30}

// eraseBudget is how long one try of an erasure works before it makes way; a job has
// ten seconds.
const eraseBudget = 5 * time.Second

// Deps is what the service stands on. All but Rate, Limiter, Caches and Now are
// needed.
type Deps struct {
	DB     *postgres.DB
	Events *queue.Publisher
	Users  userv1connect.UserInternalServiceClient
	Media  mediav1connect.MediaInternalServiceClient
	Pages  page.Sealer
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

// Service implements the contract of reviews.
type Service struct {
	db       *postgres.DB
	q        *reviewdb.Queries
	events   *queue.Publisher
	users    userv1connect.UserInternalServiceClient
	media    mediav1connect.MediaInternalServiceClient
	pages    page.Sealer
	pace     *pace.Pace
	products *cache.Cache[uuid.UUID, *reviewv1.Product]
	metas    *cache.Cache[uuid.UUID, *reviewv1.ReviewMeta]
	// firsts are the first pages of lists of all stars, of the usual size.
	firsts *cache.Cache[firstKey, *reviewv1.ListReviewsResponse]
	log    *slog.Logger
	now    func() time.Time

	eraseBudget time.Duration
	// imports has a place for each stream under way.
	imports chan struct{}
}

var _ reviewv1connect.ReviewServiceHandler = (*Service)(nil)

// New makes the service.
func New(d Deps) *Service {
	if d.Now == nil {
		d.Now = time.Now
	}
	return &Service{
		db:          d.DB,
		q:           reviewdb.New(),
		events:      d.Events,
		users:       d.Users,
		media:       d.Media,
		pages:       d.Pages,
		pace:        pace.New(d.Limiter, "review", d.Rate, "you are doing this too fast; please wait a moment"),
		products:    newProducts(d.Caches),
		metas:       newMetas(d.Caches),
		firsts:      newFirsts(d.Caches),
		log:         d.Log,
		now:         d.Now,
		eraseBudget: eraseBudget,
		imports:     make(chan struct{}, maxImports),
	}
}

// Handlers are the topics that this noun's workers handle.
func (s *Service) Handlers() queue.Handlers {
	return queue.Handlers{topicAccountDeleted: queue.OnEvent(s.OnAccountDeleted)}
}

// CacheCounts are how many sums and first pages were answered from memory, and how
// many were not.
func (s *Service) CacheCounts() (hits, misses uint64) {
	metaHits, metaMisses := s.metas.Counts()
	firstHits, firstMisses := s.firsts.Counts()
	return metaHits + firstHits, metaMisses + firstMisses
}
