package campaign_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/campaign"
	"github.com/throng-social/throng/internal/campaign/score"
	"github.com/throng-social/throng/internal/page"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/pubsub/pgnotify"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/user"
)

// counting is a database with campaigns of which only the facts matter, and a process
// that counts them.
type counting struct {
	*campaign.Service
	t       testing.TB
	servers pgtest.DB
	db      *postgres.DB
	bus     *pgnotify.Bus
}

func startCounting(t testing.TB) *counting {
	t.Helper()
	return countingOn(t, pgtest.New(t))
}

// countingOn is one more process of a deployment, with pools of its own.
func countingOn(t testing.TB, servers pgtest.DB) *counting {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	db, err := postgres.Open(t.Context(), servers.Config(0), log)
	ok(t, err)
	t.Cleanup(db.Close)
	pub := queue.NewPublisher()
	pages := page.NewSealer([]byte("a secret of the deployment"))
	users := user.New(user.Deps{DB: db, Events: pub, Pages: pages, Secret: []byte("secret"), Log: log, Limits: user.NoLimits(), Hashing: user.Hashing{MemoryKiB: 8}})
	bus := pgnotify.New(pgnotify.Config{DB: db, URL: servers.Writer}, log)
	service := campaign.New(campaign.Deps{DB: db, Events: pub, Bus: bus, Users: users, Pages: pages, Log: log})
	return &counting{service, t, servers, db, bus}
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *counting) run(sql string, args ...any) {
	w.t.Helper()
	_, err := w.db.Writer(w.t.Context()).Exec(w.t.Context(), sql, args...)
	ok(w.t, err)
}

func (w *counting) number(sql string, args ...any) (n int64) {
	w.t.Helper()
	ok(w.t, w.db.Primary(w.t.Context()).QueryRow(w.t.Context(), sql, args...).Scan(&n))
	return n
}

// theOrganizer runs all campaigns of these tests.
var theOrganizer = uuid.MustParse("0196f000-0000-7000-8000-00000000000f")

// found makes a campaign with these rules, which runs for a week from yesterday on.
func (w *counting) found(r score.Rules) (id uuid.UUID) {
	w.t.Helper()
	ok(w.t, w.db.Writer(w.t.Context()).QueryRow(w.t.Context(), `
		INSERT INTO campaigns (organizer_id, title, time_zone, tag, starts_at, ends_at, team_size, teams_per_person, check_ins_per_day, team_needed,
		                       scoring, points, daily_cap, idempotency_key, request_hash)
		VALUES ($1, 'A campaign', 'UTC', 'tag', now() - interval '1 day', now() + interval '6 days', 10000, 100, 10000, false, $2, $3, $4, uuid_v7()::text, '')
		RETURNING id`, theOrganizer, int16(r.Scoring), int32(r.Points), int32(r.DailyCap)).Scan(&id))
	w.run(`INSERT INTO campaign_counts (campaign_id) VALUES ($1)`, id)
	return id
}

// addFact stores a fact, and answers its id.
const addFact = `INSERT INTO campaign_facts (campaign_id, kind, user_id, subject_id, moment, day, returning_customer)
	VALUES ($1, $2, $3, $4, $5, date '1970-01-01' + $6::integer, $7) RETURNING id`

func factArgs(campaign uuid.UUID, f score.Fact) []any {
	return []any{campaign, int16(f.Kind), f.User, f.Subject, time.UnixMicro(f.Moment), f.Day, f.Returning}
}

func (w *counting) add(campaign uuid.UUID, facts ...score.Fact) {
	w.t.Helper()
	for _, f := range facts {
		w.run(addFact, factArgs(campaign, f)...)
	}
}

// count folds until nothing is left to count.
func (w *counting) count(campaign uuid.UUID) {
	w.t.Helper()
	for {
		n, err := w.Fold(w.t.Context(), campaign)
		ok(w.t, err)
		if n == 0 {
			return
		}
	}
}

// counted are all facts that have a position, in the order of the fold.
func (w *counting) counted(campaign uuid.UUID) (facts []score.Fact) {
	w.t.Helper()
	rows, err := w.db.Primary(w.t.Context()).Query(w.t.Context(), `
		SELECT id, position, kind, user_id, subject_id, moment, coalesce(day - date '1970-01-01', 0), returning_customer
		FROM campaign_facts WHERE campaign_id = $1 AND position IS NOT NULL ORDER BY position, id`, campaign)
	ok(w.t, err)
	defer rows.Close()
	for rows.Next() {
		var f score.Fact
		var moment time.Time
		ok(w.t, rows.Scan(&f.ID, &f.Position, &f.Kind, &f.User, &f.Subject, &moment, &f.Day, &f.Returning))
		f.Moment = moment.UnixMicro()
		facts = append(facts, f)
	}
	ok(w.t, rows.Err())
	return facts
}

// board reads scores by subject: those of now for position 0, else of a position.
func (w *counting) board(campaign uuid.UUID, position int64) map[score.Key]score.Change {
	w.t.Helper()
	sql, args := `SELECT scope, subject_id, score, position, fact_id FROM campaign_scores WHERE campaign_id = $1`, []any{campaign}
	if position > 0 {
		sql, args = `SELECT DISTINCT ON (scope, subject_id) scope, subject_id, score, position, fact_id FROM campaign_score_changes
			WHERE campaign_id = $1 AND position <= $2 ORDER BY scope, subject_id, position DESC`, append(args, position)
	}
	rows, err := w.db.Primary(w.t.Context()).Query(w.t.Context(), sql, args...)
	ok(w.t, err)
	defer rows.Close()
	all := map[score.Key]score.Change{}
	for rows.Next() {
		var c score.Change
		ok(w.t, rows.Scan(&c.Scope, &c.Subject, &c.Score, &c.Position, &c.Fact))
		if c.Score > 0 {
			all[score.Key{Scope: c.Scope, Subject: c.Subject}] = c
		}
	}
	ok(w.t, rows.Err())
	return all
}

// defined is the board that facts make, by the definition and one by one.
func defined(rules score.Rules, facts []score.Fact) map[score.Key]score.Change {
	all, state := map[score.Key]score.Change{}, score.New(rules)
	for _, f := range facts {
		for _, c := range state.Apply([]score.Fact{f}) {
			key := score.Key{Scope: c.Scope, Subject: c.Subject}
			if all[key] = c; c.Score == 0 {
				delete(all, key)
			}
		}
	}
	full, people := score.NewFull(rules), map[uuid.UUID][]score.Fact{}
	for _, f := range facts {
		people[f.User] = append(people[f.User], f)
	}
	for _, history := range people {
		full.Add(history)
	}
	scores := full.Scores()
	if len(scores) != len(all) {
		panic("the state differs from the definition")
	}
	for key, c := range all {
		if scores[key] != c.Score {
			panic("the state differs from the definition")
		}
	}
	return all
}

// exact holds the boards of all positions to the facts up to them, and that each
// fact has been counted.
func (w *counting) exact(campaign uuid.UUID, rules score.Rules) {
	w.t.Helper()
	if n := w.number(`SELECT count(*) FROM campaign_facts WHERE campaign_id = $1 AND position IS NULL`, campaign); n != 0 {
		w.t.Errorf("%d facts were not counted", n)
	}
	facts := w.counted(campaign)
	last := w.number(`SELECT position FROM campaign_boards WHERE campaign_id = $1`, campaign)
	if n := w.number(`SELECT count(*) FROM campaign_positions WHERE campaign_id = $1 AND position BETWEEN 1 AND $2`, campaign, last); n != last {
		w.t.Errorf("%d positions are dated, the board is at %d", n, last)
	}
	w.same("now", w.board(campaign, 0), defined(rules, facts))
	// Of many positions some are looked at, the last among them.
	for p := last; p >= 1; p -= max(1, last/20) {
		w.same(fmt.Sprintf("at position %d", p), w.board(campaign, p), defined(rules, upTo(facts, p)))
	}
}

func upTo(facts []score.Fact, position int64) []score.Fact {
	if i := slices.IndexFunc(facts, func(f score.Fact) bool { return f.Position > position }); i >= 0 {
		return facts[:i]
	}
	return facts
}

func (w *counting) same(when string, got, want map[score.Key]score.Change) {
	w.t.Helper()
	if len(got) != len(want) {
		w.t.Errorf("%s: %d on the boards, want %d", when, len(got), len(want))
	}
	for key, c := range want {
		if got[key] != c {
			w.t.Errorf("%s: %+v, want %+v", when, got[key], c)
		}
	}
}

// nth makes ids of people, teams and check-ins.
func nth(kind byte, n int) uuid.UUID {
	return uuid.UUID{0x01, 0x96, 0xf0, 6: 0x70, 8: 0x80, 9: kind, 13: byte(n >> 16), 14: byte(n >> 8), 15: byte(n)}
}

const (
	aPerson = iota + 1
	aTeam
	aCheckIn
)

var (
	byPoints       = score.Rules{Scoring: score.Points, Points: 10, DailyCap: 35}
	byTogetherness = score.Rules{Scoring: score.Togetherness}
)

// deeds makes facts as a campaign has them, some of them nonsense.
type deeds struct {
	r             *rand.Rand
	people, teams int
	// first is the number of the first check-in, so that those of several deeds are not
	// taken for one another.
	first  int
	makers []uuid.UUID
	begin  time.Time
}

func newDeeds(seed uint64, people, teams int) *deeds {
	return &deeds{r: rand.New(rand.NewPCG(seed, 8)), people: people, teams: teams, first: int(seed) << 12, begin: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)}
}

func (d *deeds) next() score.Fact {
	at := d.begin.Add(time.Duration(d.r.IntN(72*60)) * time.Minute)
	f := score.Fact{User: nth(aPerson, d.r.IntN(d.people)), Subject: nth(aTeam, d.r.IntN(d.teams)), Moment: at.UnixMicro(), Day: int32(at.Unix() / 86400)}
	f.Returning = f.User[15]%3 == 0
	switch n := d.r.IntN(20); {
	case n < 11:
		f.Kind, f.Subject = score.CheckedIn, nth(aCheckIn, d.first+len(d.makers))
		d.makers = append(d.makers, f.User)
	case n < 13 && len(d.makers) > 0:
		made := d.r.IntN(len(d.makers))
		f.Kind, f.User, f.Subject = score.Withdrawn, d.makers[made], nth(aCheckIn, d.first+made)
	case n < 18:
		f.Kind = score.Joined
	default:
		f.Kind = score.Left
	}
	return f
}

func (d *deeds) some(n int) []score.Fact {
	facts := make([]score.Fact, n)
	for i := range facts {
		facts[i] = d.next()
	}
	return facts
}

// running runs folds until the function that it answers is called, which waits for
// their end.
func (w *counting) running() (stop func()) {
	ctx, cancel := context.WithCancel(w.t.Context())
	done := make(chan struct{})
	go func() { defer close(done); w.RunFolds(ctx) }()
	return func() { cancel(); <-done }
}

// settled waits until nothing is left to count.
func (w *counting) settled() {
	w.t.Helper()
	for until := time.Now().Add(time.Minute); ; {
		var pending bool
		err := w.db.Primary(w.t.Context()).QueryRow(w.t.Context(), `SELECT EXISTS (SELECT FROM campaign_facts WHERE position IS NULL)`).Scan(&pending)
		if err == nil && !pending {
			return
		}
		if time.Now().After(until) {
			w.t.Fatalf("facts were not counted for a minute: %v", err)
		}
		// The database tells nobody when it is done, so it is asked again.
		_, _ = w.db.Primary(w.t.Context()).Exec(w.t.Context(), `SELECT pg_sleep(0.02)`)
	}
}
