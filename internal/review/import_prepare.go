package review

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/reviewdb"
	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/postgres"
)

const (
	// maxKnown bounds the products that a stream remembers, at about 150 bytes each.
	maxKnown = 200_000
	// maxWorth bounds the degrees of helpfulness that it remembers.
	maxWorth = 10_000
)

// importTarget is a product that reviews are imported to.
type importTarget struct {
	id              uuid.UUID
	characteristics int
	// created says that it is new with the message, so that it has no reviews yet.
	created bool
}

// importBatch is a message in the form in which it is stored.
type importBatch struct {
	// products are new, in the order of keys.
	products []reviewdb.CopyProductsParams
	// reviews are in the order of products, and of keys within one. Those of products
	// that were there already may be there, too.
	reviews []reviewdb.CopyReviewsParams
	created map[string]importTarget
	// there has the products of reviews that were there before the message.
	there   map[uuid.UUID]bool
	refused []*reviewv1.ReviewRefusal
}

// prepare finds out what a message is about.
func (im *importer) prepare(ctx context.Context, tx postgres.Tx, m *reviewv1.ImportReviewsRequest) (*importBatch, error) {
	if err := im.learnProducts(ctx, tx, m); err != nil {
		return nil, err
	}
	if err := im.learnWorth(ctx, tx, m.GetReviews()); err != nil {
		return nil, err
	}
	b := &importBatch{created: map[string]importTarget{}, there: map[uuid.UUID]bool{}}
	if err := im.addProducts(b, m.GetProducts()); err != nil {
		return nil, err
	}
	return b, im.addReviews(b, m.GetReviews())
}

// learnProducts makes those products known that a message names and that there are.
func (im *importer) learnProducts(ctx context.Context, tx postgres.Tx, m *reviewv1.ImportReviewsRequest) error {
	if len(im.known) > maxKnown {
		clear(im.known)
	}
	asked := map[string]bool{}
	for _, p := range m.GetProducts() {
		asked[p.GetKey()] = true
	}
	for _, r := range m.GetReviews() {
		asked[r.GetProductKey()] = true
	}
	maps.DeleteFunc(asked, func(key string, _ bool) bool { _, known := im.known[key]; return known })
	if len(asked) == 0 {
		return nil
	}
	rows, err := im.service.q.FindProductsByKeys(ctx, tx, slices.Collect(maps.Keys(asked)))
	for _, row := range rows {
		im.known[row.Key] = importTarget{id: row.ID, characteristics: int(row.Characteristics)}
	}
	return err
}

// learnWorth asks the database what helpfulness is worth: it is a logarithm, which
// would not be the same to the last digit if it were computed here.
func (im *importer) learnWorth(ctx context.Context, tx postgres.Tx, reviews []*reviewv1.ImportedReview) error {
	if len(im.worth) > maxWorth {
		clear(im.worth)
	}
	asked := map[int64]bool{}
	for _, r := range reviews {
		if _, known := im.worth[int64(r.GetHelpfulCount())]; !known {
			asked[int64(r.GetHelpfulCount())] = true
		}
	}
	if len(asked) == 0 {
		return nil
	}
	unknown := slices.Collect(maps.Keys(asked))
	rows, err := im.service.q.WeighHelpful(ctx, tx, unknown)
	for _, row := range rows {
		im.worth[row.Helpful] = row.Worth
	}
	return err
}

// addProducts adds those that are not known, each once.
func (im *importer) addProducts(b *importBatch, products []*reviewv1.ImportedProduct) error {
	for _, p := range products {
		_, known := im.known[p.GetKey()]
		if _, twice := b.created[p.GetKey()]; known || twice {
			continue
		}
		row, err := newImportedProduct(p)
		if err != nil {
			return err
		}
		b.products = append(b.products, row)
		b.created[p.GetKey()] = importTarget{id: row.ID, characteristics: len(row.Characteristics), created: true}
	}
	slices.SortFunc(b.products, func(x, y reviewdb.CopyProductsParams) int { return strings.Compare(x.Key, y.Key) })
	return nil
}

func newImportedProduct(p *reviewv1.ImportedProduct) (reviewdb.CopyProductsParams, error) {
	name := cmp.Or(p.GetName(), p.GetKey())
	row := reviewdb.CopyProductsParams{
		Key: p.GetKey(), Name: name, NameKey: nameKey(name), Characteristics: p.GetCharacteristics(),
		CharacteristicIds: make([]uuid.UUID, len(p.GetCharacteristics())), Labels: labelsOf(p.GetCharacteristics(), func(int) []string { return nil }),
	}
	if row.Characteristics == nil {
		row.Characteristics = []string{}
	}
	var err error
	for i := range row.CharacteristicIds {
		if row.CharacteristicIds[i], err = uuid.NewV7(); err != nil {
			return row, err
		}
	}
	row.ID, err = uuid.NewV7()
	return row, err
}

// addReviews adds those that a product can have, each once.
func (im *importer) addReviews(b *importBatch, reviews []*reviewv1.ImportedReview) error {
	for _, r := range reviews {
		target, ok := b.created[r.GetProductKey()]
		if !ok {
			target, ok = im.known[r.GetProductKey()]
		}
		switch {
		case !ok:
			b.refused = append(b.refused, &reviewv1.ReviewRefusal{Line: r.GetLine(), Reason: "product_missing"})
		case len(r.GetValues()) > target.characteristics:
			b.refused = append(b.refused, &reviewv1.ReviewRefusal{Line: r.GetLine(), Reason: "characteristic_unknown"})
		default:
			b.reviews = append(b.reviews, im.newReview(target.id, r))
			if !target.created {
				b.there[target.id] = true
			}
		}
	}
	// Whoever stores the same reviews at the same time does so in the same order.
	slices.SortStableFunc(b.reviews, func(x, y reviewdb.CopyReviewsParams) int {
		return cmp.Or(bytes.Compare(x.ProductID[:], y.ProductID[:]), strings.Compare(x.Key, y.Key))
	})
	b.reviews = slices.CompactFunc(b.reviews, func(x, y reviewdb.CopyReviewsParams) bool { return x.ProductID == y.ProductID && x.Key == y.Key })
	for i := range b.reviews {
		var err error
		if b.reviews[i].ID, err = uuid.NewV7(); err != nil {
			return err
		}
	}
	return nil
}

// relevanceMillis is how many milliseconds younger a review must be to be worth one
// more millionth of a doubling; see review_relevance.
const relevanceMillis = 7776

func (im *importer) newReview(product uuid.UUID, r *reviewv1.ImportedReview) reviewdb.CopyReviewsParams {
	at := time.UnixMilli(r.GetCreatedMs())
	row := reviewdb.CopyReviewsParams{
		ProductID: product, CreatedAt: at, Helpful: int64(r.GetHelpfulCount()),
		Relevance: im.worth[int64(r.GetHelpfulCount())] + (r.GetCreatedMs()+relevanceMillis/2)/relevanceMillis,
		Hidden:    r.GetHidden(), Recommend: r.GetRecommend(), Rating: int16(r.GetRating()), Rated: make([]int16, len(r.GetValues())), //nolint:gosec // 1 to 5
		Reviewer: r.GetReviewerName(), Summary: r.GetSummary(), Body: r.GetBody(), PhotoUrls: r.GetPhotoUrls(), Response: r.GetResponse(), Key: r.GetKey(),
	}
	for i, v := range r.GetValues() {
		row.Rated[i] = int16(v) //nolint:gosec // 0 to 5
	}
	if row.PhotoUrls == nil {
		row.PhotoUrls = []string{}
	}
	if row.Response != "" {
		row.RespondedAt = &at
	}
	return row
}
