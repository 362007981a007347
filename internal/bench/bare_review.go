package bench

import (
	"context"
	"encoding/binary"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/protobuf/types/known/timestamppb"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/gen/go/throng/review/v1/reviewv1connect"
	"github.com/throng-social/throng/internal/page"
)

const (
	// bareMetaSQL is all that the sums of a product show, in one row.
	bareMetaSQL = `
SELECT p.characteristic_ids, p.characteristics, p.labels, m.stars_1, m.stars_2, m.stars_3, m.stars_4, m.stars_5, m.recommended, m.value_counts, m.value_sums
FROM review_products p
         LEFT JOIN review_meta m ON m.product_id = p.id
WHERE p.id = $1`

	// bareReviewsSQL is the first page of a product's reviews by relevance, and one more;
	// one row of no review where it has none.
	bareReviewsSQL = `
SELECT p.characteristic_ids, r.id, r.created_at, r.helpful, r.relevance, r.recommend, r.rating, r.rated, r.author_id, r.reviewer, r.summary, r.body,
       r.photo_urls, r.response, r.responded_at
FROM review_products p
         LEFT JOIN LATERAL (
    SELECT v.id, v.created_at, v.helpful, v.relevance, v.recommend, v.rating, v.rated, v.author_id, v.reviewer, v.summary, v.body, v.photo_urls, v.response, v.responded_at
    FROM reviews v
    WHERE v.product_id = p.id AND NOT v.hidden
    ORDER BY v.relevance DESC, v.id DESC
    LIMIT 21) r ON true
WHERE p.id = $1`
)

const (
	bareReviewSide = "reviews"
	bareMeta       = "meta"
	bareReviews    = "reviews"
)

// bareReview answers GetReviewMeta and the first page of ListReviews by relevance
// without anything that a product needs. Of some products it may have the answers in its
// memory: then it asks nobody.
type bareReview struct {
	reviewv1connect.UnimplementedReviewServiceHandler

	pool  *pgxpool.Pool
	pages page.Sealer
	metas map[string]*reviewv1.GetReviewMetaResponse
	lists map[string]*reviewv1.ListReviewsResponse
}

// newBareReview reads from the replica, as ours does.
func newBareReview(ctx context.Context, o order) (http.Handler, func(), error) {
	pages, err := barePages(o.Settings)
	if err != nil {
		return nil, nil, err
	}
	config, err := pgxpool.ParseConfig(o.Settings.Readers[0])
	if err != nil {
		return nil, nil, err
	}
	config.MaxConns, config.MinConns = o.Settings.MaxConns, o.Settings.MaxConns
	config.AfterConnect = prepareReviews
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, nil, err
	}
	b := &bareReview{pool: pool, pages: pages}
	if err := b.remember(ctx, o.InMemory); err != nil {
		pool.Close()
		return nil, nil, err
	}
	mux := http.NewServeMux()
	mux.Handle(reviewv1connect.NewReviewServiceHandler(b))
	return mux, pool.Close, nil
}

func prepareReviews(ctx context.Context, c *pgx.Conn) error {
	if _, err := c.Exec(ctx, barePlan); err != nil {
		return err
	}
	if _, err := c.PgConn().Prepare(ctx, bareMeta, bareMetaSQL, nil); err != nil {
		return err
	}
	_, err := c.PgConn().Prepare(ctx, bareReviews, bareReviewsSQL, nil)
	return err
}

func (b *bareReview) remember(ctx context.Context, products []string) error {
	metas, lists := map[string]*reviewv1.GetReviewMetaResponse{}, map[string]*reviewv1.ListReviewsResponse{}
	for _, product := range products {
		var err error
		if metas[product], err = b.GetReviewMeta(ctx, &reviewv1.GetReviewMetaRequest{ProductId: product}); err != nil {
			return err
		}
		if lists[product], err = b.ListReviews(ctx, &reviewv1.ListReviewsRequest{ProductId: product}); err != nil {
			return err
		}
	}
	b.metas, b.lists = metas, lists
	return nil
}

// read runs one of the statements for a product, at the driver's lowest layer.
func (b *bareReview) read(ctx context.Context, statement, product string, row func(v [][]byte)) error {
	id, err := uuid.Parse(product)
	if err != nil {
		return err
	}
	conn, err := b.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	// A context that cannot end spares the driver the watch over it.
	rows := conn.Conn().PgConn().ExecPrepared(context.Background(), statement, [][]byte{id[:]}, binaryFormat, binaryFormat)
	for rows.NextRow() {
		row(rows.Values())
	}
	_, err = rows.Close()
	return err
}

// GetReviewMeta implements reviewv1connect.ReviewServiceHandler.
func (b *bareReview) GetReviewMeta(ctx context.Context, req *reviewv1.GetReviewMetaRequest) (*reviewv1.GetReviewMetaResponse, error) {
	if res, ok := b.metas[req.GetProductId()]; ok {
		return res, nil
	}
	res := &reviewv1.GetReviewMetaResponse{}
	err := b.read(ctx, bareMeta, req.GetProductId(), func(v [][]byte) { res.Meta = bareSums(req.GetProductId(), v) })
	return res, err
}

func bareSums(product string, v [][]byte) *reviewv1.ReviewMeta {
	m := &reviewv1.ReviewMeta{ProductId: product, Ratings: make([]int64, 5)}
	var sum int64
	for i := range m.GetRatings() {
		n := bareInt(v[3+i])
		m.Ratings[i] = n
		m.Total += n
		sum += int64(i+1) * n
	}
	m.Recommended = bareInt(v[8])
	m.NotRecommended, m.MeanRating = m.GetTotal()-m.GetRecommended(), bareMean(sum, m.GetTotal())
	ids, names, labels, counts, sums := bareArray(v[0]), bareArray(v[1]), bareArray(v[2]), bareArray(v[9]), bareArray(v[10])
	m.Characteristics = make([]*reviewv1.CharacteristicMeta, len(ids))
	for i, id := range ids {
		c := &reviewv1.Characteristic{Id: uuid.UUID(id).String(), Name: string(names[i])}
		if own := labels[min(5*i, len(labels)):min(5*i+5, len(labels))]; len(own) > 0 && len(own[0]) > 0 {
			c.Labels = make([]string, len(own))
			for j, label := range own {
				c.Labels[j] = string(label)
			}
		}
		one := &reviewv1.CharacteristicMeta{Characteristic: c}
		if i < len(counts) {
			one.Count = bareInt(counts[i])
			one.Mean = bareMean(bareInt(sums[i]), one.GetCount())
		}
		m.Characteristics[i] = one
	}
	return m
}

// bareInt is 0 for NULL.
func bareInt(v []byte) int64 {
	if v == nil {
		return 0
	}
	return int64(binary.BigEndian.Uint64(v)) //nolint:gosec // as the server means it
}

// bareMean rounds half to even.
func bareMean(sum, n int64) string {
	if n == 0 {
		return ""
	}
	units, rest := sum*10_000/n, sum*10_000%n
	if 2*rest > n || 2*rest == n && units%2 == 1 {
		units++
	}
	return fmt.Sprintf("%d.%04d", units/10_000, units%10_000)
}

// bareArray has the elements of an array of one dimension in its binary form: the head
// has 20 bytes, the fourth word in it says how many there are, and each begins with its
// length.
func bareArray(src []byte) [][]byte {
	if len(src) < 20 {
		return nil
	}
	list := make([][]byte, binary.BigEndian.Uint32(src[12:]))
	src = src[20:]
	for i := range list {
		n := binary.BigEndian.Uint32(src)
		list[i], src = src[4:4+n], src[4+n:]
	}
	return list
}

// ListReviews implements reviewv1connect.ReviewServiceHandler.
func (b *bareReview) ListReviews(ctx context.Context, req *reviewv1.ListReviewsRequest) (*reviewv1.ListReviewsResponse, error) {
	if res, ok := b.lists[req.GetProductId()]; ok {
		return res, nil
	}
	res := &reviewv1.ListReviewsResponse{}
	var last page.Cursor
	err := b.read(ctx, bareReviews, req.GetProductId(), func(v [][]byte) {
		if v[1] == nil {
			return // it has none
		}
		if len(res.GetReviews()) == page.DefaultSize {
			res.NextPageToken = b.pages.Seal("reviews/"+req.GetProductId()+"/1/15/", last)
			return
		}
		last = page.Cursor{Rank: float64(bareInt(v[4])), ID: uuid.UUID(v[1])}
		res.Reviews = append(res.Reviews, bareReviewOf(req.GetProductId(), v))
	})
	return res, err
}

func bareReviewOf(product string, v [][]byte) *reviewv1.Review {
	r := &reviewv1.Review{
		Id: uuid.UUID(v[1]).String(), ProductId: product, Rating: int32(binary.BigEndian.Uint16(v[6])), Summary: string(v[10]), Body: string(v[11]), Recommend: v[5][0] == 1,
		Reviewer: &reviewv1.Reviewer{Name: string(v[9])}, CreatedAt: bareStamp(v[2]), HelpfulCount: bareInt(v[3]), Response: string(v[13]), RespondedAt: bareStamp(v[14]),
	}
	if v[8] != nil {
		r.Reviewer.UserId = uuid.UUID(v[8]).String()
	}
	for _, url := range bareArray(v[12]) {
		r.Photos = append(r.Photos, &reviewv1.Photo{Url: string(url)})
	}
	ids := bareArray(v[0])
	for i, value := range bareArray(v[7]) {
		if n := binary.BigEndian.Uint16(value); n > 0 {
			r.Values = append(r.Values, &reviewv1.CharacteristicValue{CharacteristicId: uuid.UUID(ids[i]).String(), Value: int32(n)})
		}
	}
	return r
}

// bareStamp is nil for NULL.
func bareStamp(v []byte) *timestamppb.Timestamp {
	if v == nil {
		return nil
	}
	return timestamppb.New(bareEpoch.Add(time.Duration(bareInt(v)) * time.Microsecond))
}

// plans are those of the bare side's statements, for the product with the most reviews.
func (s *shop) plans(ctx context.Context, b *strings.Builder) error {
	replica, err := pgx.Connect(ctx, s.settings.Readers[0])
	if err != nil {
		return err
	}
	defer replica.Close(context.WithoutCancel(ctx))
	if _, err := replica.Exec(ctx, barePlan); err != nil {
		return err
	}
	if err := plan(ctx, b, replica, 3, "Sums of a product, bare, on the replica, after: "+barePlan, bareMetaSQL, s.hot[0]); err != nil {
		return err
	}
	return plan(ctx, b, replica, 3, "Reviews of a product, bare, on the replica, after: "+barePlan, bareReviewsSQL, s.hot[0])
}
