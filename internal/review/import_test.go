package review_test

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"connectrpc.com/connect"
	"github.com/google/uuid"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

// shipment is a message: products "key name,name" and reviews.
func shipment(products []string, reviews ...*reviewv1.ImportedReview) *reviewv1.ImportReviewsRequest {
	m := &reviewv1.ImportReviewsRequest{Reviews: reviews}
	for _, p := range products {
		key, names, rated := strings.Cut(p, " ")
		product := &reviewv1.ImportedProduct{Key: key}
		if rated {
			product.Characteristics = strings.Split(names, ",")
		}
		m.Products = append(m.Products, product)
	}
	return m
}

// imported is a review of somebody who recommends what has more than three stars.
func imported(product, key string, stars int32, values ...int32) *reviewv1.ImportedReview {
	return &reviewv1.ImportedReview{
		ProductKey: product, Key: key, Rating: stars, Summary: "In a word", Body: "In many words", Recommend: stars > 3, ReviewerName: "Ann",
		CreatedMs: 1_596_080_481_467, Values: values,
	}
}

// load sends messages over one stream.
func (w world) load(messages ...*reviewv1.ImportReviewsRequest) (*reviewv1.ImportReviewsResponse, error) {
	w.t.Helper()
	stream, err := w.ImportReviews(in(w.t, uuid.New(), accessv1.Role_ROLE_ADMIN))
	if err != nil {
		return nil, err
	}
	for _, m := range messages {
		if err := stream.Send(m); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
	}
	return stream.CloseAndReceive()
}

func (w world) byKey(key string) *reviewv1.Product {
	w.t.Helper()
	res, err := w.GetProduct(w.t.Context(), &reviewv1.GetProductRequest{Name: &reviewv1.GetProductRequest_Key{Key: key}})
	must(w.t, err)
	return res.GetProduct()
}

func TestAnImportAddsProductsAndReviewsOnce(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.OverSocket)
	whole := imported("hat", "1", 5, 4, 2)
	whole.HelpfulCount, whole.Response, whole.PhotoUrls = 7, "Thanks", []string{"https://a.example/1", "http://a.example/2"}
	file := []*reviewv1.ImportReviewsRequest{
		shipment([]string{"hat Fit,Colour", "bag"}, whole, imported("hat", "2", 2, 0, 5), imported("hat", "1", 1)),
		shipment([]string{"hat", "cap Fit"}, imported("cap", "1", 4, 1), imported("hat", "3", 4)),
	}
	for _, created := range []int64{4, 0} {
		res, err := w.load(file...)
		must(t, err)
		equal(t, "products", res.GetProducts(), 4)
		equal(t, "products created", res.GetProductsCreated(), created*3/4)
		equal(t, "reviews", res.GetReviews(), 5)
		equal(t, "reviews created", res.GetReviewsCreated(), created)
		equal(t, "refused", res.GetRefused(), 0)
		w.exact()
	}
	hat := w.byKey("hat")
	equal(t, "the product", fmt.Sprint(hat.GetName(), len(hat.GetCharacteristics()), len(hat.GetCharacteristics()[0].GetLabels()), len(hat.GetCharacteristics()[1].GetLabels())), "hat2 5 0")
	m := w.meta(hat)
	equal(t, "sums", fmt.Sprintf("%v %d %d %s", m.GetRatings(), m.GetRecommended(), m.GetTotal(), m.GetMeanRating()), "[0 1 0 1 1] 2 3 3.6667")
	equal(t, "means", m.GetCharacteristics()[0].GetMean()+" "+m.GetCharacteristics()[1].GetMean(), "4.0000 3.5000")
	first := w.list(hat, reviewv1.Sort_SORT_HELPFUL)[0]
	equal(t, "the review", fmt.Sprint(
		first.GetSummary(), first.GetBody(), first.GetRating(), first.GetRecommend(), first.GetHelpfulCount(), first.GetReviewer().GetName(), first.GetReviewer().GetUserId(),
		first.GetResponse(), first.GetCreatedAt().AsTime().UnixMilli(), len(first.GetPhotos()), first.GetPhotos()[1].GetUrl(), len(first.GetValues()), first.GetValues()[1].GetValue(),
	), "In a wordIn many words5 true 7AnnThanks1596080481467 2http://a.example/22 2")
}

func TestReviewsAreRefusedOneByOne(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.OverSocket)
	missing, rated, fine := imported("cap", "1", 5), imported("hat", "1", 5, 1, 2), imported("hat", "2", 5, 1)
	missing.Line, rated.Line = 7, 8
	res, err := w.load(shipment([]string{"hat Fit"}, missing, rated, fine))
	must(t, err)
	equal(t, "created", res.GetReviewsCreated(), 1)
	one, two := res.GetRefusals()[0], res.GetRefusals()[1]
	equal(t, "refused", fmt.Sprintf("%d: %d %s, %d %s", res.GetRefused(), one.GetLine(), one.GetReason(), two.GetLine(), two.GetReason()), "2: 7 product_missing, 8 characteristic_unknown")
	var many []*reviewv1.ImportedReview
	for i := range 150 {
		many = append(many, imported("cap", fmt.Sprint(i), 5))
	}
	res, err = w.load(shipment(nil, many[:60]...), shipment(nil, many[60:]...))
	must(t, err)
	equal(t, "refused and named", fmt.Sprint(res.GetRefused(), len(res.GetRefusals())), "150 100")
}

func TestHiddenReviewsAreImportedAndDoNotCount(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.OverSocket)
	hidden := imported("hat", "1", 1)
	hidden.Hidden = true
	_, err := w.load(shipment([]string{"hat"}, hidden, imported("hat", "2", 5)), shipment([]string{"cap"}, &reviewv1.ImportedReview{ProductKey: "cap", Key: "1", Rating: 3, Hidden: true}))
	must(t, err)
	w.exact()
	equal(t, "counted", w.meta(w.byKey("hat")).GetTotal(), 1)
	equal(t, "shown", len(w.list(w.byKey("hat"), reviewv1.Sort_SORT_NEWEST)), 1)
	equal(t, "stored", w.rows(`SELECT count(*)::text FROM reviews`)[0], "3")
}

// Recount compares the relevance of every review with the function.
func TestRelevanceIsThatOfTheFunctionWhateverDateAndHelpfulness(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.OverSocket)
	random := rand.New(rand.NewPCG(1, 2))
	var reviews []*reviewv1.ImportedReview
	for i := range 3000 {
		r := imported("hat", fmt.Sprint(i), 5)
		r.HelpfulCount = int32(random.ExpFloat64() * float64(uint32(1)<<random.IntN(24)))
		r.CreatedMs = random.Int64N(32_503_680_000_000)
		if i%3 == 0 {
			// About where a millionth begins, and where it is rounded up.
			r.CreatedMs = r.GetCreatedMs()/7776*7776 + 3888*random.Int64N(2) - random.Int64N(2)
		}
		reviews = append(reviews, r)
	}
	reviews[0].CreatedMs, reviews[0].HelpfulCount, reviews[1].CreatedMs, reviews[1].HelpfulCount = 0, 0, 32_503_680_000_000, 1<<31-1
	res, err := w.load(shipment([]string{"hat"}, reviews...))
	must(t, err)
	equal(t, "created", res.GetReviewsCreated(), 3000)
	w.exact()
}

func TestImportsOfTheSameRowsAtOnceAreExact(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.OverSocket)
	const products, each, streams = 20, 30, 4
	var all []*reviewv1.ImportedReview
	for p := range products {
		for i := range each {
			all = append(all, imported(fmt.Sprint("product_", p), fmt.Sprint(i), int32(1+(p+i)%5), int32(i%6)))
		}
	}
	var created [streams]int64
	var running sync.WaitGroup
	for i := range streams {
		running.Go(func() {
			mine := slices.Clone(all)
			rand.Shuffle(len(mine), func(a, b int) { mine[a], mine[b] = mine[b], mine[a] })
			var messages []*reviewv1.ImportReviewsRequest
			for part := range slices.Chunk(mine, 50) {
				m := shipment(nil, part...)
				for _, r := range part {
					m.Products = append(m.Products, &reviewv1.ImportedProduct{Key: r.GetProductKey(), Characteristics: []string{"Fit"}})
				}
				messages = append(messages, m)
			}
			res, err := w.load(messages...)
			if err != nil {
				t.Error(err)
			}
			created[i] = res.GetReviewsCreated()
		})
	}
	running.Wait()
	equal(t, "created", created[0]+created[1]+created[2]+created[3], products*each)
	w.exact()
}

func TestAnImportAndWritersOfTheSameProductAreExactAndSeen(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.OverSocket)
	_, err := w.load(shipment([]string{"hat Fit"}, imported("hat", "0", 5, 3)))
	must(t, err)
	hat, people := w.byKey("hat"), w.people(20)
	equal(t, "before", w.meta(hat).GetTotal(), 1)
	ends := allAtOnce(21, func(i int) error {
		if i < len(people) {
			_, err := w.CreateReview(as(t, people[i]), opinion(hat, 4, 2))
			return err
		}
		var messages []*reviewv1.ImportReviewsRequest
		for n := range 20 {
			messages = append(messages, shipment(nil, imported("hat", fmt.Sprint(n+1), 1, 5)))
		}
		_, err := w.load(messages...)
		return err
	})
	equal(t, "ends", fmt.Sprint(ends), "map[:21]")
	w.exact()
	equal(t, "after", w.meta(hat).GetTotal(), 41)
}

func TestABadMessageEndsTheImportAndLeavesWhatCameBefore(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.OverSocket)
	first := shipment([]string{"hat"}, imported("hat", "1", 5))
	_, err := w.load(first, shipment(nil, imported("hat", "2", 6)))
	equal(t, "code", connect.CodeOf(err), connect.CodeInvalidArgument)
	w.exact()
	res, err := w.load(first, shipment(nil, imported("hat", "2", 5)))
	must(t, err)
	equal(t, "created", res.GetReviewsCreated(), 1)
}

func TestFourImportsRunAtOnce(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.OverSocket)
	var streams []*connect.ClientStreamForClientSimple[reviewv1.ImportReviewsRequest, reviewv1.ImportReviewsResponse]
	for i := range 4 {
		stream, err := w.ImportReviews(in(t, uuid.New(), accessv1.Role_ROLE_ADMIN))
		must(t, err)
		must(t, stream.Send(shipment([]string{fmt.Sprint("product_", i)})))
		streams = append(streams, stream)
		// What is sent is stored while the stream is open, so it is being served now.
		for len(w.rows(`SELECT key FROM review_products`)) <= i {
			runtime.Gosched()
		}
	}
	_, err := w.load(shipment([]string{"hat"}))
	equal(t, "code", connect.CodeOf(err), connect.CodeResourceExhausted)
	for _, stream := range streams {
		_, err := stream.CloseAndReceive()
		must(t, err)
	}
	_, err = w.load(shipment([]string{"hat"}))
	must(t, err)
}

func TestWhoIsNoOperatorImportsNoReviews(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.OverSocket)
	stream, err := w.ImportReviews(shop(t))
	must(t, err)
	_, err = stream.CloseAndReceive()
	equal(t, "code", connect.CodeOf(err), connect.CodePermissionDenied)
}
