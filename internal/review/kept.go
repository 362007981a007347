package review

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/cache"
)

const (
	// productsKept bounds the products in memory, to about 20 MB; they never change.
	productsKept     = 20_000
	productsLifetime = time.Minute
	// metasKept bounds the sums in memory, to about 40 MB.
	metasKept = 20_000
	// firstsKept bounds the first pages in memory, which are of about 10 kB each, and
	// firstsBytes what they take where texts are long: a page may have a megabyte.
	firstsKept  = 2_000
	firstsBytes = 32 << 20
	// keptLifetime bounds how long another process may show a product's reviews as
	// they were to readers who have not seen their change.
	keptLifetime = 5 * time.Second
)

// sorts are the orders of reviews.
var sorts = []reviewv1.Sort{reviewv1.Sort_SORT_RELEVANT, reviewv1.Sort_SORT_NEWEST, reviewv1.Sort_SORT_HELPFUL}

// firstKey names a first page.
type firstKey struct {
	product uuid.UUID
	sort    reviewv1.Sort
}

func newProducts(g *cache.Group) *cache.Cache[uuid.UUID, *reviewv1.Product] {
	shared := cache.Messages("review_product", func() *reviewv1.Product { return &reviewv1.Product{} })
	return cache.NewShared(cache.Config{Size: productsKept, Lifetime: productsLifetime}, g, shared)
}

func newMetas(g *cache.Group) *cache.Cache[uuid.UUID, *reviewv1.ReviewMeta] {
	shared := cache.Messages("review_meta", func() *reviewv1.ReviewMeta { return &reviewv1.ReviewMeta{} })
	return cache.NewShared(cache.Config{Size: metasKept, Lifetime: keptLifetime}, g, shared)
}

func newFirsts(g *cache.Group) *cache.Cache[firstKey, *reviewv1.ListReviewsResponse] {
	return cache.NewShared(cache.Config{Size: firstsKept, Bytes: firstsBytes, Lifetime: keptLifetime}, g, cache.Shared[firstKey, *reviewv1.ListReviewsResponse]{
		Name:   "review_first",
		Key:    firstKey.String,
		Parse:  parseFirstKey,
		Encode: func(first *reviewv1.ListReviewsResponse) ([]byte, error) { return proto.Marshal(first) },
		Decode: func(raw []byte) (*reviewv1.ListReviewsResponse, error) {
			first := &reviewv1.ListReviewsResponse{}
			return first, proto.Unmarshal(raw, first)
		},
	})
}

// String writes the key as all processes do.
func (k firstKey) String() string { return k.product.String() + "/" + strconv.Itoa(int(k.sort)) }

func parseFirstKey(text string) (firstKey, error) {
	product, number, _ := strings.Cut(text, "/")
	productID, err := uuid.Parse(product)
	if err != nil {
		return firstKey{}, err
	}
	sort, err := strconv.ParseInt(number, 10, 32)
	if err != nil {
		return firstKey{}, fmt.Errorf("the order of a first page: %w", err)
	}
	return firstKey{productID, reviewv1.Sort(sort)}, nil
}

// changed forgets what is shown of products whose reviews and sums have changed. It
// is called after the commit, before the change is acknowledged.
func (s *Service) changed(products ...uuid.UUID) {
	s.metas.Invalidate(products...)
	s.changedLists(products...)
}

// changedLists forgets the first pages of products, as of those of whose reviews a
// part was changed that no sum counts.
func (s *Service) changedLists(products ...uuid.UUID) {
	keys := make([]firstKey, 0, len(products)*len(sorts))
	for _, product := range products {
		for _, sort := range sorts {
			keys = append(keys, firstKey{product, sort})
		}
	}
	s.firsts.Invalidate(keys...)
}
