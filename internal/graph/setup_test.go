package graph_test

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	"github.com/throng-social/throng/gen/go/throng/graph/v1/graphv1connect"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/graph"
	"github.com/throng-social/throng/internal/graph/pgstore"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/migration"
	"github.com/throng-social/throng/internal/page"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/rpc/rpctest"
	"github.com/throng-social/throng/internal/user"
)

func TestMain(m *testing.M) {
	pgtest.Main(m, func(ctx context.Context, url string) error {
		return migration.Up(ctx, url, slog.New(slog.DiscardHandler))
	})
}

// world is a graph of its own with the real user noun behind it, as clients and
// other nouns reach it.
type world struct {
	graphv1connect.GraphServiceClient
	graphv1connect.GraphInternalServiceClient
	// service is the noun itself: what is in no contract.
	service *graph.Service
	t       testing.TB
	db      *postgres.DB
	users   *user.Service
}

func setup(t testing.TB, seam rpctest.Seam, change ...func(*graph.Deps)) world {
	t.Helper()
	return on(t, seam, pgtest.New(t), change...)
}

func on(t testing.TB, seam rpctest.Seam, servers pgtest.DB, change ...func(*graph.Deps)) world {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	db, err := postgres.Open(t.Context(), servers.Config(0), log)
	must(t, err)
	t.Cleanup(db.Close)
	pub := queue.NewPublisher()
	pages := page.NewSealer([]byte("a secret of the deployment"))
	users := user.New(user.Deps{DB: db, Events: pub, Pages: pages, Secret: []byte("secret"), Log: log, Limits: user.NoLimits(), Hashing: user.Hashing{MemoryKiB: 8}})
	d := graph.Deps{Store: pgstore.New(db, pub), Users: usersOver(t, seam, users), Pages: pages}
	for _, c := range change {
		c(&d)
	}
	w := world{service: graph.New(d), t: t, db: db, users: users}
	w.GraphServiceClient, w.GraphInternalServiceClient = reach(t, seam, w.service)
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

// leaver makes an account that can be deleted.
func (w world) leaver(handle string) uuid.UUID {
	w.t.Helper()
	res, err := w.users.Register(w.t.Context(), &userv1.RegisterRequest{Email: handle + "@example.org", Handle: handle, Password: "correct horse"})
	must(w.t, err)
	return uuid.MustParse(res.GetUser().GetId())
}

func (w world) leave(account uuid.UUID) {
	w.t.Helper()
	_, err := w.users.DeleteAccount(as(w.t, account), &userv1.DeleteAccountRequest{Password: "correct horse"})
	must(w.t, err)
}

func as(t testing.TB, account uuid.UUID) context.Context {
	t.Helper()
	return identity.With(t.Context(), identity.Caller{UserID: account, Role: accessv1.Role_ROLE_MEMBER})
}

func (w world) follow(a, b uuid.UUID) *graphv1.Relationship {
	w.t.Helper()
	res, err := w.Follow(as(w.t, a), &graphv1.FollowRequest{UserId: b.String()})
	must(w.t, err)
	return res.GetRelationship()
}

func (w world) unfollow(a, b uuid.UUID) *graphv1.Relationship {
	w.t.Helper()
	res, err := w.Unfollow(as(w.t, a), &graphv1.UnfollowRequest{UserId: b.String()})
	must(w.t, err)
	return res.GetRelationship()
}

func (w world) block(a, b uuid.UUID) *graphv1.Relationship {
	w.t.Helper()
	res, err := w.Block(as(w.t, a), &graphv1.BlockRequest{UserId: b.String()})
	must(w.t, err)
	return res.GetRelationship()
}

func (w world) unblock(a, b uuid.UUID) *graphv1.Relationship {
	w.t.Helper()
	res, err := w.Unblock(as(w.t, a), &graphv1.UnblockRequest{UserId: b.String()})
	must(w.t, err)
	return res.GetRelationship()
}

// refuses follows, which must fail.
func (w world) refuses(a, b uuid.UUID, kind fault.Kind, reason string) {
	w.t.Helper()
	_, err := w.Follow(as(w.t, a), &graphv1.FollowRequest{UserId: b.String()})
	refused(w.t, err, kind, reason)
}

// stands checks both counts of an account.
func (w world) stands(account uuid.UUID, followers, following int64) {
	w.t.Helper()
	res, err := w.GetCounts(w.t.Context(), &graphv1.GetCountsRequest{UserId: account.String()})
	must(w.t, err)
	if res.GetFollowers() != followers || res.GetFollowing() != following {
		w.t.Errorf("%s has %d followers and follows %d, want %d and %d", account, res.GetFollowers(), res.GetFollowing(), followers, following)
	}
}

// differs recounts, and wants so many differences.
func (w world) differs(want int) []string {
	w.t.Helper()
	var diffs []string
	n, err := w.service.Recount(w.t.Context(), func(d string) { diffs = append(diffs, d) })
	must(w.t, err)
	if n != want || len(diffs) != want {
		w.t.Errorf("%d differences, want %d: %v", n, want, diffs)
	}
	return diffs
}

// followed lists whom an account follows, as other nouns ask.
func (w world) followed(account uuid.UUID) []string {
	w.t.Helper()
	res, err := w.ListFollowingIds(w.t.Context(), &graphv1.ListFollowingIdsRequest{UserId: account.String(), Limit: 10_000})
	must(w.t, err)
	return res.GetUserIds()
}

// announced lists the edges of each event that waits for a consumer.
func (w world) announced() [][]string {
	w.t.Helper()
	rows, err := w.db.Writer(w.t.Context()).Query(w.t.Context(), `SELECT args ->> 'payload' FROM river_job WHERE kind IN ('timeline.follows_changed', 'timeline.follows_loaded') ORDER BY id`)
	must(w.t, err)
	defer rows.Close()
	var events [][]string
	for rows.Next() {
		var payload string
		must(w.t, rows.Scan(&payload))
		raw, err := base64.StdEncoding.DecodeString(payload)
		must(w.t, err)
		ev := &eventv1.Event{}
		must(w.t, proto.Unmarshal(raw, ev))
		var edges []string
		for e := range slices.Chunk(cmp.Or(ev.GetFollowsChanged(), ev.GetFollowsLoaded()).GetPacked(), 32) {
			edges = append(edges, uuid.UUID(e[:16]).String()+" "+uuid.UUID(e[16:]).String())
		}
		events = append(events, edges)
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

// refused checks kind and reason, and that what is invalid names its field.
func refused(t testing.TB, err error, kind fault.Kind, reason string) {
	t.Helper()
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Kind != kind || f.Reason != reason || (f.Field != "") != (kind == fault.Invalid) {
		t.Errorf("got %v (%+v), want kind %d, reason %s", err, f, kind, reason)
	}
}
