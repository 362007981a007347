package review_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/pace"
	"github.com/throng-social/throng/internal/review"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestAReviewIsShownAsItWasWritten(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		author, p := w.people(1)[0], w.product("Size", "Fit", "Comfort")
		req := opinion(p, 4, 2, 0, 5)
		req.MediaIds = []string{w.picture(author), w.picture(author)}
		made := w.review(author, req)
		equal(t, "reviewer", made.GetReviewer().GetName(), "person_0")
		equal(t, "reviewer", made.GetReviewer().GetUserId(), author.String())
		equal(t, "stars", made.GetRating(), 4)
		if !made.GetRecommend() || made.GetHelpfulCount() != 0 || made.GetResponse() != "" || made.GetRespondedAt() != nil || made.GetProductId() != p.GetId() {
			t.Errorf("it is %v", made)
		}
		if v := made.GetValues(); len(v) != 2 || !proto.Equal(v[0], req.GetValues()[0]) || !proto.Equal(v[1], req.GetValues()[1]) {
			t.Errorf("it says %v", v)
		}
		var pictures []string
		for _, photo := range made.GetPhotos() {
			pictures = append(pictures, photo.GetMedia().GetId())
			if photo.GetUrl() == "" || photo.GetUrl() != photo.GetMedia().GetUrl() {
				t.Errorf("a photo is %v", photo)
			}
		}
		if !slices.Equal(pictures, req.GetMediaIds()) {
			t.Errorf("it shows %v, want %v", pictures, req.GetMediaIds())
		}
		for _, sort := range []reviewv1.Sort{0, 1, 2, 3} {
			if l := w.list(p, sort); len(l) != 1 || !proto.Equal(l[0], made) {
				t.Errorf("the list has %v\nwant %v", l, made)
			}
		}
		equal(t, "claims confirmed", len(w.announced("media.media_held")), 1)
		w.exact()
	})
}

func TestTextIsKeptExactlyOrRefused(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		p := w.product()
		texts := []string{
			`"It's" -- 'good'; DROP TABLE reviews; \ % _ $1`, "👩‍👩‍👧‍👦 é", "שלום, עולם \u202e", " \t\nspaces\r\n ", strings.Repeat("ü", 10_000), "\u0001\u001f\u007f",
		}
		people := w.people(len(texts))
		for i, text := range texts {
			req := opinion(p, 3)
			req.Body, req.Summary = text, string([]rune(text)[:min(100, len([]rune(text)))])
			made := w.review(people[i], req)
			if made.GetBody() != req.GetBody() || made.GetSummary() != req.GetSummary() {
				t.Errorf("%.40q was kept as %.40q", text, made.GetBody())
			}
		}
	})
}

// Over a socket: input rules stand at the edge.
func TestEachKindOfBadInputHasAnAnswerOfItsOwn(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.OverSocket)
	author, p, other := w.people(1)[0], w.product("Size"), w.product("Size")
	foreign := w.picture(uuid.New())
	for name, bad := range map[string]struct {
		change func(*reviewv1.CreateReviewRequest)
		kind   fault.Kind
		// field or reason of the answer.
		field, reason string
	}{
		"no stars":       {func(req *reviewv1.CreateReviewRequest) { req.Rating = 0 }, fault.Invalid, "rating", ""},
		"six stars":      {func(req *reviewv1.CreateReviewRequest) { req.Rating = 6 }, fault.Invalid, "rating", ""},
		"a long body":    {func(req *reviewv1.CreateReviewRequest) { req.Body = strings.Repeat("é", 10_001) }, fault.Invalid, "body", ""},
		"no body":        {func(req *reviewv1.CreateReviewRequest) { req.Body = " \n " }, fault.Invalid, "body", ""},
		"NUL":            {func(req *reviewv1.CreateReviewRequest) { req.Body = "a\x00b" }, fault.Invalid, "body", ""},
		"a long summary": {func(req *reviewv1.CreateReviewRequest) { req.Summary = strings.Repeat("é", 121) }, fault.Invalid, "summary", ""},
		"a value of 6":   {func(req *reviewv1.CreateReviewRequest) { req.Values = opinion(p, 1, 6).GetValues() }, fault.Invalid, "values[0].value", ""},
		"an unknown characteristic": {func(req *reviewv1.CreateReviewRequest) {
			req.Values = []*reviewv1.CharacteristicValue{{CharacteristicId: uuid.NewString(), Value: 1}}
		}, fault.Invalid, "values", "characteristic_unknown"},
		"another product's":     {func(req *reviewv1.CreateReviewRequest) { req.Values = opinion(other, 1, 1).GetValues() }, fault.Invalid, "values", "characteristic_unknown"},
		"one twice":             {func(req *reviewv1.CreateReviewRequest) { req.Values = append(req.GetValues(), req.GetValues()...) }, fault.Invalid, "values", "characteristic_twice"},
		"another's picture":     {func(req *reviewv1.CreateReviewRequest) { req.MediaIds = []string{foreign} }, fault.Precondition, "", "media_not_ready"},
		"a picture of nothing":  {func(req *reviewv1.CreateReviewRequest) { req.MediaIds = []string{uuid.NewString()} }, fault.Precondition, "", "media_not_ready"},
		"six pictures":          {func(req *reviewv1.CreateReviewRequest) { req.MediaIds = strings.Fields(strings.Repeat("x ", 6)) }, fault.Invalid, "media_ids", ""},
		"a key that is short":   {func(req *reviewv1.CreateReviewRequest) { req.IdempotencyKey = "short" }, fault.Invalid, "idempotency_key", ""},
		"a product of no shape": {func(req *reviewv1.CreateReviewRequest) { req.ProductId = "dress" }, fault.Invalid, "product_id", ""},
	} {
		req := opinion(p, 3, 2)
		bad.change(req)
		_, err := w.CreateReview(as(t, author), req)
		f, ok := err.(*fault.Error) //nolint:errorlint // faults leave a method unwrapped
		if !ok || f.Kind != bad.kind || !strings.HasPrefix(f.Field, bad.field) || (bad.reason != "" && f.Reason != bad.reason) {
			t.Errorf("%s: %#v", name, err)
		}
	}
	equal(t, "reviews", w.meta(p).GetTotal(), 0)
	_, err := w.CreateReview(as(t, uuid.New()), opinion(p, 3))
	wantFault(t, err, fault.Unauthenticated, "sign_in_required")
	_, err = w.CreateReview(t.Context(), opinion(p, 3))
	wantFault(t, err, fault.Unauthenticated, "sign_in_required")
	_, err = w.CreateProduct(as(t, author), &reviewv1.CreateProductRequest{Key: "k", Name: "n"})
	wantFault(t, err, fault.Denied, "role_required")
}

func TestAPhotoThatIsNoPictureIsRefused(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		author, p := w.people(1)[0], w.product()
		req := opinion(p, 3)
		req.MediaIds = []string{w.upload(author, []byte("<script>this is no picture</script>"), 422)}
		_, err := w.CreateReview(as(t, author), req)
		wantFault(t, err, fault.Precondition, "media_not_ready")
		equal(t, "reviews", w.meta(p).GetTotal(), 0)
	})
}

func TestAnAccountReviewsAProductOnce(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		author, p := w.people(1)[0], w.product("Size")
		ends := allAtOnce(8, func(i int) error {
			_, err := w.CreateReview(as(t, author), opinion(p, int32(i%5)+1, 3))
			return err
		})
		if ends[""] != 1 || ends["already_reviewed"] != 7 {
			t.Errorf("they ended with %v", ends)
		}
		equal(t, "reviews", w.meta(p).GetTotal(), 1)
		shown := opinion(p, 1)
		shown.MediaIds = []string{w.picture(author)}
		_, err := w.CreateReview(as(t, author), shown)
		wantFault(t, err, fault.Exists, "already_reviewed")
		// Its picture is free for something else.
		elsewhere := opinion(w.product(), 1)
		elsewhere.MediaIds = shown.GetMediaIds()
		w.review(author, elsewhere)
		w.exact()
	})
}

func TestAKeyMakesOneReview(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		author, p := w.people(1)[0], w.product("Size")
		req := opinion(p, 5, 4)
		req.MediaIds = []string{w.picture(author)}
		ends := allAtOnce(6, func(int) error {
			_, err := w.CreateReview(as(t, author), req)
			return err
		})
		equal(t, "answers", ends[""], 6)
		first, again := w.review(author, req), w.review(author, req)
		if !proto.Equal(first, again) {
			t.Errorf("%v\nis not %v", again, first)
		}
		equal(t, "reviews", w.meta(p).GetTotal(), 1)
		equal(t, "claims confirmed", len(w.announced("media.media_held")), 1)
		for _, change := range []func(*reviewv1.CreateReviewRequest){
			func(r *reviewv1.CreateReviewRequest) { r.Rating = 4 },
			func(r *reviewv1.CreateReviewRequest) { r.Recommend = false },
			func(r *reviewv1.CreateReviewRequest) { r.Body += "." },
			func(r *reviewv1.CreateReviewRequest) { r.Summary += "." },
			func(r *reviewv1.CreateReviewRequest) { r.Values = nil },
			func(r *reviewv1.CreateReviewRequest) { r.MediaIds = nil },
			func(r *reviewv1.CreateReviewRequest) { r.ProductId, r.Values = w.product().GetId(), nil },
		} {
			changed := proto.CloneOf(req)
			change(changed)
			_, err := w.CreateReview(as(t, author), changed)
			wantFault(t, err, fault.Precondition, "idempotency_key_reused")
		}
	})
}

func TestWhoWritesTooFastIsToldWhenHeMay(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.InProcess, func(d *review.Deps) { d.Rate = pace.Rate{PerMinute: 1, Burst: 2} })
	author := w.people(1)[0]
	w.review(author, opinion(w.product(), 3))
	w.review(author, opinion(w.product(), 3))
	_, err := w.CreateReview(as(t, author), opinion(w.product(), 3))
	wantFault(t, err, fault.Exhausted, "rate_limited")
	_, err = w.MarkHelpful(as(t, author), &reviewv1.MarkHelpfulRequest{ReviewId: uuid.NewString()})
	wantFault(t, err, fault.Exhausted, "rate_limited")
	_, err = w.ReportReview(as(t, author), &reviewv1.ReportReviewRequest{ReviewId: uuid.NewString()})
	wantFault(t, err, fault.Exhausted, "rate_limited")
}
