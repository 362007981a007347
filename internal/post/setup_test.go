package post_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"image"
	"image/png"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	"github.com/throng-social/throng/gen/go/throng/media/v1/mediav1connect"
	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/gen/go/throng/post/v1/postv1connect"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/media"
	"github.com/throng-social/throng/internal/media/folder"
	"github.com/throng-social/throng/internal/migration"
	"github.com/throng-social/throng/internal/pace"
	"github.com/throng-social/throng/internal/page"
	"github.com/throng-social/throng/internal/post"
	"github.com/throng-social/throng/internal/post/pgstore"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestMain(m *testing.M) {
	pgtest.Main(m, func(ctx context.Context, url string) error {
		return migration.Up(ctx, url, slog.New(slog.DiscardHandler))
	})
}

// world is a service of its own with the real media noun behind it, as clients
// and other nouns reach it.
type world struct {
	postv1connect.PostServiceClient
	postv1connect.PostInternalServiceClient
	// service is the noun itself: what is in no contract.
	service *post.Service
	t       testing.TB
	db      *postgres.DB
	media   *media.Service
	// resolves counts the calls of Resolve.
	resolves *atomic.Int64
}

func open(t testing.TB, seam rpctest.Seam) world {
	t.Helper()
	return on(t, seam, pgtest.New(t), pace.Rate{})
}

func on(t testing.TB, seam rpctest.Seam, servers pgtest.DB, rate pace.Rate) world {
	t.Helper()
	return upon(t, seam, servers, rate, func(db *postgres.DB, pub *queue.Publisher) post.Store { return pgstore.New(db, pub) })
}

// upon is a world whose posts are in a store of the test's.
func upon(t testing.TB, seam rpctest.Seam, servers pgtest.DB, rate pace.Rate, store func(*postgres.DB, *queue.Publisher) post.Store) world {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	w := world{t: t, resolves: &atomic.Int64{}}
	var err error
	w.db, err = postgres.Open(t.Context(), servers.Config(0), log)
	must(t, err)
	t.Cleanup(w.db.Close)
	pictures, err := folder.Open(t.TempDir())
	must(t, err)
	t.Cleanup(func() { must(t, pictures.Close()) })
	w.media = media.New(media.Deps{DB: w.db, Files: pictures, Secret: []byte("a secret of the deployment"), Log: log})
	pub := queue.NewPublisher()
	w.service = post.New(post.Deps{
		Store: store(w.db, pub), Media: counted{mediaOver(t, seam, w.media), w.resolves}, Pages: page.NewSealer([]byte("a secret of the deployment")), Rate: rate, Log: log,
	})
	w.PostServiceClient, w.PostInternalServiceClient = reach(t, seam, w.service)
	return w
}

// counted is the media noun with its calls counted.
type counted struct {
	mediav1connect.MediaInternalServiceClient
	resolves *atomic.Int64
}

func (c counted) Resolve(ctx context.Context, req *mediav1.ResolveRequest) (*mediav1.ResolveResponse, error) {
	c.resolves.Add(1)
	return c.MediaInternalServiceClient.Resolve(ctx, req)
}

// in is the same world in a part of the test.
func (w world) in(t testing.TB) world {
	w.t = t
	return w
}

func as(t testing.TB, user uuid.UUID) context.Context {
	t.Helper()
	return identity.With(t.Context(), identity.Caller{UserID: user, Role: accessv1.Role_ROLE_MEMBER})
}

func say(text string) *postv1.CreatePostRequest {
	return &postv1.CreatePostRequest{Text: text, IdempotencyKey: uuid.NewString()}
}

func reply(to *postv1.Post, text string) *postv1.CreatePostRequest {
	req := say(text)
	req.ReplyToId = to.GetId()
	return req
}

func show(text string, mediaIDs ...string) *postv1.CreatePostRequest {
	req := say(text)
	req.MediaIds = mediaIDs
	return req
}

// create makes a post, or fails the test.
func (w world) create(author uuid.UUID, req *postv1.CreatePostRequest) *postv1.Post {
	w.t.Helper()
	res, err := w.CreatePost(as(w.t, author), req)
	must(w.t, err)
	return res.GetPost()
}

// refuse makes a post that must fail.
func (w world) refuse(author uuid.UUID, req *postv1.CreatePostRequest, kind fault.Kind, reason string) {
	w.t.Helper()
	_, err := w.CreatePost(as(w.t, author), req)
	wantFault(w.t, err, kind, reason)
}

func (w world) delete(caller uuid.UUID, p *postv1.Post) {
	w.t.Helper()
	_, err := w.DeletePost(as(w.t, caller), &postv1.DeletePostRequest{PostId: p.GetId()})
	must(w.t, err)
}

func (w world) like(user uuid.UUID, p *postv1.Post) int64 {
	w.t.Helper()
	res, err := w.LikePost(as(w.t, user), &postv1.LikePostRequest{PostId: p.GetId()})
	must(w.t, err)
	return res.GetLikeCount()
}

// get reads a post as somebody; nil where it is not found.
func (w world) get(viewer uuid.UUID, p *postv1.Post) *postv1.Post {
	w.t.Helper()
	res, err := w.GetPost(as(w.t, viewer), &postv1.GetPostRequest{PostId: p.GetId()})
	if err != nil {
		wantFault(w.t, err, fault.NotFound, "post_not_found")
		return nil
	}
	return res.GetPost()
}

// exact holds that the counts equal a recount.
func (w world) exact() {
	w.t.Helper()
	n, err := w.service.Recount(w.t.Context(), func(diff string) { w.t.Error(diff) })
	must(w.t, err)
	if n != 0 {
		w.t.Errorf("%d counts differ", n)
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

// announced are the events in the queue for a topic.
func (w world) announced(topic string) []*eventv1.Event {
	w.t.Helper()
	rows, err := w.db.Writer(w.t.Context()).Query(w.t.Context(), `SELECT args ->> 'payload' FROM river_job WHERE kind = $1 ORDER BY id`, topic)
	must(w.t, err)
	defer rows.Close()
	var events []*eventv1.Event
	for rows.Next() {
		var payload string
		must(w.t, rows.Scan(&payload))
		raw, err := base64.StdEncoding.DecodeString(payload)
		must(w.t, err)
		ev := &eventv1.Event{}
		must(w.t, proto.Unmarshal(raw, ev))
		events = append(events, ev)
	}
	must(w.t, rows.Err())
	return events
}

func (w world) exec(sql string, args ...any) {
	w.t.Helper()
	_, err := w.db.Writer(w.t.Context()).Exec(w.t.Context(), sql, args...)
	must(w.t, err)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
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
