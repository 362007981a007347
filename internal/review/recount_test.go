package review_test

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestARecountFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.InProcess)
	people, p := w.people(3), w.product("Size", "Fit")
	r := w.review(people[0], opinion(p, 5, 1, 2))
	w.review(people[1], opinion(p, 2, 3))
	w.report(r, people[2])
	w.mark(r, people[2])
	for name, change := range map[string]string{
		"stars":                `UPDATE review_meta SET stars_1 = stars_1 + 1, stars_2 = stars_2 - 1`,
		"recommendations":      `UPDATE review_meta SET recommended = recommended + 1`,
		"counts of values":     `UPDATE review_meta SET value_counts = '{2,2}'`,
		"sums of values":       `UPDATE review_meta SET value_sums = '{4,3}'`,
		"values that are none": `UPDATE review_meta SET value_sums = '{4,2,1}'`,
		"sums that are gone":   `DELETE FROM review_meta`,
		"sums of nothing":      `INSERT INTO review_meta (product_id, stars_3) VALUES ('ffffffff-ffff-7fff-bfff-ffffffffffff', 1)`,
		"a hidden review":      `UPDATE reviews SET hidden = true WHERE rating = 5`,
		"relevance":            `UPDATE reviews SET relevance = relevance + 1 WHERE rating = 5`,
		"helpfulness":          `UPDATE reviews SET helpful = 2, relevance = review_relevance(2, created_at) WHERE rating = 5`,
		"the queue":            `UPDATE review_queue SET reports = 2`,
		"a queue of nothing":   `INSERT INTO review_queue (review_id, first_id, reports) VALUES (uuid_v7(), uuid_v7(), 1)`,
		"reports of no queue":  `DELETE FROM review_queue`,
	} {
		w.exact()
		w.exec(`CREATE TABLE kept_meta AS TABLE review_meta`)
		w.exec(`CREATE TABLE kept_reviews AS TABLE reviews`)
		w.exec(`CREATE TABLE kept_queue AS TABLE review_queue`)
		w.exec(change)
		var told []string
		n, err := w.service.Recount(t.Context(), func(diff string) { told = append(told, diff) })
		must(t, err)
		if n != 1 || len(told) != 1 || !strings.Contains(told[0], "stored") && !strings.Contains(told[0], "said so") && !strings.Contains(told[0], "waits") {
			t.Errorf("%s: %d differences: %v", name, n, told)
		}
		for table, kept := range map[string]string{"review_meta": "kept_meta", "reviews": "kept_reviews", "review_queue": "kept_queue"} {
			w.exec(`DELETE FROM ` + table)
			w.exec(`INSERT INTO ` + table + ` TABLE ` + kept)
			w.exec(`DROP TABLE ` + kept)
		}
	}
	w.exact()
}

func TestSumsEqualARecountAfterAStorm(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		s := &storm{world: w, people: w.people(12), products: []*reviewv1.Product{w.product("Size", "Fit"), w.product("Size"), w.product()}}
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for range 60 {
					s.blow()
				}
			})
		}
		all.Wait()
		w.exact()
		for _, p := range s.products {
			rows := w.rows(`SELECT unnest(ARRAY [count(*), coalesce(sum(rating), 0)])::text FROM reviews WHERE product_id = $1 AND NOT hidden`, p.GetId())
			m, stars := w.meta(p), int64(0)
			for i, n := range m.GetRatings() {
				stars += int64(i+1) * n
			}
			equal(t, "counted", strconv.FormatInt(m.GetTotal(), 10), rows[0])
			equal(t, "stars", strconv.FormatInt(stars, 10), rows[1])
			got, _ := w.pages(&reviewv1.ListReviewsRequest{ProductId: p.GetId()})
			equal(t, "listed", strconv.Itoa(len(got)), rows[0])
		}
		if s.done < 100 {
			t.Errorf("only %d writes succeeded", s.done)
		}
	})
}

// storm is people who do what they like to reviews of a few products.
type storm struct {
	world
	people   []uuid.UUID
	products []*reviewv1.Product

	mu      sync.Mutex
	reviews []string
	done    int
}

// blow does one thing. What is refused is refused for a reason.
func (s *storm) blow() {
	who, p := s.people[rand.N(len(s.people))], s.products[rand.N(len(s.products))]
	target := s.target()
	var err error
	switch rand.N(10) {
	case 0, 1, 2:
		err = s.write(who, p)
	case 3:
		_, err = s.DeleteReview(as(s.t, who), &reviewv1.DeleteReviewRequest{ReviewId: target})
	case 4, 5:
		_, err = s.MarkHelpful(as(s.t, who), &reviewv1.MarkHelpfulRequest{ReviewId: target})
	case 6, 7:
		_, err = s.ReportReview(as(s.t, who), &reviewv1.ReportReviewRequest{ReviewId: target})
	case 8:
		_, err = s.ResolveReport(moderator(s.t), &reviewv1.ResolveReportRequest{ReviewId: target, Verdict: reviewv1.Verdict(1 + rand.N[int32](2))})
	default:
		if rand.N(4) == 0 {
			err = s.service.OnAccountDeleted(s.t.Context(), deleted(who))
		} else {
			_, err = s.RespondToReview(shop(s.t), &reviewv1.RespondToReviewRequest{ReviewId: target, Response: uuid.NewString()})
		}
	}
	if kind := fault.KindOf(err); err != nil && kind != fault.NotFound && kind != fault.Denied && kind != fault.Exists && kind != fault.Precondition {
		s.t.Error(err)
	}
	if err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.done++
	}
}

func (s *storm) write(who uuid.UUID, p *reviewv1.Product) error {
	values := make([]int32, len(p.GetCharacteristics()))
	for i := range values {
		values[i] = rand.N[int32](6)
	}
	res, err := s.CreateReview(as(s.t, who), opinion(p, 1+rand.N[int32](5), values...))
	if err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.reviews = append(s.reviews, res.GetReview().GetId())
	}
	return err
}

// target is one of the newest reviews.
func (s *storm) target() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.reviews) == 0 {
		return uuid.NewString()
	}
	newest := s.reviews[max(0, len(s.reviews)-30):]
	return newest[rand.N(len(newest))]
}
