package campaign_test

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/gen/go/throng/post/v1/postv1connect"
	"github.com/throng-social/throng/internal/pace"
	"github.com/throng-social/throng/internal/post"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func checkedIn(made *campaignv1.CheckIn) *eventv1.Event {
	return &eventv1.Event{Body: &eventv1.Event_CheckedIn{CheckedIn: &eventv1.CheckedIn{CheckInId: made.GetId()}}}
}

func checkInVoided(made *campaignv1.CheckIn) *eventv1.Event {
	return &eventv1.Event{Body: &eventv1.Event_CheckInVoided{CheckInVoided: &eventv1.CheckInVoided{CheckInId: made.GetId()}}}
}

func TestACheckInBecomesOnePostWithTheCampaignsTag(t *testing.T) {
	t.Parallel()
	w := openRush(t, rpctest.InProcess)
	run := w.campaign(terms{})
	ada := w.joined(run)
	picture := w.picture(ada)
	for want, req := range map[string]*campaignv1.CheckInRequest{
		"at the top #climb": hello(run, picture),
		"#climb":            {CampaignId: run.String(), IdempotencyKey: uuid.NewString()},
	} {
		made := w.checkIn(ada, req)
		for range 3 { // events may come again
			must(t, w.service.OnCheckedIn(t.Context(), checkedIn(made)))
		}
		if posts := w.postsOf(ada); posts[0] != want {
			t.Errorf("the posts are %q, want %q", posts, want)
		}
	}
	if posts := w.postsOf(ada); len(posts) != 2 {
		t.Errorf("the posts are %q", posts)
	}
	res, err := w.posts.ListPostsByAuthor(t.Context(), &postv1.ListPostsByAuthorRequest{AuthorId: ada.String()})
	must(t, err)
	shown := slices.ContainsFunc(res.GetPosts(), func(p *postv1.Post) bool { return len(p.GetMedia()) == 1 && p.GetMedia()[0].GetId() == picture })
	if !shown {
		t.Errorf("no post shows the picture: %v", res.GetPosts())
	}
}

func TestAWithdrawnCheckInHasNoPostInWhateverOrderItsEventsCome(t *testing.T) {
	t.Parallel()
	w, organizer := openRush(t, rpctest.InProcess), uuid.New()
	run := w.campaign(terms{organizer: organizer})
	publish, withdraw := w.service.OnCheckedIn, w.service.OnCheckInVoided
	for name, order := range map[string]func(made *campaignv1.CheckIn){
		"as it happened": func(made *campaignv1.CheckIn) {
			must(t, publish(t.Context(), checkedIn(made)))
			must(t, w.void(organizer, made))
			must(t, withdraw(t.Context(), checkInVoided(made)))
			must(t, withdraw(t.Context(), checkInVoided(made)))
			must(t, publish(t.Context(), checkedIn(made)))
		},
		"the other way": func(made *campaignv1.CheckIn) {
			must(t, w.void(organizer, made))
			must(t, withdraw(t.Context(), checkInVoided(made)))
			must(t, publish(t.Context(), checkedIn(made)))
		},
	} {
		ada := w.joined(run)
		order(w.checkIn(ada, hello(run)))
		if posts := w.postsOf(ada); len(posts) != 0 {
			t.Errorf("%s: %q are left", name, posts)
		}
	}
}

// meanwhile is the post noun, which something happens to before or after it publishes.
type meanwhile struct {
	postv1connect.PostInternalServiceClient
	before, after func()
}

func (m *meanwhile) PublishPost(ctx context.Context, req *postv1.PublishPostRequest) (*postv1.PublishPostResponse, error) {
	m.before()
	defer func() { m.after() }()
	return m.PostInternalServiceClient.PublishPost(ctx, req)
}

func TestACheckInThatIsWithdrawnWhileItIsPublishedHasNoPost(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]bool{"before": true, "after": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := &meanwhile{before: func() {}, after: func() {}}
			w := openRushWith(t, rpctest.InProcess, pgtest.New(t), pace.Rate{}, func(p *post.Service) postv1connect.PostInternalServiceClient {
				m.PostInternalServiceClient = p
				return m
			})
			organizer := uuid.New()
			run := w.campaign(terms{organizer: organizer})
			ada := w.joined(run)
			made := w.checkIn(ada, hello(run))
			withdrawn := func() {
				must(t, w.void(organizer, made))
				// Its event overtakes the post where that is yet to be stored.
				must(t, w.service.OnCheckInVoided(t.Context(), checkInVoided(made)))
			}
			if before {
				m.before = withdrawn
			} else {
				m.after = withdrawn
			}
			must(t, w.service.OnCheckedIn(t.Context(), checkedIn(made)))
			if posts := w.postsOf(ada); len(posts) != 0 {
				t.Errorf("%q are left", posts)
			}
		})
	}
}

func TestEventsThatRaceLeaveNoPost(t *testing.T) {
	t.Parallel()
	w, organizer := openRush(t, rpctest.InProcess), uuid.New()
	run := w.campaign(terms{organizer: organizer, cap: 1000})
	ada := w.joined(run)
	for range 50 {
		made := w.checkIn(ada, hello(run))
		var all sync.WaitGroup
		for range 2 {
			all.Go(func() {
				if err := w.service.OnCheckedIn(t.Context(), checkedIn(made)); err != nil {
					t.Error(err)
				}
			})
		}
		all.Go(func() {
			if err := w.void(organizer, made); err != nil {
				t.Error(err)
			}
			if err := w.service.OnCheckInVoided(t.Context(), checkInVoided(made)); err != nil {
				t.Error(err)
			}
		})
		all.Wait()
		if posts := w.postsOf(ada); len(posts) != 0 {
			t.Fatalf("%q are left", posts)
		}
	}
}

func TestAPostThatItsAuthorDeletedStaysDeletedAndTheCheckInStays(t *testing.T) {
	t.Parallel()
	w := openRush(t, rpctest.InProcess)
	run := w.campaign(terms{})
	ada := w.joined(run)
	made := w.checkIn(ada, hello(run))
	must(t, w.service.OnCheckedIn(t.Context(), checkedIn(made)))
	res, err := w.posts.ListPostsByAuthor(t.Context(), &postv1.ListPostsByAuthorRequest{AuthorId: ada.String()})
	must(t, err)
	_, err = w.posts.DeletePost(rushAs(t, ada, accessv1.Role_ROLE_MEMBER), &postv1.DeletePostRequest{PostId: res.GetPosts()[0].GetId()})
	must(t, err)
	must(t, w.service.OnCheckedIn(t.Context(), checkedIn(made)))
	if posts := w.postsOf(ada); len(posts) != 0 {
		t.Errorf("%q came back", posts)
	}
	if feed := w.feed(run, 10, nil); len(feed) != 1 || one[int](w, `SELECT count(*) FROM campaign_facts WHERE kind = 2`) != 0 {
		t.Errorf("the check-in went with it: %v", feed)
	}
}

func TestWhoIsGoneHasNoPostsMade(t *testing.T) {
	t.Parallel()
	w := openRush(t, rpctest.InProcess)
	run, gone := w.campaign(terms{}), uuid.New()
	w.join(run, gone)
	made := w.checkIn(gone, hello(run))
	must(t, w.service.OnCheckedIn(t.Context(), checkedIn(made)))
	if posts := w.postsOf(gone); len(posts) != 0 {
		t.Errorf("%q were made", posts)
	}
}

func TestCheckInsArePublishedAndWithdrawnByTheQueue(t *testing.T) {
	t.Parallel()
	w, organizer := openRush(t, rpctest.OverSocket), uuid.New()
	run := w.campaign(terms{organizer: organizer, cap: 100})
	w.work()
	const people, each = 5, 8
	var all sync.WaitGroup
	crowd := make([]uuid.UUID, people)
	for i := range crowd {
		crowd[i] = w.joined(run)
		all.Go(func() {
			for n := range each {
				req := hello(run)
				req.Text = strconv.Itoa(n)
				made, err := w.try(crowd[i], req)
				if err == nil && n%2 == 1 {
					err = w.void(organizer, made)
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	w.settled()
	for _, who := range crowd {
		posts := w.postsOf(who)
		slices.Sort(posts)
		if want := []string{"0 #climb", "2 #climb", "4 #climb", "6 #climb"}; !slices.Equal(posts, want) {
			t.Errorf("the posts are %q, want %q", posts, want)
		}
	}
	if feed := w.feed(run, 100, nil); len(feed) != people*each/2 {
		t.Errorf("%d are in the feed", len(feed))
	}
}

// work runs the queue's workers until the test ends. Nobody follows anybody here, so
// what timelines do with posts is left out.
func (w rush) work() {
	w.t.Helper()
	handlers := w.service.Handlers()
	maps.Copy(handlers, w.media.Handlers())
	handlers["timeline.post_created"] = func(context.Context, []byte) error { return nil }
	worker, err := queue.NewWorker(w.db, handlers, nil, queue.DefaultLimits(), func(string, time.Duration, error) {}, slog.New(slog.DiscardHandler))
	must(w.t, err)
	ctx, cancel := context.WithCancel(w.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- worker.Run(ctx) }()
	w.t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			w.t.Errorf("the worker ended with %v", err)
		}
	})
}

// settled waits until nothing waits in the queue, which sends no signals.
func (w rush) settled() {
	w.t.Helper()
	for began := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		if one[int](w, `SELECT count(*) FROM river_job WHERE state NOT IN ('completed', 'cancelled')`) == 0 {
			return
		}
		if time.Since(began) > time.Minute {
			w.t.Fatal("the queue is not done")
		}
	}
}
