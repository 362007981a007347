package post_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/pace"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestPostsAreHydratedInTheOrderAskedFor(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, author, viewer := open(t, seam), uuid.New(), uuid.New()
		one, two, gone := w.create(author, say("one")), w.create(author, say("two")), w.create(author, say("gone"))
		w.delete(author, gone)
		w.like(viewer, two)
		asked := []string{two.GetId(), uuid.NewString(), gone.GetId(), one.GetId(), two.GetId()}
		res, err := w.HydratePosts(t.Context(), &postv1.HydratePostsRequest{PostIds: asked, ViewerId: viewer.String()})
		must(t, err)
		batch, err := w.BatchGetPosts(as(t, viewer), &postv1.BatchGetPostsRequest{Ids: asked})
		must(t, err)
		for _, posts := range [][]*postv1.Post{res.GetPosts(), batch.GetPosts()} {
			var texts []string
			for _, p := range posts {
				texts = append(texts, p.GetText())
				if liked := p.GetText() == "two"; p.GetLikedByMe() != liked {
					t.Errorf("%s: liked is %t", p.GetText(), p.GetLikedByMe())
				}
			}
			if !slices.Equal(texts, []string{"two", "one", "two"}) {
				t.Errorf("%v", texts)
			}
		}
		nobody, err := w.HydratePosts(t.Context(), &postv1.HydratePostsRequest{PostIds: asked})
		must(t, err)
		if nobody.GetPosts()[0].GetLikedByMe() {
			t.Error("nobody likes something")
		}
	})
}

// In process: a socket shares no memory.
func TestHydratedPostsAreSharedAndNeverChanged(t *testing.T) {
	t.Parallel()
	w, fan := open(t, rpctest.InProcess), uuid.New()
	p := w.create(uuid.New(), say("hello"))
	w.like(uuid.New(), p)
	w.like(fan, p)
	shared := w.get(uuid.Nil, p)
	kept := proto.CloneOf(shared)
	liked := w.get(fan, p)
	if again := w.get(uuid.Nil, p); again != shared || !proto.Equal(again, kept) {
		t.Error("the shared post was changed or made twice")
	}
	if liked.LikedByMe = false; !proto.Equal(liked, kept) {
		t.Errorf("the fan's post %v\ndiffers from %v", liked, kept)
	}
}

func TestPicturesAreResolvedInOneCallAndOnlyIfThereAreAny(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, author := open(t, seam), uuid.New()
		plain := []string{w.create(author, say("one")).GetId(), w.create(author, say("two")).GetId()}
		_, err := w.HydratePosts(t.Context(), &postv1.HydratePostsRequest{PostIds: plain})
		must(t, err)
		if n := w.resolves.Load(); n != 0 {
			t.Errorf("posts without pictures took %d calls", n)
		}
		shown := w.create(author, show("", w.picture(author), w.picture(author)))
		other := w.create(author, show("", w.picture(author)))
		res, err := w.HydratePosts(t.Context(), &postv1.HydratePostsRequest{PostIds: []string{other.GetId(), plain[0], shown.GetId()}})
		must(t, err)
		if n := w.resolves.Load(); n != 1 {
			t.Errorf("two posts with pictures took %d calls", n)
		}
		for i, want := range []*postv1.Post{other, nil, shown} {
			if want != nil && !proto.Equal(res.GetPosts()[i], want) {
				t.Errorf("got %v\nwant %v", res.GetPosts()[i], want)
			}
		}
	})
}

func TestAReaderSeesHisOwnWritesThroughReplicasThatLag(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		servers := pgtest.NewReplicated(t, 1)
		w, author := on(t, seam, servers, pace.Rate{}), uuid.New()
		p := w.create(author, say("hello"))
		must(t, servers.Server.CatchUp(t.Context()))
		if w.get(author, p) == nil { // cached, and known to the replica
			t.Fatal("it is not there")
		}
		must(t, servers.Server.PauseReplay(t.Context(), 0))
		ctx, session := consistency.Begin(as(t, author), consistency.Position{})
		_, err := w.LikePost(ctx, &postv1.LikePostRequest{PostId: p.GetId()})
		must(t, err)
		at, err := session.Ceiling(t.Context())
		must(t, err)
		ctx, _ = consistency.Begin(as(t, author), at)
		res, err := w.GetPost(ctx, &postv1.GetPostRequest{PostId: p.GetId()})
		must(t, err)
		if !res.GetPost().GetLikedByMe() || res.GetPost().GetLikeCount() != 1 {
			t.Errorf("%v", res.GetPost())
		}
	})
}
