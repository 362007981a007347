// Package campaigntest has a crowd take part in a campaign of a deployment, over
// HTTP and from many clients at once, and then holds the deployment to everything
// that it answered.
//
// Each client acts for people of its own, one act after the other, and asks with the
// same idempotency key until it is answered, whatever happens to servers meanwhile.
// So what was answered says for each person which facts there must be and in which
// order: none lost, none twice. From the facts a reference (reference.go), which shares
// nothing with package score but the form of a fact, tells the board of every position.
// What readers and watchers were shown in between, live boards and boards of moments
// that have passed must be those.
package campaigntest

import (
	"context"
	"fmt"
	"maps"
	"math"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
	"google.golang.org/protobuf/types/known/timestamppb"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/campaign/score"
	"github.com/throng-social/throng/internal/postgres"
)

// zone is the campaign's: its days begin at a quarter to something.
const zone = "Asia/Kathmandu"

// Deployment is what a crowd meets.
type Deployment struct {
	// Servers are the addresses of processes that serve it, as http://host:port.
	Servers []string
	DB      *postgres.DB
	// Token makes an access token for an account.
	Token func(ctx context.Context, handle string) (string, error)
}

// Plan says what a crowd does.
type Plan struct {
	// People and Teams are how many there are; every person is a client's own, and the
	// first ones are captains. CheckIns are made by Clients at once.
	People, Teams, CheckIns, Clients int
	Rules                            *campaignv1.Rules
	// Seed is another one for each crowd of a deployment.
	Seed uint64
}

// Sized is a plan of so many check-ins: ten a person, 200 a team.
func Sized(checkIns int, rules *campaignv1.Rules, seed uint64) Plan {
	const clients = 64
	return Plan{People: max(clients, checkIns/10), Teams: max(10, checkIns/200), CheckIns: checkIns, Clients: clients, Rules: rules, Seed: seed}
}

// ByPoints has a daily cap that many people reach, by a check-in that counts in part.
func ByPoints() *campaignv1.Rules {
	return &campaignv1.Rules{
		TeamSize: 30, TeamsPerPerson: 3, CheckInsPerDay: 10_000,
		Scoring: &campaignv1.Rules_Points{Points: &campaignv1.Points{PerCheckIn: 10, DailyCap: 85}},
	}
}

// ByTogetherness is the other rule.
func ByTogetherness() *campaignv1.Rules {
	return &campaignv1.Rules{
		TeamSize: 30, TeamsPerPerson: 3, CheckInsPerDay: 10_000,
		Scoring: &campaignv1.Rules_Togetherness{Togetherness: &campaignv1.Togetherness{}},
	}
}

// Crowd is people with their campaign.
type Crowd struct {
	Deployment
	Plan

	Campaign *campaignv1.Campaign

	t         testing.TB
	http      *http.Client
	organizer *person
	people    []*person
	clients   []*client
	// teams are by number; that of a captain has his number.
	teams []string

	left, made atomic.Int64

	mu       sync.Mutex
	failures map[string]int
	shown    []shown
	watchers []*watcher
}

// person is somebody, with all that was acknowledged.
type person struct {
	number    int
	id        string
	handle    string
	token     string
	joined    bool
	teams     []string
	deeds     []deed
	checkIns  []*checkIn
	returning bool
}

// deed is a fact that there must be.
type deed struct {
	kind    score.Kind
	subject string
}

type checkIn struct {
	id, key, text string
	at            time.Time
	void          bool
}

// Gather makes accounts, and a campaign that runs.
func Gather(t testing.TB, d Deployment, p Plan) *Crowd {
	t.Helper()
	transport := &http.Transport{MaxIdleConns: 2 * p.Clients, MaxIdleConnsPerHost: 2 * p.Clients}
	t.Cleanup(transport.CloseIdleConnections)
	c := &Crowd{Deployment: d, Plan: p, t: t, http: &http.Client{Transport: transport}, failures: map[string]int{}, teams: make([]string, p.Teams)}
	c.open(t.Context())
	for i := range p.Clients {
		c.clients = append(c.clients, c.newClient(uint64(i), d.Servers...))
	}
	for i, somebody := range c.people {
		mine := &c.clients[i%p.Clients].mine
		*mine = append(*mine, somebody)
	}
	now := time.Now()
	res, err := ask(t.Context(), c.clients[0], c.organizer, campaigns.CreateCampaign, &campaignv1.CreateCampaignRequest{
		Title: fmt.Sprint("Rush ", p.Seed), Tag: fmt.Sprint("rush_", p.Seed), TimeZone: zone, Rules: p.Rules, IdempotencyKey: uuid.NewString(),
		StartsAt: timestamppb.New(now.Add(-time.Hour)), EndsAt: timestamppb.New(now.Add(24 * time.Hour)),
	})
	if err != nil {
		t.Fatal("the campaign could not be made: ", err)
	}
	c.Campaign = res.GetCampaign()
	return c
}

// open opens the accounts; nobody can sign in with one.
func (c *Crowd) open(ctx context.Context) {
	c.t.Helper()
	rows, err := c.DB.Writer(ctx).Query(ctx, `INSERT INTO users (handle, role)
		SELECT 'rush_' || $1::bigint || '_' || n, CASE n WHEN 0 THEN 2 ELSE 1 END FROM generate_series(0, $2::int) AS n ORDER BY n
		RETURNING id::text, handle`, int64(c.Seed), c.People) //nolint:gosec // small
	c.must(err)
	defer rows.Close()
	for number := -1; rows.Next(); number++ {
		p := &person{number: number, returning: number%3 == 0}
		c.must(rows.Scan(&p.id, &p.handle))
		if number < 0 {
			c.organizer = p
			continue
		}
		c.people = append(c.people, p)
	}
	c.must(rows.Err())
}

func (c *Crowd) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// Made is how many check-ins were acknowledged.
func (c *Crowd) Made() int { return int(c.made.Load()) }

// Failures are the answers after which a client asked again, by what they said.
func (c *Crowd) Failures() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.failures)
}

// Rush has all clients act at once until all check-ins are made, while others read
// boards and watch them, and something happens: during runs beside them, and its
// context ends when a client could not go on.
func (c *Crowd) Rush(during func(context.Context)) {
	c.t.Helper()
	ctx, stop := context.WithCancel(c.t.Context())
	defer stop()
	var spectators errgroup.Group
	spectators.Go(func() error { return c.newClient(1<<20, c.Servers...).look(ctx) })
	c.startWatchers(ctx, &spectators)
	c.left.Store(int64(c.CheckIns))
	began := time.Now()
	c.all(ctx, (*client).found, func(context.Context) {})
	c.all(ctx, (*client).run, during)
	c.t.Logf("%d check-ins by %d people in %d teams from %d clients in %v", c.Made(), c.People, c.Teams, c.Clients, time.Since(began).Round(time.Millisecond))
	c.Counted()
	c.watchersArrive()
	stop()
	c.must(spectators.Wait())
	c.t.Log("asked again after ", c.Failures(), "; ", len(c.shown), " parts of boards were shown meanwhile")
}

// all runs a part of the plan on all clients.
func (c *Crowd) all(ctx context.Context, part func(*client, context.Context) error, during func(context.Context)) {
	c.t.Helper()
	g, ctx := errgroup.WithContext(ctx)
	for _, client := range c.clients {
		g.Go(func() error { return part(client, ctx) })
	}
	during(ctx)
	c.must(g.Wait())
}

// Counted waits until every fact has a position.
func (c *Crowd) Counted() {
	c.t.Helper()
	await(c.t, "every fact is counted", func() bool {
		var pending bool
		err := c.DB.Primary(c.t.Context()).QueryRow(c.t.Context(), `SELECT EXISTS (SELECT FROM campaign_facts WHERE position IS NULL)`).Scan(&pending)
		return err == nil && !pending
	})
}

// Reach waits until so many check-ins were acknowledged.
func (c *Crowd) Reach(ctx context.Context, n int) {
	for c.Made() < n && ctx.Err() == nil {
		<-time.After(5 * time.Millisecond)
	}
}

// Settled waits until no job is open, as long as they become fewer.
func (c *Crowd) Settled(openJobs func(context.Context) (int64, error)) {
	c.t.Helper()
	began, least := time.Now(), int64(math.MaxInt64)
	for deadline := time.Now().Add(2 * time.Minute); ; <-time.After(100 * time.Millisecond) {
		n, err := openJobs(c.t.Context())
		switch {
		case err == nil && n == 0:
			c.t.Logf("every job is done %v after the rush", time.Since(began).Round(time.Millisecond))
			return
		case err == nil && n < least:
			least, deadline = n, time.Now().Add(2*time.Minute)
		case time.Now().After(deadline):
			c.t.Fatal("for two minutes no fewer jobs were open than ", least, ": ", err)
		}
	}
}

// await asks until something holds; the machine may be busy.
func await(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !holds(); <-time.After(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("after two minutes it does not hold that ", what)
		}
	}
}
