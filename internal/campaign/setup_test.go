package campaign_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"image"
	"image/png"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/gen/go/throng/campaign/v1/campaignv1connect"
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/campaign"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/media"
	"github.com/throng-social/throng/internal/media/folder"
	"github.com/throng-social/throng/internal/page"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/rpc/rpctest"
	"github.com/throng-social/throng/internal/user"
)

// clock is a clock that tests put forward.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// world is a service of its own with the real user and media nouns behind it, as
// clients reach it.
type world struct {
	campaignv1connect.CampaignServiceClient
	// service is the noun itself: what is in no contract.
	service *campaign.Service
	t       testing.TB
	clock   *clock
	db      *postgres.DB
	media   *media.Service
	users   *user.Service
}

func open(t testing.TB, seam rpctest.Seam, change ...func(*campaign.Deps)) world {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	servers := pgtest.New(t)
	w := world{t: t, clock: &clock{now: time.Now().Truncate(time.Microsecond)}}
	var err error
	w.db, err = postgres.Open(t.Context(), servers.Config(0), log)
	must(t, err)
	t.Cleanup(w.db.Close)
	pictures, err := folder.Open(t.TempDir())
	must(t, err)
	t.Cleanup(func() { must(t, pictures.Close()) })
	pub := queue.NewPublisher()
	secret, pages := []byte("a secret of the deployment"), page.NewSealer([]byte("a secret of the deployment"))
	w.media = media.New(media.Deps{DB: w.db, Files: pictures, Secret: secret, Log: log})
	w.users = user.New(user.Deps{
		DB: w.db, Events: pub, Media: mediaWithin{w.media}, Pages: pages, Secret: secret, Log: log, Limits: user.NoLimits(), Hashing: user.Hashing{MemoryKiB: 8},
	})
	d := campaign.Deps{
		DB: w.db, Events: pub, Users: usersOver(t, seam, w.users), Media: mediaOver(t, seam, w.media), Pages: pages, Log: log, Now: w.clock.Now,
	}
	for _, c := range change {
		c(&d)
	}
	w.service = campaign.New(d)
	w.CampaignServiceClient = reach(t, seam, w.service)
	return w
}

// in is the same world in a part of the test.
func (w world) in(t testing.TB) world {
	w.t = t
	return w
}

// people makes n accounts.
func (w world) people(n int) []uuid.UUID {
	w.t.Helper()
	req := &userv1.ResolveHandlesRequest{CreateMissing: true}
	for i := range n {
		req.Handles = append(req.Handles, fmt.Sprintf("person_%d", i))
	}
	res, err := w.users.ResolveHandles(w.t.Context(), req)
	must(w.t, err)
	ids := make([]uuid.UUID, n)
	for i, s := range res.GetUserIds() {
		ids[i] = uuid.MustParse(s)
	}
	return ids
}

func as(t testing.TB, account uuid.UUID) context.Context {
	t.Helper()
	return identity.With(t.Context(), identity.Caller{UserID: account, Role: accessv1.Role_ROLE_MEMBER})
}

func organizer(t testing.TB, account uuid.UUID) context.Context {
	t.Helper()
	return identity.With(t.Context(), identity.Caller{UserID: account, Role: accessv1.Role_ROLE_ORGANIZER})
}

func admin(t testing.TB, account uuid.UUID) context.Context {
	t.Helper()
	return identity.With(t.Context(), identity.Caller{UserID: account, Role: accessv1.Role_ROLE_ADMIN})
}

func points(teamSize, teamsPerPerson int32) *campaignv1.Rules {
	return &campaignv1.Rules{TeamSize: teamSize, TeamsPerPerson: teamsPerPerson, Scoring: &campaignv1.Rules_Points{Points: &campaignv1.Points{PerCheckIn: 5, DailyCap: 20}}}
}

// plan is a campaign from an hour ago until in an hour.
func (w world) plan(change ...func(*campaignv1.CreateCampaignRequest)) *campaignv1.CreateCampaignRequest {
	req := &campaignv1.CreateCampaignRequest{
		Title: "Spring run", StartsAt: w.at(-time.Hour), EndsAt: w.at(time.Hour), Rules: points(3, 2), IdempotencyKey: uuid.NewString(),
	}
	for _, c := range change {
		c(req)
	}
	return req
}

// at is a moment by the world's clock.
func (w world) at(d time.Duration) *timestamppb.Timestamp {
	return timestamppb.New(w.clock.Now().Add(d))
}

func (w world) create(by uuid.UUID, req *campaignv1.CreateCampaignRequest) *campaignv1.Campaign {
	w.t.Helper()
	res, err := w.CreateCampaign(organizer(w.t, by), req)
	must(w.t, err)
	return res.GetCampaign()
}

// running makes a campaign of somebody's that runs.
func (w world) running(teamSize, teamsPerPerson int32) *campaignv1.Campaign {
	w.t.Helper()
	return w.create(uuid.New(), w.plan(func(req *campaignv1.CreateCampaignRequest) { req.Rules = points(teamSize, teamsPerPerson) }))
}

func (w world) get(campaignID string) *campaignv1.Campaign {
	w.t.Helper()
	res, err := w.GetCampaign(w.t.Context(), &campaignv1.GetCampaignRequest{CampaignId: campaignID})
	must(w.t, err)
	return res.GetCampaign()
}

func (w world) join(c *campaignv1.Campaign, people ...uuid.UUID) {
	w.t.Helper()
	for _, p := range people {
		_, err := w.JoinCampaign(as(w.t, p), &campaignv1.JoinCampaignRequest{CampaignId: c.GetId()})
		must(w.t, err)
	}
}

func (w world) takesPart(c *campaignv1.Campaign, who uuid.UUID) *campaignv1.Participation {
	w.t.Helper()
	res, err := w.GetParticipation(as(w.t, who), &campaignv1.GetParticipationRequest{CampaignId: c.GetId()})
	must(w.t, err)
	return res.GetParticipation()
}

func named(c *campaignv1.Campaign, name string) *campaignv1.CreateTeamRequest {
	return &campaignv1.CreateTeamRequest{CampaignId: c.GetId(), Name: name, IdempotencyKey: uuid.NewString()}
}

// team makes one of somebody who has joined, and of those who join it.
func (w world) team(c *campaignv1.Campaign, name string, captain uuid.UUID, others ...uuid.UUID) *campaignv1.Team {
	w.t.Helper()
	res, err := w.CreateTeam(as(w.t, captain), named(c, name))
	must(w.t, err)
	for _, o := range others {
		must(w.t, w.enter(res.GetTeam(), o))
	}
	return w.show(res.GetTeam())
}

func (w world) enter(team *campaignv1.Team, who uuid.UUID) error {
	_, err := w.JoinTeam(as(w.t, who), &campaignv1.JoinTeamRequest{TeamId: team.GetId()})
	return err
}

func (w world) leave(team *campaignv1.Team, who uuid.UUID) error {
	_, err := w.LeaveTeam(as(w.t, who), &campaignv1.LeaveTeamRequest{TeamId: team.GetId()})
	return err
}

// show reads a team; nil where it is not found.
func (w world) show(team *campaignv1.Team) *campaignv1.Team {
	w.t.Helper()
	res, err := w.GetTeam(w.t.Context(), &campaignv1.GetTeamRequest{TeamId: team.GetId()})
	if err != nil {
		wantFault(w.t, err, fault.NotFound, "team_not_found")
		return nil
	}
	return res.GetTeam()
}

// exact holds that counts equal a recount, and memberships what facts say of them.
func (w world) exact() {
	w.t.Helper()
	n, err := w.service.RecountPeople(w.t.Context(), func(diff string) { w.t.Error(diff) })
	must(w.t, err)
	if n != 0 {
		w.t.Errorf("%d counts differ", n)
	}
	told := map[string]int{}
	for _, f := range w.rows(`SELECT user_id::text || ' in ' || subject_id::text || CASE kind WHEN 3 THEN '+' ELSE '-' END FROM campaign_facts WHERE kind IN (3, 4) ORDER BY id`) {
		membership, sign := f[:len(f)-1], f[len(f)-1]
		if sign == '+' {
			told[membership]++
		} else {
			told[membership]--
		}
		if told[membership] < 0 || told[membership] > 1 {
			w.t.Errorf("%s %d times after a fact", membership, told[membership])
		}
	}
	for _, membership := range w.rows(`SELECT user_id::text || ' in ' || team_id::text FROM campaign_memberships`) {
		if told[membership] != 1 {
			w.t.Errorf("%s is stored, and facts do not say so", membership)
		}
		delete(told, membership)
	}
	for membership, n := range told {
		if n != 0 {
			w.t.Errorf("%s is said by facts and not stored", membership)
		}
	}
}

// picture is one that the owner has uploaded.
func (w world) picture(owner uuid.UUID) string {
	w.t.Helper()
	var b bytes.Buffer
	must(w.t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 3, 2))))
	up, err := w.media.CreateUpload(as(w.t, owner), &mediav1.CreateUploadRequest{ContentType: "image/png", Size: int64(b.Len()), IdempotencyKey: uuid.NewString()})
	must(w.t, err)
	req := httptest.NewRequestWithContext(w.t.Context(), http.MethodPut, up.GetUploadUrl(), &b)
	req.Header.Set("Content-Type", "image/png")
	res := httptest.NewRecorder()
	w.media.Handler().ServeHTTP(res, req)
	if res.Code != http.StatusNoContent {
		w.t.Fatalf("the upload failed: %s", res.Body)
	}
	return up.GetMediaId()
}

// settle delivers what was announced about pictures, and answers how much that was.
func (w world) settle() int {
	w.t.Helper()
	events := append(w.announced("media.media_held"), w.announced("media.media_released")...)
	for _, ev := range events {
		if ev.GetMediaHeld() != nil {
			must(w.t, w.media.OnMediaHeld(w.t.Context(), ev))
		} else {
			must(w.t, w.media.OnMediaReleased(w.t.Context(), ev))
		}
	}
	w.exec(`DELETE FROM river_job WHERE kind LIKE 'media.%'`)
	return len(events)
}

func (w world) isThere(picture string) bool {
	w.t.Helper()
	res, err := w.media.Resolve(w.t.Context(), &mediav1.ResolveRequest{MediaIds: []string{picture}})
	must(w.t, err)
	return len(res.GetMedia()) == 1
}

// announced are the events in the queue for a topic.
func (w world) announced(topic string) []*eventv1.Event {
	w.t.Helper()
	var events []*eventv1.Event
	for _, payload := range w.rows(`SELECT args ->> 'payload' FROM river_job WHERE kind = $1 ORDER BY id`, topic) {
		raw, err := base64.StdEncoding.DecodeString(payload)
		must(w.t, err)
		ev := &eventv1.Event{}
		must(w.t, proto.Unmarshal(raw, ev))
		events = append(events, ev)
	}
	return events
}

func (w world) exec(sql string, args ...any) {
	w.t.Helper()
	_, err := w.db.Writer(w.t.Context()).Exec(w.t.Context(), sql, args...)
	must(w.t, err)
}

// rows are texts that a query answers.
func (w world) rows(sql string, args ...any) []string {
	w.t.Helper()
	rows, err := w.db.Writer(w.t.Context()).Query(w.t.Context(), sql, args...)
	must(w.t, err)
	texts, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(w.t, err)
	return texts
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// wantFault checks kind and reason, and that what is invalid names its field.
func wantFault(t testing.TB, err error, kind fault.Kind, reason string) {
	t.Helper()
	f, ok := err.(*fault.Error) //nolint:errorlint // faults leave a method unwrapped
	if !ok || f.Kind != kind || f.Reason != reason || (f.Field != "") != (kind == fault.Invalid) {
		t.Errorf("got %#v, want the reason %s", err, reason)
	}
}

// allAtOnce runs something n times at the same time, and answers how often it ended
// with each reason; "" where it succeeded.
func allAtOnce(n int, do func(i int) error) map[string]int {
	var mu sync.Mutex
	var all sync.WaitGroup
	begin, ends := make(chan struct{}), map[string]int{}
	for i := range n {
		all.Go(func() {
			<-begin
			err := do(i)
			mu.Lock()
			defer mu.Unlock()
			ends[reasonOf(err)]++
		})
	}
	close(begin)
	all.Wait()
	return ends
}

func reasonOf(err error) string {
	if err == nil {
		return ""
	}
	if f, ok := err.(*fault.Error); ok { //nolint:errorlint // faults leave a method unwrapped
		return f.Reason
	}
	return err.Error()
}
