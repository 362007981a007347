package review_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"image"
	"image/png"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/gen/go/throng/review/v1/reviewv1connect"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/media"
	"github.com/throng-social/throng/internal/media/folder"
	"github.com/throng-social/throng/internal/page"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/review"
	"github.com/throng-social/throng/internal/rpc/rpctest"
	"github.com/throng-social/throng/internal/user"
)

// world is a service of its own with the real user and media nouns behind it, as
// clients reach it.
type world struct {
	reviewv1connect.ReviewServiceClient
	// service is the noun itself: what is in no contract.
	service *review.Service
	t       testing.TB
	db      *postgres.DB
	media   *media.Service
	users   *user.Service
}

func open(t testing.TB, seam rpctest.Seam, change ...func(*review.Deps)) world {
	t.Helper()
	return on(t, seam, pgtest.New(t), nil, change...)
}

// on is a world on given servers, of whose statements somebody may be told.
func on(t testing.TB, seam rpctest.Seam, servers pgtest.DB, tracer pgx.QueryTracer, change ...func(*review.Deps)) world {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	w := world{t: t}
	var err error
	c := servers.Config(0)
	c.Tracer = tracer
	w.db, err = postgres.Open(t.Context(), c, log)
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
	d := review.Deps{DB: w.db, Events: pub, Users: usersOver(t, seam, w.users), Media: mediaOver(t, seam, w.media), Pages: pages, Log: log}
	for _, c := range change {
		c(&d)
	}
	w.service = review.New(d)
	w.ReviewServiceClient = reach(t, seam, w.service)
	return w
}

// people makes n accounts, the same for the same n.
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
	return in(t, account, accessv1.Role_ROLE_MEMBER)
}

func shop(t testing.TB) context.Context {
	t.Helper()
	return in(t, uuid.New(), accessv1.Role_ROLE_ORGANIZER)
}

func moderator(t testing.TB) context.Context {
	t.Helper()
	return in(t, uuid.New(), accessv1.Role_ROLE_MODERATOR)
}

// in is the context of somebody in a role.
func in(t testing.TB, account uuid.UUID, role accessv1.Role) context.Context {
	t.Helper()
	return identity.With(t.Context(), identity.Caller{UserID: account, Role: role})
}

// product makes one with characteristics of these names.
func (w world) product(characteristics ...string) *reviewv1.Product {
	w.t.Helper()
	req := &reviewv1.CreateProductRequest{Key: uuid.NewString(), Name: "A dress"}
	for _, name := range characteristics {
		req.Characteristics = append(req.Characteristics, &reviewv1.NewCharacteristic{Name: name})
	}
	res, err := w.CreateProduct(shop(w.t), req)
	must(w.t, err)
	return res.GetProduct()
}

// opinion is a new review of a product with stars, and values of its characteristics.
func opinion(p *reviewv1.Product, stars int32, values ...int32) *reviewv1.CreateReviewRequest {
	req := &reviewv1.CreateReviewRequest{
		ProductId: p.GetId(), Rating: stars, Summary: "In a word", Body: "In many words", Recommend: stars > 3, IdempotencyKey: uuid.NewString(),
	}
	for i, v := range values {
		if v > 0 {
			req.Values = append(req.Values, &reviewv1.CharacteristicValue{CharacteristicId: p.GetCharacteristics()[i].GetId(), Value: v})
		}
	}
	return req
}

func (w world) review(author uuid.UUID, req *reviewv1.CreateReviewRequest) *reviewv1.Review {
	w.t.Helper()
	res, err := w.CreateReview(as(w.t, author), req)
	must(w.t, err)
	return res.GetReview()
}

func (w world) mark(r *reviewv1.Review, who uuid.UUID) int64 {
	w.t.Helper()
	res, err := w.MarkHelpful(as(w.t, who), &reviewv1.MarkHelpfulRequest{ReviewId: r.GetId()})
	must(w.t, err)
	return res.GetHelpfulCount()
}

func (w world) report(r *reviewv1.Review, who uuid.UUID) {
	w.t.Helper()
	_, err := w.ReportReview(as(w.t, who), &reviewv1.ReportReviewRequest{ReviewId: r.GetId(), Reason: "It is rude"})
	must(w.t, err)
}

func (w world) resolve(r *reviewv1.Review, verdict reviewv1.Verdict) {
	w.t.Helper()
	_, err := w.ResolveReport(moderator(w.t), &reviewv1.ResolveReportRequest{ReviewId: r.GetId(), Verdict: verdict, Reason: "I have looked"})
	must(w.t, err)
}

func (w world) meta(p *reviewv1.Product) *reviewv1.ReviewMeta {
	w.t.Helper()
	res, err := w.GetReviewMeta(w.t.Context(), &reviewv1.GetReviewMetaRequest{ProductId: p.GetId()})
	must(w.t, err)
	return res.GetMeta()
}

// list is the first page of a product's reviews, by id.
func (w world) list(p *reviewv1.Product, sort reviewv1.Sort) []*reviewv1.Review {
	w.t.Helper()
	res, err := w.ListReviews(w.t.Context(), &reviewv1.ListReviewsRequest{ProductId: p.GetId(), Sort: sort})
	must(w.t, err)
	return res.GetReviews()
}

// exact holds that everything precomputed equals a recount.
func (w world) exact() {
	w.t.Helper()
	n, err := w.service.Recount(w.t.Context(), func(diff string) { w.t.Error(diff) })
	must(w.t, err)
	if n != 0 {
		w.t.Errorf("%d differences", n)
	}
}

// picture is one that the owner has uploaded.
func (w world) picture(owner uuid.UUID) string {
	w.t.Helper()
	var b bytes.Buffer
	must(w.t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 3, 2))))
	return w.upload(owner, b.Bytes(), http.StatusNoContent)
}

// upload sends bytes that are called a picture.
func (w world) upload(owner uuid.UUID, raw []byte, want int) string {
	w.t.Helper()
	up, err := w.media.CreateUpload(as(w.t, owner), &mediav1.CreateUploadRequest{ContentType: "image/png", Size: int64(len(raw)), IdempotencyKey: uuid.NewString()})
	must(w.t, err)
	req := httptest.NewRequestWithContext(w.t.Context(), http.MethodPut, up.GetUploadUrl(), bytes.NewReader(raw))
	req.Header.Set("Content-Type", "image/png")
	res := httptest.NewRecorder()
	w.media.Handler().ServeHTTP(res, req)
	equal(w.t, "the upload's status", res.Code, want)
	return up.GetMediaId()
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

// wantFault checks kind and reason.
func wantFault(t testing.TB, err error, kind fault.Kind, reason string) {
	t.Helper()
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Kind != kind || f.Reason != reason {
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
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f.Reason
	}
	return err.Error()
}
