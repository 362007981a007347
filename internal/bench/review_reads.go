package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"

	"google.golang.org/protobuf/proto"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/gen/go/throng/review/v1/reviewv1connect"
)

// reviewReads are reads of reviews over HTTP by readers who are not signed in, of some
// products: `throng serve` as it comes against a bare handler, each in a process of its
// own. Both read from the replica.
type reviewReads struct {
	*shop

	name, goal string
	// ids are the products.
	ids        []string
	ours, bare *side
}

// reviewMethod is a method that asks for a product and nothing else.
type reviewMethod struct {
	name, procedure string
	answer          func() proto.Message
}

var reviewMethods = []reviewMethod{
	{"sums of a product", reviewv1connect.ReviewServiceGetReviewMetaProcedure, func() proto.Message { return &reviewv1.GetReviewMetaResponse{} }},
	{"20 reviews of a product", reviewv1connect.ReviewServiceListReviewsProcedure, func() proto.Message { return &reviewv1.ListReviewsResponse{} }},
}

// randomReviewRows reads of all products. The bare side asks its database each time.
func randomReviewRows(ctx context.Context, w *world, o options, r *report) error {
	s, err := w.openShop(ctx, r)
	if err != nil {
		return err
	}
	r.notef("Reads of reviews: %v, loaded through the API; readers are not signed in, and send consistency tokens. For products at random the limit is one statement a call, prepared, "+
		"its answer decoded by hand; for the %d products with the most reviews it is messages that were made at its start.", s.set.Spec, hotProducts)
	return (&reviewReads{shop: s, name: "products at random", goal: "≥ 0.8", ids: s.products}).rows(ctx, w, o, r, nil)
}

// hotReviewRows reads of a few. The bare side has their answers in its memory.
func hotReviewRows(ctx context.Context, w *world, o options, r *report) error {
	s, err := w.openShop(ctx, r)
	if err != nil {
		return err
	}
	return (&reviewReads{shop: s, name: fmt.Sprintf("%d hot products", len(s.hot)), goal: "≥ 0.6", ids: s.hot}).rows(ctx, w, o, r, s.hot)
}

func (v *reviewReads) rows(ctx context.Context, w *world, o options, r *report, inMemory []string) (err error) {
	if v.ours, err = startSide(ctx, order{Settings: v.settings, Log: filepath.Join(w.dir, "reviews.log")}); err != nil {
		return err
	}
	defer v.ours.stop() //nolint:errcheck // it has answered all that it was asked
	if v.bare, err = startSide(ctx, order{Bare: bareReviewSide, Settings: v.settings, Products: inMemory}); err != nil {
		return err
	}
	defer v.bare.stop() //nolint:errcheck // as above
	for _, kind := range []codec{asJSON, asProtobuf} {
		for _, m := range reviewMethods {
			if err := v.pair(ctx, o, r, kind, m); err != nil {
				return fmt.Errorf("%s, %s: %w", m.name, v.name, err)
			}
		}
	}
	return nil
}

// ask is a question for a product, which is the first field of each.
func (m reviewMethod) ask(kind codec, product string) question {
	if kind == asJSON {
		return question{kind, m.procedure, `{"productId":"` + product + `"}`}
	}
	return question{kind, m.procedure, "\x0a\x24" + product}
}

func (v *reviewReads) pair(ctx context.Context, o options, r *report, kind codec, m reviewMethod) error {
	if err := v.agree(kind, m); err != nil {
		return err
	}
	read := func(c *client, r *reader) error { return m.ask(kind, v.ids[rand.IntN(len(v.ids))]).asked(c, r) }
	loop := func(s *side) func() (float64, error) {
		return func() (float64, error) { return closedLoop(ctx, s.addr, v.readers, o.length, read) }
	}
	if _, err := inTurn(1, loop(v.ours), loop(v.bare)); err != nil {
		return err
	}
	if err := o.profiles(fmt.Sprintf("reviews-%d-%s-%s", len(v.ids), filepath.Base(m.procedure), kind.name), v.ours, v.bare); err != nil {
		return err
	}
	p, err := inTurn(o.rounds, loop(v.ours), loop(v.bare))
	if err != nil {
		return err
	}
	r.pair(fmt.Sprintf("%s, %s, %s", m.name, v.name, kind.name), "calls/s", v.goal, p)
	return nil
}

// agree asserts that both sides answer the same.
func (v *reviewReads) agree(kind codec, m reviewMethod) error {
	var conns []*client
	for _, s := range []*side{v.ours, v.bare} {
		c, err := dial(s.addr)
		if err != nil {
			return err
		}
		defer c.conn.Close()
		conns = append(conns, c)
	}
	said := 0
	for i := range min(compared, len(v.ids)) {
		q := m.ask(kind, v.ids[i*len(v.ids)/min(compared, len(v.ids))])
		one, other := m.answer(), m.answer()
		if err := errors.Join(conns[0].fetch(v.readers[0], q, one), conns[1].fetch(v.readers[0], q, other)); err != nil {
			return err
		}
		if !proto.Equal(one, other) {
			return fmt.Errorf("the answers to %s differ:\n%v\n%v", q.message, one, other)
		}
		said = max(said, proto.Size(one))
	}
	if said == 0 {
		return errNothingSaid
	}
	return nil
}

var errNothingSaid = errors.New("both sides say nothing of any product")
