package campaign_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"image"
	"image/png"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/gen/go/throng/campaign/v1/campaignv1connect"
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/gen/go/throng/post/v1/postv1connect"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/campaign"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/media"
	"github.com/throng-social/throng/internal/media/folder"
	"github.com/throng-social/throng/internal/pace"
	"github.com/throng-social/throng/internal/page"
	"github.com/throng-social/throng/internal/post"
	"github.com/throng-social/throng/internal/post/pgstore"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/rpc/rpctest"
	"github.com/throng-social/throng/internal/user"
)

// rush is the noun with those behind it that a check-in touches, as clients reach it.
// Campaigns, participants and teams are rows that the tests make.
type rush struct {
	campaignv1connect.CampaignServiceClient
	// service is the noun itself: what is in no contract.
	service *campaign.Service
	t       testing.TB
	db      *postgres.DB
	users   *user.Service
	media   *media.Service
	posts   *post.Service
	// late is how far the noun's clock is put forward, in nanoseconds.
	late *atomic.Int64
}

const rushSecret = "a secret of the deployment"

func openRush(t testing.TB, seam rpctest.Seam) rush {
	t.Helper()
	return openRushWith(t, seam, pgtest.New(t), pace.Rate{}, nil)
}

// openRushWith has posts published through what between makes of the post noun.
func openRushWith(t testing.TB, seam rpctest.Seam, servers pgtest.DB, rate pace.Rate, between func(*post.Service) postv1connect.PostInternalServiceClient) rush {
	t.Helper()
	log, pages := slog.New(slog.DiscardHandler), page.NewSealer([]byte(rushSecret))
	w := rush{t: t, late: &atomic.Int64{}}
	var err error
	w.db, err = postgres.Open(t.Context(), servers.Config(0), log)
	must(t, err)
	t.Cleanup(w.db.Close)
	pictures, err := folder.Open(t.TempDir())
	must(t, err)
	t.Cleanup(func() { must(t, pictures.Close()) })
	pub := queue.NewPublisher()
	w.media = media.New(media.Deps{DB: w.db, Files: pictures, Secret: []byte(rushSecret), Log: log})
	w.users = user.New(user.Deps{DB: w.db, Events: pub, Media: w.media, Pages: pages, Secret: []byte(rushSecret), Limits: user.NoLimits(), Log: log})
	w.posts = post.New(post.Deps{Store: pgstore.New(w.db, pub), Media: w.media, Pages: pages, Log: log})
	var published postv1connect.PostInternalServiceClient = w.posts
	if between != nil {
		published = between(w.posts)
	}
	w.service = campaign.New(campaign.Deps{
		DB: w.db, Events: pub, Users: w.users, Posts: published, Media: w.media, Pages: pages, Rate: rate, Log: log,
		Now: func() time.Time { return time.Now().Add(time.Duration(w.late.Load())) },
	})
	w.CampaignServiceClient = reachRush(t, seam, w.service)
	return w
}

// reachRush makes a client of the noun over a seam.
func reachRush(t testing.TB, seam rpctest.Seam, noun *campaign.Service) campaignv1connect.CampaignServiceClient {
	t.Helper()
	if seam == rpctest.InProcess {
		return rushWithin{noun: noun}
	}
	edge := rpctest.Public(t)
	edge.Mount(campaignv1connect.NewCampaignServiceHandler(noun, edge.Options()))
	return campaignv1connect.NewCampaignServiceClient(edge.Client, edge.URL, edge.ClientOptions)
}

// rushWithin stands before the noun in this process.
type rushWithin struct {
	campaignv1connect.CampaignServiceClient
	noun *campaign.Service
}

func (w rushWithin) CheckIn(ctx context.Context, req *campaignv1.CheckInRequest) (*campaignv1.CheckInResponse, error) {
	return rpctest.Within(ctx, w.noun.CheckIn, req)
}

func (w rushWithin) ListCheckIns(ctx context.Context, req *campaignv1.ListCheckInsRequest) (*campaignv1.ListCheckInsResponse, error) {
	return rpctest.Within(ctx, w.noun.ListCheckIns, req)
}

func (w rushWithin) VoidCheckIn(ctx context.Context, req *campaignv1.VoidCheckInRequest) (*campaignv1.VoidCheckInResponse, error) {
	return rpctest.Within(ctx, w.noun.VoidCheckIn, req)
}

// now is the noun's clock.
func (w rush) now() time.Time { return time.Now().Add(time.Duration(w.late.Load())) }

// at sets it.
func (w rush) at(at time.Time) { w.late.Store(int64(time.Until(at))) }

// terms are what a campaign of a test has; the zero ones are of one that runs, in
// UTC, with ten check-ins a day.
type terms struct {
	organizer    uuid.UUID
	starts, ends time.Time
	zone         string
	cap          int
	teamNeeded   bool
}

func (w rush) campaign(c terms) uuid.UUID {
	w.t.Helper()
	if c.organizer == uuid.Nil {
		c.organizer = uuid.New()
	}
	if c.starts.IsZero() {
		c.starts = w.now().Add(-time.Hour)
	}
	if c.ends.IsZero() {
		c.ends = c.starts.Add(300 * 24 * time.Hour)
	}
	if c.zone == "" {
		c.zone = "UTC"
	}
	if c.cap == 0 {
		c.cap = 10
	}
	return one[uuid.UUID](w, `INSERT INTO campaigns (organizer_id, title, time_zone, tag, starts_at, ends_at, team_size, teams_per_person, check_ins_per_day, team_needed, scoring, points, idempotency_key, request_hash)
		VALUES ($1, 'Up the hill', $2, 'climb', $3, $4, 10, 1, $5, $6, 1, 1, $7, '') RETURNING id`, c.organizer, c.zone, c.starts, c.ends, c.cap, c.teamNeeded, uuid.NewString())
}

// account is one of the user noun.
func (w rush) account() uuid.UUID {
	w.t.Helper()
	handle := "u" + strings.ReplaceAll(uuid.NewString(), "-", "")[:20]
	res, err := w.users.ResolveHandles(w.t.Context(), &userv1.ResolveHandlesRequest{Handles: []string{handle}, CreateMissing: true})
	must(w.t, err)
	return uuid.MustParse(res.GetUserIds()[0])
}

// joined is an account that takes part.
func (w rush) joined(campaignID uuid.UUID) uuid.UUID {
	w.t.Helper()
	who := w.account()
	w.join(campaignID, who)
	return who
}

func (w rush) join(campaignID, who uuid.UUID) {
	w.t.Helper()
	w.exec(`INSERT INTO campaign_participants (campaign_id, user_id, returning_customer, joined_at) VALUES ($1, $2, false, now())`, campaignID, who)
}

// team puts a participant into a team of his own.
func (w rush) team(campaignID, who uuid.UUID) {
	w.t.Helper()
	team := one[uuid.UUID](w, `INSERT INTO campaign_teams (campaign_id, name, name_key, captain_id, creator_id, idempotency_key) VALUES ($1, $2, $2, $3, $3, $2) RETURNING id`,
		campaignID, uuid.NewString(), who)
	w.exec(`INSERT INTO campaign_memberships (campaign_id, user_id, team_id, joined_at) VALUES ($1, $2, $3, now())`, campaignID, who, team)
}

func rushAs(t testing.TB, who uuid.UUID, role accessv1.Role) context.Context {
	t.Helper()
	return identity.With(t.Context(), identity.Caller{UserID: who, Role: role})
}

func hello(campaignID uuid.UUID, mediaIDs ...string) *campaignv1.CheckInRequest {
	return &campaignv1.CheckInRequest{CampaignId: campaignID.String(), Text: "at the top", MediaIds: mediaIDs, IdempotencyKey: uuid.NewString()}
}

func (w rush) try(who uuid.UUID, req *campaignv1.CheckInRequest) (*campaignv1.CheckIn, error) {
	res, err := w.CheckIn(rushAs(w.t, who, accessv1.Role_ROLE_MEMBER), req)
	return res.GetCheckIn(), err
}

// checkIn makes one, or fails the test.
func (w rush) checkIn(who uuid.UUID, req *campaignv1.CheckInRequest) *campaignv1.CheckIn {
	w.t.Helper()
	made, err := w.try(who, req)
	must(w.t, err)
	return made
}

func (w rush) void(organizer uuid.UUID, made *campaignv1.CheckIn) error {
	_, err := w.VoidCheckIn(rushAs(w.t, organizer, accessv1.Role_ROLE_ORGANIZER), &campaignv1.VoidCheckInRequest{CheckInId: made.GetId(), Reason: "a photo of a sofa"})
	return err
}

// feed is all of it, page by page; between is called after each.
func (w rush) feed(campaignID uuid.UUID, size int32, between func()) (all []*campaignv1.CheckIn) {
	w.t.Helper()
	req := &campaignv1.ListCheckInsRequest{CampaignId: campaignID.String(), PageSize: size}
	for {
		res, err := w.ListCheckIns(w.t.Context(), req)
		must(w.t, err)
		all = append(all, res.GetCheckIns()...)
		if req.PageToken = res.GetNextPageToken(); req.GetPageToken() == "" {
			return all
		}
		if between != nil {
			between()
		}
	}
}

// postsOf are the texts of somebody's posts, newest first.
func (w rush) postsOf(who uuid.UUID) []string {
	w.t.Helper()
	res, err := w.posts.ListPostsByAuthor(w.t.Context(), &postv1.ListPostsByAuthorRequest{AuthorId: who.String(), PageSize: 100})
	must(w.t, err)
	texts := []string{}
	for _, p := range res.GetPosts() {
		texts = append(texts, p.GetText())
	}
	return texts
}

// picture is one that the owner has uploaded.
func (w rush) picture(owner uuid.UUID) string {
	w.t.Helper()
	var b bytes.Buffer
	must(w.t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 3, 2))))
	up, err := w.media.CreateUpload(rushAs(w.t, owner, accessv1.Role_ROLE_MEMBER), &mediav1.CreateUploadRequest{ContentType: "image/png", Size: int64(b.Len()), IdempotencyKey: uuid.NewString()})
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

// announced are the events in the queue for a topic.
func (w rush) announced(topic string) (events []*eventv1.Event) {
	w.t.Helper()
	for _, payload := range column[string](w, `SELECT args ->> 'payload' FROM river_job WHERE kind = $1 ORDER BY id`, topic) {
		raw, err := base64.StdEncoding.DecodeString(payload)
		must(w.t, err)
		ev := &eventv1.Event{}
		must(w.t, proto.Unmarshal(raw, ev))
		events = append(events, ev)
	}
	return events
}

func (w rush) exec(sql string, args ...any) {
	w.t.Helper()
	_, err := w.db.Writer(w.t.Context()).Exec(w.t.Context(), sql, args...)
	must(w.t, err)
}

// one is the answer of a query.
func one[T any](w rush, sql string, args ...any) (v T) {
	w.t.Helper()
	must(w.t, w.db.Writer(w.t.Context()).QueryRow(w.t.Context(), sql, args...).Scan(&v))
	return v
}

// column are the answers of a query.
func column[T any](w rush, sql string, args ...any) (all []T) {
	w.t.Helper()
	rows, err := w.db.Writer(w.t.Context()).Query(w.t.Context(), sql, args...)
	must(w.t, err)
	defer rows.Close()
	for rows.Next() {
		var v T
		must(w.t, rows.Scan(&v))
		all = append(all, v)
	}
	must(w.t, rows.Err())
	return all
}
