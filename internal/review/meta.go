package review

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/reviewdb"
	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/id"
)

// GetReviewMeta implements ReviewService.
func (s *Service) GetReviewMeta(ctx context.Context, req *reviewv1.GetReviewMetaRequest) (*reviewv1.GetReviewMetaResponse, error) {
	productID, err := id.Parse("product_id", req.GetProductId())
	if err != nil {
		return nil, err
	}
	m, exists, err := s.metas.Get(ctx, productID, s.loadMetas)
	if err == nil && !exists {
		err = errNoProduct
	}
	if err != nil {
		return nil, err
	}
	return &reviewv1.GetReviewMetaResponse{Meta: m}, nil
}

// BatchGetReviewMeta implements ReviewService.
func (s *Service) BatchGetReviewMeta(ctx context.Context, req *reviewv1.BatchGetReviewMetaRequest) (*reviewv1.BatchGetReviewMetaResponse, error) {
	ids, err := id.ParseAll("product_ids", req.GetProductIds())
	if err != nil {
		return nil, err
	}
	found, err := s.metas.GetMany(ctx, ids, s.loadMetas)
	if err != nil {
		return nil, err
	}
	res := &reviewv1.BatchGetReviewMetaResponse{}
	for _, productID := range ids {
		if m := found[productID]; m != nil {
			res.Metas = append(res.Metas, m)
		}
	}
	return res, nil
}

func (s *Service) loadMetas(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*reviewv1.ReviewMeta, error) {
	rows, err := s.q.LoadMeta(ctx, s.db.Reader(ctx), ids)
	found := make(map[uuid.UUID]*reviewv1.ReviewMeta, len(rows))
	for i := range rows {
		found[rows[i].ID] = toMeta(&rows[i])
	}
	return found, err
}

func toMeta(row *reviewdb.LoadMetaRow) *reviewv1.ReviewMeta {
	m := &reviewv1.ReviewMeta{
		ProductId:   row.ID.String(),
		Ratings:     []int64{row.Stars1, row.Stars2, row.Stars3, row.Stars4, row.Stars5},
		Recommended: row.Recommended,
	}
	var stars int64
	for i, n := range m.GetRatings() {
		m.Total += n
		stars += int64(i+1) * n
	}
	m.NotRecommended = m.GetTotal() - row.Recommended
	m.MeanRating = mean(stars, m.GetTotal())
	for i, c := range toCharacteristics(row.CharacteristicIds, row.Characteristics, row.Labels) {
		count, sum := at(row.ValueCounts, i), at(row.ValueSums, i)
		m.Characteristics = append(m.Characteristics, &reviewv1.CharacteristicMeta{Characteristic: c, Count: count, Mean: mean(sum, count)})
	}
	return m
}

// at is a sum of a characteristic; a list that is shorter says 0 of the rest.
func at(sums []int64, i int) int64 {
	if i < len(sums) {
		return sums[i]
	}
	return 0
}

// fraction is what the last decimal place of a mean is worth.
const fraction = 10_000

// mean is sum / count as an exact decimal, rounded half to even to four places; empty
// where nothing was counted.
func mean(sum, count int64) string {
	if count == 0 {
		return ""
	}
	units, rest := sum*fraction/count, sum*fraction%count
	if 2*rest > count || (2*rest == count && units%2 == 1) {
		units++
	}
	return fmt.Sprintf("%d.%04d", units/fraction, units%fraction)
}
