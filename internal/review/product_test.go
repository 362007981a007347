package review_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestAProductIsMadeOnceForItsKeyAndFoundByItAndByItsID(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		own := []string{"dull", "a bit dull", "fine", "shiny", "dazzling"}
		req := &reviewv1.CreateProductRequest{Key: "dress-1", Name: "A dress", Characteristics: []*reviewv1.NewCharacteristic{
			{Name: "Sparkle", Labels: own}, {Name: "Size"}, {Name: "Scent"},
		}}
		made, err := w.CreateProduct(shop(t), req)
		must(t, err)
		again, err := w.CreateProduct(shop(t), req)
		must(t, err)
		byKey, err := w.GetProduct(t.Context(), &reviewv1.GetProductRequest{Name: &reviewv1.GetProductRequest_Key{Key: "dress-1"}})
		must(t, err)
		byID, err := w.GetProduct(t.Context(), &reviewv1.GetProductRequest{Name: &reviewv1.GetProductRequest_ProductId{ProductId: made.GetProduct().GetId()}})
		must(t, err)
		for what, p := range map[string]*reviewv1.Product{"again": again.GetProduct(), "by key": byKey.GetProduct(), "by id": byID.GetProduct()} {
			if !proto.Equal(p, made.GetProduct()) {
				t.Errorf("%s: %v\nwant %v", what, p, made.GetProduct())
			}
		}
		c := made.GetProduct().GetCharacteristics()
		if len(c) != 3 || !slices.Equal(c[0].GetLabels(), own) || c[1].GetLabels()[2] != "Perfect" || len(c[2].GetLabels()) != 0 {
			t.Errorf("the characteristics are %v", c)
		}
	})
}

func TestAKeyIsOfOneProduct(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		plain := func() *reviewv1.CreateProductRequest {
			return &reviewv1.CreateProductRequest{Key: "dress-1", Name: "A dress", Characteristics: []*reviewv1.NewCharacteristic{{Name: "Size"}}}
		}
		_, err := w.CreateProduct(shop(t), plain())
		must(t, err)
		for _, change := range []func(*reviewv1.CreateProductRequest){
			func(req *reviewv1.CreateProductRequest) { req.Name = "A shirt" },
			func(req *reviewv1.CreateProductRequest) { req.Characteristics[0].Name = "Fit" },
			func(req *reviewv1.CreateProductRequest) { req.Characteristics = nil },
			func(req *reviewv1.CreateProductRequest) {
				req.Characteristics[0].Labels = []string{"1", "2", "3", "4", "5"}
			},
		} {
			req := plain()
			change(req)
			_, err := w.CreateProduct(shop(t), req)
			wantFault(t, err, fault.Exists, "product_differs")
		}
		ends := allAtOnce(8, func(i int) error {
			_, err := w.CreateProduct(shop(t), &reviewv1.CreateProductRequest{Key: "new", Name: fmt.Sprintf("Name %d", i/4)})
			return err
		})
		equal(t, "made, or found made", ends[""], 4)
		equal(t, "with another name", ends["product_differs"], 4)
	})
}

func TestWhatIsNoProductIsNotFound(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, nothing := open(t, seam), uuid.NewString()
		author := w.people(1)[0]
		_, err := w.GetProduct(t.Context(), &reviewv1.GetProductRequest{Name: &reviewv1.GetProductRequest_Key{Key: "nothing"}})
		wantFault(t, err, fault.NotFound, "product_not_found")
		_, err = w.GetProduct(t.Context(), &reviewv1.GetProductRequest{Name: &reviewv1.GetProductRequest_ProductId{ProductId: nothing}})
		wantFault(t, err, fault.NotFound, "product_not_found")
		_, err = w.GetReviewMeta(t.Context(), &reviewv1.GetReviewMetaRequest{ProductId: nothing})
		wantFault(t, err, fault.NotFound, "product_not_found")
		for _, req := range []*reviewv1.ListReviewsRequest{{}, {PageSize: 5}, {Ratings: []int32{1}}, {Text: "word", Sort: reviewv1.Sort_SORT_NEWEST}} {
			req.ProductId = nothing
			_, err = w.ListReviews(t.Context(), req)
			wantFault(t, err, fault.NotFound, "product_not_found")
		}
		_, err = w.CreateReview(as(t, author), opinion(&reviewv1.Product{Id: nothing}, 5))
		wantFault(t, err, fault.NotFound, "product_not_found")
	})
}

func TestProductsAreListedByNameWhateverItsCase(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		for i, name := range []string{"Shirt", "dress", "Dress", "ÉCLAIR  ring", "dresser", "Dré", "a%b", "a_b", "abc"} {
			_, err := w.CreateProduct(shop(t), &reviewv1.CreateProductRequest{Key: fmt.Sprint(i), Name: name})
			must(t, err)
		}
		for prefix, want := range map[string]string{
			"":       "[a%b a_b abc dress Dress dresser Dré Shirt ÉCLAIR  ring]",
			"DRES":   "[dress Dress dresser]",
			"éclair": "[ÉCLAIR  ring]",
			"a%":     "[a%b]",
			"a_":     "[a_b]",
			"zebra":  "[]",
		} {
			for _, size := range []int32{1, 2, 3, 0} {
				var names []string
				for token, more := "", true; more; more = token != "" {
					res, err := w.ListProducts(t.Context(), &reviewv1.ListProductsRequest{Prefix: prefix, PageSize: size, PageToken: token})
					must(t, err)
					for _, p := range res.GetProducts() {
						names = append(names, p.GetName())
					}
					token = res.GetNextPageToken()
				}
				equal(t, fmt.Sprintf("%q by %d", prefix, size), fmt.Sprint(names), want)
			}
		}
	})
}
