package post_test

import (
	"testing"

	"github.com/google/uuid"

	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func deleted(account uuid.UUID) *eventv1.Event {
	return &eventv1.Event{Body: &eventv1.Event_AccountDeleted{AccountDeleted: &eventv1.AccountDeleted{UserId: account.String()}}}
}

func TestAnAccountsPostsAndLikesGoWithIt(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, leaver, friend := open(t, seam), uuid.New(), uuid.New()
		parent := w.create(friend, say("a question"))
		own := w.create(leaver, show("look", w.picture(leaver)))
		w.create(leaver, reply(parent, "one"))
		w.create(leaver, reply(parent, "two"))
		w.create(friend, reply(own, "nice"))
		w.like(leaver, parent)
		w.like(friend, parent)
		w.like(friend, own)
		if w.get(friend, parent).GetReplyCount() != 2 || w.get(friend, own) == nil { // both are cached now
			t.Fatal("they are not there")
		}
		for range 2 { // events may come twice
			must(t, w.service.OnAccountDeleted(t.Context(), deleted(leaver)))
			if len(w.byAuthor(leaver, 10, nil)) != 0 || w.get(friend, own) != nil {
				t.Error("posts are left")
			}
			if got := w.get(friend, parent); got.GetReplyCount() != 0 || got.GetLikeCount() != 1 || !got.GetLikedByMe() {
				t.Errorf("%v", got)
			}
		}
		if len(w.byAuthor(friend, 10, nil)) != 2 {
			t.Error("the friend's posts are gone")
		}
		if n := len(w.announced("media.media_released")); n != 1 {
			t.Errorf("%d releases of 1 picture", n)
		}
		w.exact()
	})
}

// In process: it shortens the time of a message (export_test.go).
func TestALongHistoryGoesInSeveralMessages(t *testing.T) {
	t.Parallel()
	w, leaver := open(t, rpctest.InProcess), uuid.New()
	w.exec(`INSERT INTO posts (author_id, text, idempotency_key, request_hash) SELECT $1, 'hello', n::text, '' FROM generate_series(1, 450) AS n`, leaver)
	w.exec(`WITH liked AS (INSERT INTO post_likes (user_id, post_id) SELECT $1, id FROM posts RETURNING post_id)
		INSERT INTO post_counts (post_id, likes) SELECT post_id, 1 FROM liked`, leaver)
	w.exact()
	w.service.SetEraseBudget(0)
	handle := w.service.Handlers()["post.account_deleted"]
	if handle == nil {
		t.Fatal("nobody handles the message")
	}
	must(t, w.service.OnAccountDeleted(t.Context(), deleted(leaver)))
	if n := len(w.byAuthor(leaver, 100, nil)); n != 250 {
		t.Errorf("%d posts are left after one page", n)
	}
	tries := 1
	for ; len(w.announced("post.account_deleted")) > 0; tries++ {
		w.exec(`DELETE FROM river_job WHERE kind = 'post.account_deleted'`)
		must(t, w.service.OnAccountDeleted(t.Context(), deleted(leaver)))
	}
	if tries < 4 || tries > 10 || len(w.byAuthor(leaver, 100, nil)) != 0 {
		t.Errorf("after %d messages %d posts are left", tries, len(w.byAuthor(leaver, 100, nil)))
	}
	w.exact()
}

// In process: handlers of events are in no contract.
func TestEverySubscriptionHasAHandler(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.InProcess)
	for _, s := range queue.Subscriptions {
		switch s.Consumer {
		case "post":
			if w.service.Handlers()[s.Topic()] == nil {
				t.Error(s.Topic())
			}
		case "media":
			if w.media.Handlers()[s.Topic()] == nil {
				t.Error(s.Topic())
			}
		}
	}
}
