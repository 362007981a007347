package post_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"

	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestLikesAtTheSameTimeAreCountedExactly(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		p := w.create(uuid.New(), say("hello"))
		counts := make([]int64, 50)
		var all sync.WaitGroup
		for i := range counts {
			all.Go(func() {
				res, err := w.LikePost(as(t, uuid.New()), &postv1.LikePostRequest{PostId: p.GetId()})
				if err != nil {
					t.Error(err)
				}
				counts[i] = res.GetLikeCount()
			})
		}
		all.Wait()
		slices.Sort(counts)
		for i, n := range counts {
			if n != int64(i+1) {
				t.Fatalf("the answers are %v", counts)
			}
		}
		if n := w.get(uuid.Nil, p).GetLikeCount(); n != 50 {
			t.Errorf("%d likes are shown", n)
		}
		w.exact()
	})
}

func TestLikingTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, user := open(t, seam), uuid.New()
		p := w.create(uuid.New(), say("hello"))
		w.like(uuid.New(), p)
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				res, err := w.LikePost(as(t, user), &postv1.LikePostRequest{PostId: p.GetId()})
				if err != nil || res.GetLikeCount() != 2 {
					t.Errorf("%d likes, %v", res.GetLikeCount(), err)
				}
			})
		}
		all.Wait()
		for range 20 {
			all.Go(func() {
				res, err := w.UnlikePost(as(t, user), &postv1.UnlikePostRequest{PostId: p.GetId()})
				if err != nil || res.GetLikeCount() != 1 {
					t.Errorf("%d likes, %v", res.GetLikeCount(), err)
				}
			})
		}
		all.Wait()
		w.exact()
	})
}

func TestLikesAndUnlikesAtTheSameTimeStayExact(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		posts := []*postv1.Post{w.create(uuid.New(), say("one")), w.create(uuid.New(), say("two"))}
		users := []uuid.UUID{uuid.New(), uuid.New(), uuid.New()}
		var all sync.WaitGroup
		for worker := range 8 {
			all.Go(func() {
				for i := range 40 {
					user, postID := users[(worker+i)%3], posts[i%2].GetId()
					var err error
					if (i+worker)%4 < 2 {
						_, err = w.LikePost(as(t, user), &postv1.LikePostRequest{PostId: postID})
					} else {
						_, err = w.UnlikePost(as(t, user), &postv1.UnlikePostRequest{PostId: postID})
					}
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		w.exact()
	})
}

func TestWhatWasLikedIsTheReadersOwn(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, fan, other := open(t, seam), uuid.New(), uuid.New()
		p := w.create(uuid.New(), say("hello"))
		if n := w.like(fan, p); n != 1 {
			t.Errorf("%d likes", n)
		}
		for range 2 { // from the store, then from the cache
			for viewer, want := range map[uuid.UUID]bool{fan: true, other: false, uuid.Nil: false} {
				if got := w.get(viewer, p); got.GetLikedByMe() != want || got.GetLikeCount() != 1 {
					t.Errorf("liked is %t, want %t", got.GetLikedByMe(), want)
				}
			}
		}
		_, err := w.UnlikePost(as(t, fan), &postv1.UnlikePostRequest{PostId: p.GetId()})
		must(t, err)
		if got := w.get(fan, p); got.GetLikedByMe() || got.GetLikeCount() != 0 {
			t.Errorf("%v", got)
		}
	})
}

func TestUnknownPostsCannotBeLiked(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		_, err := w.LikePost(as(t, uuid.New()), &postv1.LikePostRequest{PostId: uuid.NewString()})
		wantFault(t, err, fault.NotFound, "post_not_found")
		_, err = w.UnlikePost(as(t, uuid.New()), &postv1.UnlikePostRequest{PostId: uuid.NewString()})
		wantFault(t, err, fault.NotFound, "post_not_found")
	})
}
