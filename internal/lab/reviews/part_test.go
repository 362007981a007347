package reviews

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/gen/go/throng/review/v1/reviewv1connect"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/lab/deployment"
	"github.com/throng-social/throng/internal/lab/load"
)

var product = uuid.MustParse("0193d000-0000-7000-8000-000000000001")

// at is a position of the log.
func at(log uint64) consistency.Position { return consistency.Position{Log: log} }

// meta has so many reviews of one star, two stars and so on, of whom the first half
// recommend it.
func meta(ratings ...int64) *reviewv1.ReviewMeta {
	m := &reviewv1.ReviewMeta{ProductId: product.String(), Ratings: ratings}
	for _, n := range ratings {
		m.Total += n
	}
	if m.GetTotal() > 0 {
		m.MeanRating = "3.0000"
	}
	m.Recommended = m.GetTotal() / 2
	m.NotRecommended = m.GetTotal() - m.GetRecommended()
	return m
}

// said is a review of so many stars, of a day, that helped so many.
func said(id string, rating int32, day int, helpful int64) *reviewv1.Review {
	return &reviewv1.Review{
		Id: id, ProductId: product.String(), Rating: rating, HelpfulCount: helpful, Reviewer: &reviewv1.Reviewer{},
		CreatedAt: timestamppb.New(time.Date(2024, 1, day, 0, 0, 0, 0, time.UTC)),
	}
}

// kept is a ledger of a product that had two reviews with three stars and one with five:
// a review with four stars was added at position 10, a mark at 20 made two, and the
// review with five was hidden at 30. One more with four stars is on its way.
func kept(t *testing.T) *ledger {
	t.Helper()
	l := newLedger()
	l.open(product, meta(0, 0, 2, 0, 1))
	l.added(l.offer(product, uuid.New(), 4), said("new", 4, 9, 0), at(10))
	if err := l.helped(product, "old", 2, l.begin(at(10)), at(20)); err != nil {
		t.Fatal(err)
	}
	l.aimAt(product, said("rude", 5, 2, 0))
	for i := range hidingReports {
		a, _ := l.report(uuid.New())
		if hid := l.reported(a, at(26+uint64(i))); hid != (i == hidingReports-1) {
			t.Fatalf("report %d hid it: %v", i+1, hid)
		}
	}
	l.offer(product, uuid.New(), 4)
	return l
}

func TestSumsThatAreStaleAreFound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		seen    uint64
		ratings []int64
		right   bool
	}{
		"all of it":                           {30, []int64{0, 0, 2, 1, 0}, true},
		"with what is on its way":             {30, []int64{0, 0, 2, 2, 0}, true},
		"a review that was added is missing":  {10, []int64{0, 0, 2, 0, 1}, false},
		"... whose reader has not seen it":    {9, []int64{0, 0, 2, 0, 1}, true},
		"a review that is hidden counts":      {30, []int64{0, 0, 2, 1, 1}, false},
		"... whose reader has not seen it go": {29, []int64{0, 0, 2, 1, 1}, true},
		"an old one is missing":               {0, []int64{0, 0, 1, 1, 0}, false},
		"one that nobody wrote":               {0, []int64{0, 1, 2, 1, 0}, false},
		"more than were ever offered":         {30, []int64{0, 0, 2, 3, 0}, false},
	} {
		l := kept(t)
		err := l.checkSums(product, meta(c.ratings...), l.begin(at(c.seen)))
		if want := map[bool]load.Outcome{true: load.OK, false: load.WrongBody}[c.right]; load.OutcomeOf(err) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSumsThatDoNotAddUpAreFound(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*reviewv1.ReviewMeta){
		"another product":  func(m *reviewv1.ReviewMeta) { m.ProductId = uuid.NewString() },
		"four stars":       func(m *reviewv1.ReviewMeta) { m.Ratings = m.GetRatings()[:4] },
		"another total":    func(m *reviewv1.ReviewMeta) { m.Total++ },
		"recommendations":  func(m *reviewv1.ReviewMeta) { m.Recommended++ },
		"no mean of some":  func(m *reviewv1.ReviewMeta) { m.MeanRating = "" },
		"nothing but zero": func(m *reviewv1.ReviewMeta) { m.Ratings, m.Total = []int64{0, 0, 0, 0, 0}, 0 },
	} {
		m := meta(0, 0, 2, 0, 1)
		spoil(m)
		l := newLedger()
		if err := l.checkSums(product, m, l.begin(at(0))); load.OutcomeOf(err) != load.WrongBody {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestListsThatAreStaleAreFound(t *testing.T) {
	t.Parallel()
	added, marked, unmarked, rude := said("new", 4, 9, 0), said("old", 3, 1, 2), said("old", 3, 1, 1), said("rude", 5, 2, 0)
	var later []*reviewv1.Review
	for i := range pageSize {
		later = append(later, said(string(rune('a'+i)), 3, 40-i, 0))
	}
	for name, c := range map[string]struct {
		seen  uint64
		sort  reviewv1.Sort
		list  []*reviewv1.Review
		more  bool
		right bool
	}{
		"all of it":                            {seen: 30, list: []*reviewv1.Review{added, marked}, right: true},
		"a review that was added is missing":   {seen: 10, list: []*reviewv1.Review{marked}},
		"... and the list is empty":            {seen: 10},
		"... whose reader has not seen it":     {seen: 9, list: []*reviewv1.Review{rude, marked}, right: true},
		"... behind a page of newer ones":      {seen: 30, list: later, more: true, right: true},
		"... though the page is the last":      {seen: 30, list: later},
		"a mark is missing":                    {seen: 20, list: []*reviewv1.Review{added, unmarked}},
		"... whose reader has not seen it too": {seen: 19, list: []*reviewv1.Review{added, unmarked}, right: true},
		"a review that is hidden is shown":     {seen: 30, list: []*reviewv1.Review{added, rude, marked}},
		"... whose reader has not seen it go":  {seen: 29, list: []*reviewv1.Review{added, rude, marked}, right: true},
		"by another order it may be behind":    {seen: 30, sort: reviewv1.Sort_SORT_HELPFUL, list: []*reviewv1.Review{marked}, right: true},
		"a mark is missing by another order":   {seen: 30, sort: reviewv1.Sort_SORT_HELPFUL, list: []*reviewv1.Review{unmarked}},
	} {
		l, res := kept(t), &reviewv1.ListReviewsResponse{Reviews: c.list}
		if c.more {
			res.NextPageToken = "more"
		}
		if c.sort == reviewv1.Sort_SORT_UNSPECIFIED {
			c.sort = reviewv1.Sort_SORT_NEWEST
		}
		err := l.checkList(product, c.sort, res, l.begin(at(c.seen)))
		if want := map[bool]load.Outcome{true: load.OK, false: load.WrongBody}[c.right]; load.OutcomeOf(err) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPagesThatAreWrongByThemselvesAreFound(t *testing.T) {
	t.Parallel()
	stranger := said("x", 3, 1, 0)
	stranger.ProductId = uuid.NewString()
	for name, c := range map[string]struct {
		sort reviewv1.Sort
		res  *reviewv1.ListReviewsResponse
	}{
		"older before newer":   {reviewv1.Sort_SORT_NEWEST, &reviewv1.ListReviewsResponse{Reviews: []*reviewv1.Review{said("a", 3, 1, 0), said("b", 3, 2, 0)}}},
		"less before more":     {reviewv1.Sort_SORT_HELPFUL, &reviewv1.ListReviewsResponse{Reviews: []*reviewv1.Review{said("a", 3, 1, 0), said("b", 3, 2, 1)}}},
		"twice the same":       {reviewv1.Sort_SORT_RELEVANT, &reviewv1.ListReviewsResponse{Reviews: []*reviewv1.Review{said("a", 3, 1, 0), said("a", 3, 1, 0)}}},
		"of another product":   {reviewv1.Sort_SORT_RELEVANT, &reviewv1.ListReviewsResponse{Reviews: []*reviewv1.Review{stranger}}},
		"no stars":             {reviewv1.Sort_SORT_RELEVANT, &reviewv1.ListReviewsResponse{Reviews: []*reviewv1.Review{said("a", 0, 1, 0)}}},
		"more, and yet no end": {reviewv1.Sort_SORT_RELEVANT, &reviewv1.ListReviewsResponse{Reviews: []*reviewv1.Review{said("a", 3, 1, 0)}, NextPageToken: "more"}},
		"too many":             {reviewv1.Sort_SORT_RELEVANT, &reviewv1.ListReviewsResponse{Reviews: make([]*reviewv1.Review, pageSize+1)}},
	} {
		l := newLedger()
		if err := l.checkList(product, c.sort, c.res, l.begin(at(0))); load.OutcomeOf(err) != load.WrongBody {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatWasAcknowledgedAfterAReadBeganIsNotDemandedOfIt(t *testing.T) {
	t.Parallel()
	l := newLedger()
	l.open(product, meta(0, 0, 2, 0, 0))
	began := l.begin(at(10))
	l.added(l.offer(product, uuid.New(), 4), said("new", 4, 9, 0), at(10))
	if err := l.checkSums(product, meta(0, 0, 2, 0, 0), began); err != nil {
		t.Error(err)
	}
	if err := l.checkSums(product, meta(0, 0, 2, 0, 0), l.begin(at(10))); load.OutcomeOf(err) != load.WrongBody {
		t.Error(err)
	}
}

func TestAMarkThatCountsLessThanOneBeforeIsFound(t *testing.T) {
	t.Parallel()
	l := kept(t)
	if err := l.helped(product, "old", 1, l.begin(at(30)), at(40)); load.OutcomeOf(err) != load.WrongBody {
		t.Error(err)
	}
	if err := l.helped(product, "old", 3, l.begin(at(30)), at(40)); err != nil {
		t.Error(err)
	}
}

func TestFivePeopleReportWhatIsAimedAtEachOnce(t *testing.T) {
	t.Parallel()
	l, who := newLedger(), uuid.New()
	l.open(product, meta(0, 0, 2, 0, 0))
	if _, none := l.report(who); !none {
		t.Error("there is nothing to report")
	}
	l.aimAt(product, said("rude", 3, 1, 0))
	l.aimAt(product, said("another", 3, 1, 0))
	if a, _ := l.report(who); a == nil || a.hide.review != "rude" || a.product != product {
		t.Errorf("got %v", a)
	}
	if a, none := l.report(who); a != nil || none {
		t.Error("he reports it twice")
	}
	for range hidingReports - 1 {
		l.report(uuid.New())
	}
	if _, none := l.report(uuid.New()); !none {
		t.Error("a sixth reports it")
	}
	if s := newShopper(1, 1); l.pick([]*reviewv1.Review{said("rude", 3, 1, 0)}, s) != nil || !l.aimedAt("rude") {
		t.Error("somebody marks what may be hidden")
	}
}

// forgetful is a server that acknowledges reviews and never counts them.
type forgetful struct {
	reviewv1connect.UnimplementedReviewServiceHandler

	author uuid.UUID
}

func (f forgetful) tell(ctx context.Context) {
	info, _ := connect.CallInfoForHandlerContext(ctx)
	info.ResponseHeader().Set(consistency.Header, at(7).Token())
}

func (f forgetful) GetReviewMeta(ctx context.Context, _ *reviewv1.GetReviewMetaRequest) (*reviewv1.GetReviewMetaResponse, error) {
	f.tell(ctx)
	return &reviewv1.GetReviewMetaResponse{Meta: meta(0, 0, 2, 0, 1)}, nil
}

func (f forgetful) CreateReview(ctx context.Context, req *reviewv1.CreateReviewRequest) (*reviewv1.CreateReviewResponse, error) {
	f.tell(ctx)
	r := said("new", req.GetRating(), 9, 0)
	r.Body, r.Reviewer.UserId = req.GetBody(), f.author.String()
	return &reviewv1.CreateReviewResponse{Review: r}, nil
}

func TestAServerThatForgetsWhatItAcknowledgedIsFoundOut(t *testing.T) {
	t.Parallel()
	writer := newShopper(1, 1)
	writer.id = uuid.New()
	_, handler := reviewv1connect.NewReviewServiceHandler(forgetful{author: writer.id})
	server := httptest.NewServer(handler)
	defer server.Close()
	s := &stage{Config: Config{AtOnce: 1, Seed: 1}, Deployment: &deployment.Deployment{Base: server.URL}, products: []uuid.UUID{product}, people: gather([]*shopper{writer})}
	p := newPhase(newRun(s, &Result{}), true)
	if err := p.write(t.Context(), load.Request{}); load.OutcomeOf(err) != load.WrongBody {
		t.Errorf("got %v", err)
	}
	if n := p.recorders[looking].Total().Count(load.WrongBody); n != 1 || p.recorders[adding].Total().Count(load.OK) != 1 {
		t.Errorf("%d looks were wrong", n)
	}
}
