package app_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/google/uuid"

	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/postgres/pgtest"
)

func (p *person) follow(t *testing.T, other *person) {
	t.Helper()
	if _, err := p.graph.Follow(t.Context(), &graphv1.FollowRequest{UserId: other.id}); err != nil {
		t.Fatal(err)
	}
}

func (p *person) unfollow(t *testing.T, other *person) {
	t.Helper()
	if _, err := p.graph.Unfollow(t.Context(), &graphv1.UnfollowRequest{UserId: other.id}); err != nil {
		t.Fatal(err)
	}
}

func (p *person) post(t *testing.T, text string) string {
	t.Helper()
	res, err := p.posts.CreatePost(t.Context(), &postv1.CreatePostRequest{Text: text, IdempotencyKey: uuid.NewString()})
	if err != nil {
		t.Fatal(err)
	}
	return res.GetPost().GetId()
}

// home reads the whole timeline, page by page.
func (p *person) home(t *testing.T, pageSize int32) []string {
	t.Helper()
	var posts []string
	req := &timelinev1.GetHomeTimelineRequest{PageSize: pageSize}
	for {
		res, err := p.timeline.GetHomeTimeline(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range res.GetItems() {
			posts = append(posts, item.GetPost().GetId())
		}
		if res.GetNextPageToken() == "" {
			return posts
		}
		req = &timelinev1.GetHomeTimelineRequest{PageSize: pageSize, PageToken: res.GetNextPageToken()}
	}
}

func wantHome(t *testing.T, p *person, want ...string) {
	t.Helper()
	slices.Reverse(want)
	for _, size := range []int32{1, 2, 100} {
		if got := p.home(t, size); !slices.Equal(got, want) {
			t.Fatalf("in pages of %d the timeline is\n%v\nwant\n%v", size, got, want)
		}
	}
}

// settled waits until no job is open, so that what was announced was delivered.
func (d deployment) settled(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(3 * time.Minute); ; {
		n, err := d.app.OpenJobs(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(n, "jobs are still open")
		}
		<-time.After(20 * time.Millisecond)
	}
}

// pushing makes a deployment write every post into timelines, which can be seen.
func pushing(s *app.Settings) { s.Timeline.Strategy = "push" }

func TestHomeTimelines(t *testing.T) { //nolint:paralleltest // a busy world: one after the other, its checks at once
	for _, shape := range shapes {
		t.Run(shape.name, func(t *testing.T) { // one deployment after the other: each keeps its workers busy
			d := shape.deploy(t, pgtest.New(t), pushing)
			t.Run("show one's own post at once", func(t *testing.T) {
				t.Parallel()
				ann := d.signUp(t)
				wantHome(t, ann, ann.post(t, "hello"))
			})
			t.Run("show earlier posts after a follow and hide them after an unfollow, at once", func(t *testing.T) {
				t.Parallel()
				ann, bob := d.signUp(t), d.signUp(t)
				first, second := bob.post(t, "one"), bob.post(t, "two")
				wantHome(t, ann)
				ann.follow(t, bob)
				wantHome(t, ann, first, second)
				d.settled(t)
				wantHome(t, ann, first, second)
				ann.unfollow(t, bob)
				wantHome(t, ann)
				third := bob.post(t, "three")
				ann.follow(t, bob)
				wantHome(t, ann, first, second, third)
				d.settled(t)
				wantHome(t, ann, first, second, third)
			})
			t.Run("are written by fan-outs and say so", func(t *testing.T) {
				t.Parallel()
				ann, bob := d.signUp(t), d.signUp(t)
				ann.follow(t, bob)
				d.settled(t)
				post := bob.post(t, "pushed")
				d.settled(t)
				res, err := ann.timeline.GetHomeTimeline(t.Context(), &timelinev1.GetHomeTimelineRequest{})
				if err != nil {
					t.Fatal(err)
				}
				if len(res.GetItems()) != 1 || res.GetItems()[0].GetPost().GetId() != post || res.GetItems()[0].GetWhy() != timelinev1.Why_WHY_FOLLOWED_PUSHED {
					t.Fatal("got", res)
				}
				if res.GetItems()[0].GetAuthor().GetHandle() != bob.handle || res.GetFreshness().GetAuthorsPushed() != 1 {
					t.Fatal("got", res)
				}
				why, err := ann.timeline.ExplainPost(t.Context(), &timelinev1.ExplainPostRequest{PostId: post})
				if err != nil || !why.GetInTimeline() || why.GetMode() != timelinev1.ExplainPostResponse_EDGE_MODE_PUSH || why.GetDeliveredAt() == nil {
					t.Fatal("explained as", why, err)
				}
			})
			t.Run("drop deleted posts and blocked people", func(t *testing.T) {
				t.Parallel()
				ann, bob, cat := d.signUp(t), d.signUp(t), d.signUp(t)
				ann.follow(t, bob)
				ann.follow(t, cat)
				d.settled(t)
				gone, kept, blocked := bob.post(t, "to go"), bob.post(t, "to stay"), cat.post(t, "to be blocked")
				d.settled(t)
				wantHome(t, ann, gone, kept, blocked)
				if _, err := bob.posts.DeletePost(t.Context(), &postv1.DeletePostRequest{PostId: gone}); err != nil {
					t.Fatal(err)
				}
				if _, err := cat.graph.Block(t.Context(), &graphv1.BlockRequest{UserId: ann.id}); err != nil {
					t.Fatal(err)
				}
				// Ann has seen neither write; any read of hers shows them soon.
				for deadline := time.Now().Add(15 * time.Second); !slices.Equal(ann.home(t, 100), []string{kept}); {
					if time.Now().After(deadline) {
						t.Fatal("still shows", ann.home(t, 100))
					}
				}
			})
			t.Run("page without repeats or gaps under writes", func(t *testing.T) {
				t.Parallel()
				ann, bob := d.signUp(t), d.signUp(t)
				ann.follow(t, bob)
				var want []string
				for i := range 30 {
					want = append(want, bob.post(t, fmt.Sprint("post ", i)))
				}
				slices.Reverse(want)
				d.settled(t)
				req := &timelinev1.GetHomeTimelineRequest{PageSize: 7}
				var got []string
				for {
					res, err := ann.timeline.GetHomeTimeline(t.Context(), req)
					if err != nil {
						t.Fatal(err)
					}
					for _, item := range res.GetItems() {
						got = append(got, item.GetPost().GetId())
					}
					bob.post(t, "in between")
					if res.GetNextPageToken() == "" {
						break
					}
					req = &timelinev1.GetHomeTimelineRequest{PageSize: 7, PageToken: res.GetNextPageToken()}
				}
				if !slices.Equal(got, want) {
					t.Fatalf("got %d, want %d posts", len(got), len(want))
				}
			})
			t.Run("of others are for operators", func(t *testing.T) {
				t.Parallel()
				ann, bob := d.signUp(t), d.signUp(t)
				_, err := ann.timeline.GetHomeTimeline(t.Context(), &timelinev1.GetHomeTimelineRequest{ViewerId: bob.id})
				if connect.CodeOf(err) != connect.CodePermissionDenied {
					t.Fatal("got", err)
				}
			})
			t.Run("stream what is new and resume", func(t *testing.T) {
				t.Parallel()
				ann, bob := d.signUp(t), d.signUp(t)
				ann.follow(t, bob)
				token := ""
				for i := range 2 {
					stream, err := ann.timeline.WatchHomeTimeline(t.Context(), &timelinev1.WatchHomeTimelineRequest{ResumeToken: token})
					if err != nil {
						t.Fatal(err)
					}
					if i == 0 && !stream.Receive() {
						t.Fatal(stream.Err())
					}
					post := bob.post(t, []string{"live", "while away"}[i])
					for more := true; more && len(stream.Msg().GetItems()) == 0; {
						more = stream.Receive()
					}
					if items := stream.Msg().GetItems(); len(items) != 1 || items[0].GetPost().GetId() != post {
						t.Fatal("got", items, stream.Err())
					}
					token = stream.Msg().GetResumeToken()
					if err := stream.Close(); err != nil {
						t.Fatal(err)
					}
				}
			})
		})
	}
}
