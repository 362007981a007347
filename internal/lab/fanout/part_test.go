package fanout

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/lab/load"
	"github.com/throng-social/throng/internal/lab/process"
	"github.com/throng-social/throng/internal/lab/report"
	"github.com/throng-social/throng/internal/lab/world"
)

func made(t *testing.T) *world.World {
	t.Helper()
	w, err := world.New(world.Spec{People: 300, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestHybridIsSweptByQuantilesOfFollowers(t *testing.T) {
	t.Parallel()
	w := made(t)
	c := Config{Strategies: []string{"adaptive", "hybrid", "push"}, Quantiles: []float64{0.5, 0.9, 0.99, 0.999}}
	all, err := Variants(c, w)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, v := range all {
		names = append(names, v.Name)
	}
	// The last two quantiles of so few people are the same number.
	if want := []string{"adaptive", "hybrid 50 %", "hybrid 90 %", "hybrid 99 %", "push"}; !slices.Equal(names, want) {
		t.Fatalf("variants are %v, want %v", names, want)
	}
	above := 0
	for person := range w.Size() {
		if len(w.Followers(person)) >= all[2].Threshold {
			above++
		}
	}
	if above < 29 || above > 40 {
		t.Errorf("%d of 300 are at or above the threshold of 90 %%", above)
	}
}

func exporting(t *testing.T, text string) (*http.Client, string) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(text)) }))
	t.Cleanup(s.Close)
	return s.Client(), s.URL
}

func TestAMetricThatIsNotThereIsAProblemAndNoZero(t *testing.T) {
	t.Parallel()
	client, base := exporting(t, "# TYPE throng_timeline_pulls_total counter\nthrong_timeline_pulls_total 7\n")
	m, err := scrape(t.Context(), client, base)
	if err != nil {
		t.Fatal(err)
	}
	problems := strings.Join(m.missing(), "\n")
	for _, name := range []string{metricDeliveries, metricMoves, metricMissing, metricCPU} {
		if !strings.Contains(problems, name) {
			t.Errorf("%s is not named in %q", name, problems)
		}
	}
	if strings.Contains(problems, metricPulls) {
		t.Errorf("what is there is named in %q", problems)
	}
	w := workBetween(metrics{process.Metrics{metricPulls: 3}}, m)
	if w.Deliveries != nil || number(w.Pulls) != 4 || w.cost(1, 1) != nil {
		t.Errorf("work is %+v", w)
	}
	if known(w.Deliveries) != report.Unknown {
		t.Errorf("what is not known is shown as %q", known(w.Deliveries))
	}
}

func TestMetricsAreSummedOverTheirLabelsWithoutDeadLetters(t *testing.T) {
	t.Parallel()
	client, base := exporting(t, `# TYPE throng_queue_jobs gauge
throng_queue_jobs{topic="a",state="ready"} 3
throng_queue_jobs{topic="b",state="running"} 2
throng_queue_jobs{topic="b",state="dead"} 90
# TYPE throng_timeline_missing_ratio gauge
throng_timeline_missing_ratio 0
# TYPE throng_timeline_audited_total counter
throng_timeline_audited_total{what="posts"} 0
`)
	m, err := scrape(t.Context(), client, base)
	if err != nil || m.Metrics[metricJobs] != 5 {
		t.Fatalf("%v jobs wait, %v", m.Metrics[metricJobs], err)
	}
	if m.ratio() != nil {
		t.Error("the auditor has looked at nothing, and its share is known")
	}
	m.Metrics[metricAudited] = 5
	if r := m.ratio(); r == nil || *r != 0 {
		t.Error("after a look its share is", r)
	}
}

// page is an answer with posts of people, newest first.
func page(w *world.World, next string, authors ...int) *timelinev1.GetHomeTimelineResponse {
	res := &timelinev1.GetHomeTimelineResponse{
		NextPageToken: next, Freshness: &timelinev1.Freshness{Complete: true, Strategy: timelinev1.Strategy_STRATEGY_PUSH},
	}
	for i, a := range authors {
		id := w.ID(a).String()
		res.Items = append(res.Items, &timelinev1.TimelineItem{
			Post: &postv1.Post{Id: postID(100 - i).String(), AuthorId: id, Text: "hello"}, Author: &userv1.User{Id: id},
		})
	}
	return res
}

func postID(n int) uuid.UUID { return uuid.UUID{6: 0x70, 8: 0x80, 15: byte(n)} }

func TestPagesAreChecked(t *testing.T) {
	t.Parallel()
	w := made(t)
	l := newWorkload(&stage{world: w, Config: Config{Concurrency: 1}}, Variant{Strategy: "push"}, "http://127.0.0.1:1")
	reader := 0
	one, two := int(w.Following(reader)[0]), int(w.Following(reader)[1])
	stranger := 1
	for slices.Contains(w.Following(reader), int32(stranger)) {
		stranger++
	}
	for name, c := range map[string]struct {
		change func(*timelinev1.GetHomeTimelineResponse)
		own    uuid.UUID
		page   *timelinev1.GetHomeTimelineResponse
		right  bool
	}{
		"posts of those who are followed":   {page: page(w, "more", one, two, one), right: true},
		"and one's own":                     {page: page(w, "", one, reader), own: postID(99), right: true},
		"an empty page":                     {page: page(w, ""), right: true},
		"one's own is further down":         {page: page(w, "more", one, two), own: postID(7), right: true},
		"one's own is not there":            {page: page(w, "", one, two), own: postID(7)},
		"one's own is left out":             {page: page(w, "more", one, two), own: postID(150)},
		"somebody who is not followed":      {page: page(w, "", one, stranger)},
		"an empty page with more behind it": {page: page(w, "more")},
		"too many":                          {page: page(w, "more", slices.Repeat([]int{one}, pageSize+1)...)},
		"twice the same": {page: page(w, "", one, two), change: func(r *timelinev1.GetHomeTimelineResponse) {
			r.Items[1] = r.GetItems()[0]
		}},
		"older before newer": {page: page(w, "", one, two), change: func(r *timelinev1.GetHomeTimelineResponse) {
			slices.Reverse(r.GetItems())
		}},
		"without its text":      {page: page(w, "", one), change: func(r *timelinev1.GetHomeTimelineResponse) { r.Items[0].Post.Text = "" }},
		"with another's author": {page: page(w, "", one), change: func(r *timelinev1.GetHomeTimelineResponse) { r.Items[0].Author.Id = w.ID(two).String() }},
		"of nobody":             {page: page(w, "", one), change: func(r *timelinev1.GetHomeTimelineResponse) { r.Items[0].Post.AuthorId = uuid.NewString() }},
		"not complete":          {page: page(w, "", one), change: func(r *timelinev1.GetHomeTimelineResponse) { r.Freshness.Complete = false }},
		"made in another way": {page: page(w, "", one), change: func(r *timelinev1.GetHomeTimelineResponse) {
			r.Freshness.Strategy = timelinev1.Strategy_STRATEGY_PULL
		}},
	} {
		if c.change != nil {
			c.change(c.page)
		}
		err := l.checkPage(reader, c.own, c.page)
		if want := map[bool]load.Outcome{true: load.OK, false: load.WrongBody}[c.right]; load.OutcomeOf(err) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEverybodyWhoWillActHasATokenAndNobodyElse(t *testing.T) {
	t.Parallel()
	s := &stage{world: made(t), Config: Config{Reads: 20, Writes: 3, WarmUp: time.Second, Duration: 5 * time.Second, World: world.Spec{Seed: 4}}}
	actors := s.actors()
	drawn := map[int]bool{}
	for _, p := range s.phases() {
		for n := range s.reading(p.length, p.seed).Expected() {
			drawn[s.reader(p.seed, n)] = true
		}
		for n := range s.writing(p.length, p.seed).Expected() {
			drawn[s.writer(p.seed, n)] = true
		}
	}
	if len(actors) != len(drawn) || len(actors) < 20 {
		t.Errorf("%d have tokens, %d will act", len(actors), len(drawn))
	}
	for _, a := range actors {
		if !drawn[a] {
			t.Errorf("%d has a token, and does nothing", a)
		}
	}
}

func TestWorkIsComparedAtThePricesOfThoseWhoDoNothingElse(t *testing.T) {
	t.Parallel()
	n := func(v float64) *float64 { return &v }
	mixed := Run{Variant: Variant{Strategy: "adaptive"}, Work: Work{Deliveries: n(100), Copies: n(20), Pulls: n(50)}, PushCost: 9, PullCost: 9}
	r := Result{Runs: []Run{{Variant: Variant{Strategy: "push"}, PushCost: 2, PullCost: 7}, {Variant: Variant{Strategy: "pull"}, PushCost: 8, PullCost: 3}, mixed}}
	if got := number(r.common(mixed)); got != 120*2+50*3 {
		t.Errorf("it costs %v, want 390", got)
	}
	r.Runs = r.Runs[1:]
	if got := r.common(mixed); got != nil {
		t.Errorf("without the price of a push it costs %v", *got)
	}
}
