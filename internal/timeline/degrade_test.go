package timeline_test

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/gen/go/throng/user/v1/userv1connect"
	"github.com/throng-social/throng/internal/graph"
	graphpg "github.com/throng-social/throng/internal/graph/pgstore"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/page"
	"github.com/throng-social/throng/internal/post"
	poststore "github.com/throng-social/throng/internal/post/pgstore"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/timeline"
	"github.com/throng-social/throng/internal/timeline/pgstore"
	"github.com/throng-social/throng/internal/user"
)

// cutOff is the way to the accounts, which may be cut.
type cutOff struct {
	userv1connect.UserInternalServiceClient
	cut atomic.Bool
}

// HydrateUsers fails while the way is cut.
func (c *cutOff) HydrateUsers(ctx context.Context, req *userv1.HydrateUsersRequest) (*userv1.HydrateUsersResponse, error) {
	if c.cut.Load() {
		return nil, errors.New("cut off")
	}
	return c.UserInternalServiceClient.HydrateUsers(ctx, req)
}

func TestAccountsThatCannotBeReachedDegradeItemsAndNotThePage(t *testing.T) {
	t.Parallel()
	d, log := pgtest.New(t), slog.New(slog.DiscardHandler)
	db, err := postgres.Open(t.Context(), d.Config(4), log)
	must(t, err)
	t.Cleanup(db.Close)
	pub := queue.NewPublisher()
	pages := page.NewSealer(make([]byte, 32))
	users := user.New(user.Deps{DB: db, Events: pub, Pages: pages, Secret: make([]byte, 32), Limits: user.NoLimits(), Log: log})
	way := &cutOff{UserInternalServiceClient: users}
	g := graph.New(graph.Deps{Store: graphpg.New(db, pub), Users: users, Pages: pages})
	posts := post.New(post.Deps{Store: poststore.New(db, pub), Pages: pages, Log: log})
	tl := timeline.New(timeline.Deps{
		Store: pgstore.New(db, pub), Users: way, Graph: g, Posts: posts, Pages: pages, Log: log,
		Config: timeline.Config{Keep: 100, FanoutPage: 10, HeadLife: time.Minute},
	})
	res, err := users.ResolveHandles(t.Context(), &userv1.ResolveHandlesRequest{Handles: []string{"reader", "author"}, CreateMissing: true})
	must(t, err)
	as := func(i int) context.Context {
		return identity.With(t.Context(), identity.Caller{UserID: uuid.MustParse(res.GetUserIds()[i])})
	}
	_, err = g.Follow(as(0), &graphv1.FollowRequest{UserId: res.GetUserIds()[1]})
	must(t, err)
	for range 3 {
		_, err = posts.CreatePost(as(1), &postv1.CreatePostRequest{Text: "hello", IdempotencyKey: uuid.NewString()})
		must(t, err)
	}
	for _, cut := range []bool{true, false} {
		way.cut.Store(cut)
		home, err := tl.GetHomeTimeline(as(0), &timelinev1.GetHomeTimelineRequest{})
		must(t, err)
		f := home.GetFreshness()
		if len(home.GetItems()) != 3 || f.GetComplete() == cut || (f.GetItemsDegraded() == 3) != cut {
			t.Fatalf("cut off %v: got %v", cut, home)
		}
		for _, item := range home.GetItems() {
			if item.GetAuthor().GetId() != res.GetUserIds()[1] || (item.GetAuthor().GetHandle() == "") != cut {
				t.Errorf("cut off %v: the author is %v", cut, item.GetAuthor())
			}
		}
	}
}
