package bench

import (
	"context"
	"fmt"
	"path/filepath"

	"google.golang.org/protobuf/proto"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/gen/go/throng/review/v1/reviewv1connect"
)

// reviewMethod is a method that asks for a product and nothing else.
type reviewMethod struct {
	name, procedure string
	answer          func() proto.Message
}

var reviewMethods = []reviewMethod{
	{"sums of a product", reviewv1connect.ReviewServiceGetReviewMetaProcedure, func() proto.Message { return &reviewv1.GetReviewMetaResponse{} }},
	{"20 reviews of a product", reviewv1connect.ReviewServiceListReviewsProcedure, func() proto.Message { return &reviewv1.ListReviewsResponse{} }},
}

// ask is a question for a product, which is the first field of each.
func (m reviewMethod) ask(kind codec, product string) question {
	if kind == asJSON {
		return question{kind, m.procedure, `{"productId":"` + product + `"}`}
	}
	return question{kind, m.procedure, "\x0a\x24" + product}
}

// randomReviewRows reads of all products. The bare side asks its database each time.
func randomReviewRows(ctx context.Context, w *world, o options, r *report) error {
	s, err := w.openShop(ctx, r)
	if err != nil {
		return err
	}
	r.notef("Reads of reviews: %v, loaded through the API; readers are not signed in, and send consistency tokens. For products at random the limit is one statement a call, prepared, "+
		"its answer decoded by hand; for the %d products with the most reviews it is messages that were made at its start.", s.set.Spec, hotProducts)
	return s.rows(ctx, w, o, r, reads{name: "products at random", goal: "≥ 0.8"}, s.products, nil)
}

// hotReviewRows reads of a few. The bare side has their answers in its memory.
func hotReviewRows(ctx context.Context, w *world, o options, r *report) error {
	s, err := w.openShop(ctx, r)
	if err != nil {
		return err
	}
	return s.rows(ctx, w, o, r, reads{name: fmt.Sprintf("%d hot products", len(s.hot)), goal: "≥ 0.6"}, s.hot, s.hot)
}

// rows reads of some products by all methods. Both sides read from the replica.
func (s *shop) rows(ctx context.Context, w *world, o options, r *report, v reads, products, inMemory []string) (err error) {
	if v.ours, err = startSide(ctx, order{Settings: s.settings, Log: filepath.Join(w.dir, "reviews.log")}); err != nil {
		return err
	}
	defer v.ours.stop() //nolint:errcheck // it has answered all that it was asked
	if v.bare, err = startSide(ctx, order{Bare: bareReviewSide, Settings: s.settings, InMemory: inMemory}); err != nil {
		return err
	}
	defer v.bare.stop() //nolint:errcheck // as above
	of := v.name
	v.readers, v.questions = s.readers, len(products)
	for _, kind := range []codec{asJSON, asProtobuf} {
		for _, m := range reviewMethods {
			v.name, v.profile, v.answer = m.name+", "+of, fmt.Sprintf("reviews-%d-%s", len(products), filepath.Base(m.procedure)), m.answer
			v.ask = func(kind codec, i int) question { return m.ask(kind, products[i]) }
			if err := v.pair(ctx, o, r, kind); err != nil {
				return err
			}
		}
	}
	return nil
}
