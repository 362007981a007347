package review

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"github.com/throng-social/throng/gen/db/reviewdb"
	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/postgres"
)

// store stores a message with the sums that it changes, and answers what was not
// there, alone among imports or beside others. Then it fails as Exists where another
// has added a part of it since it was looked for.
func (im *importer) store(ctx context.Context, m *reviewv1.ImportReviewsRequest, alone bool) (*importBatch, error) {
	var b *importBatch
	lock := im.service.q.ShareImports
	if alone {
		lock = im.service.q.HoldImports
	}
	err := im.service.db.InTx(ctx, func(tx postgres.Tx) (err error) {
		if err = lock(ctx, tx); err != nil {
			return err
		}
		if b, err = im.prepare(ctx, tx, m); err != nil {
			return err
		}
		b.reviews, err = im.storeIn(ctx, tx, b)
		return err
	})
	if err != nil {
		return nil, err
	}
	for key, target := range b.created {
		target.created = false
		im.known[key] = target
	}
	// Nobody has seen the others.
	im.service.changed(slices.Collect(maps.Keys(b.there))...)
	return b, nil
}

// storeIn answers the reviews that were not there.
func (im *importer) storeIn(ctx context.Context, tx postgres.Tx, b *importBatch) ([]reviewdb.CopyReviewsParams, error) {
	q := im.service.q
	if len(b.products) > 0 {
		if _, err := q.CopyProducts(ctx, tx, b.products); err != nil {
			return nil, err
		}
	}
	reviews, err := im.withoutKnown(ctx, tx, b)
	if err != nil || len(reviews) == 0 {
		return nil, err
	}
	if _, err := q.CopyReviews(ctx, tx, reviews); err != nil {
		return nil, err
	}
	return reviews, q.CountImported(ctx, tx, sumsOf(reviews))
}

// withoutKnown leaves out those that are there. Products that are new with the batch
// have none.
func (im *importer) withoutKnown(ctx context.Context, tx postgres.Tx, b *importBatch) ([]reviewdb.CopyReviewsParams, error) {
	var ask reviewdb.FindImportedParams
	for i := range b.reviews {
		if r := &b.reviews[i]; b.there[r.ProductID] {
			ask.ProductIds, ask.Keys = append(ask.ProductIds, r.ProductID), append(ask.Keys, r.Key)
		}
	}
	if len(ask.Keys) == 0 {
		return b.reviews, nil
	}
	rows, err := im.service.q.FindImported(ctx, tx, ask)
	if err != nil || len(rows) == 0 {
		return b.reviews, err
	}
	there := make(map[reviewdb.FindImportedRow]bool, len(rows))
	for _, row := range rows {
		there[row] = true
	}
	return slices.DeleteFunc(b.reviews, func(r reviewdb.CopyReviewsParams) bool {
		return there[reviewdb.FindImportedRow{ProductID: r.ProductID, Key: r.Key}]
	}), nil
}

// sumsOf adds up reviews that are in the order of products. Hidden ones do not count.
func sumsOf(reviews []reviewdb.CopyReviewsParams) reviewdb.CountImportedParams {
	var all reviewdb.CountImportedParams
	for len(reviews) > 0 {
		n := slices.IndexFunc(reviews, func(r reviewdb.CopyReviewsParams) bool { return r.ProductID != reviews[0].ProductID })
		if n < 0 {
			n = len(reviews)
		}
		addSums(&all, reviews[:n])
		reviews = reviews[n:]
	}
	return all
}

// addSums adds those of one product.
func addSums(all *reviewdb.CountImportedParams, reviews []reviewdb.CopyReviewsParams) {
	var stars [scale]int64
	var recommended int64
	var counts, sums []int64
	for i := range reviews {
		r := &reviews[i]
		if r.Hidden {
			continue
		}
		stars[r.Rating-1]++
		if r.Recommend {
			recommended++
		}
		for len(counts) < len(r.Rated) {
			counts, sums = append(counts, 0), append(sums, 0)
		}
		for j, v := range r.Rated {
			if v > 0 {
				counts[j]++
				sums[j] += int64(v)
			}
		}
	}
	if stars == [scale]int64{} {
		return
	}
	all.ProductIds = append(all.ProductIds, reviews[0].ProductID)
	for i, to := range []*[]int64{&all.Stars1, &all.Stars2, &all.Stars3, &all.Stars4, &all.Stars5} {
		*to = append(*to, stars[i])
	}
	all.Recommended = append(all.Recommended, recommended)
	all.ValueCounts, all.ValueSums = append(all.ValueCounts, arrayOf(counts)), append(all.ValueSums, arrayOf(sums))
}

// arrayOf writes numbers as the database does.
func arrayOf(numbers []int64) string {
	text := []byte{'{'}
	for i, n := range numbers {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendInt(text, n, 10)
	}
	return string(append(text, '}'))
}
