package storetest

import (
	"context"
	"slices"
	"testing"

	"github.com/google/uuid"

	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	"github.com/throng-social/throng/internal/post"
	"github.com/throng-social/throng/internal/queue"
)

func erasePosts(t *testing.T, w *world) {
	leaver, friend := uuid.New(), uuid.New()
	parent := w.create(t, say(friend, "a question"))
	made := []uuid.UUID{w.create(t, say(leaver, "hello"))}
	for range 11 {
		made = append(made, w.create(t, reply(leaver, parent, uuid.New())))
	}
	w.create(t, reply(friend, made[0]))
	gone := w.create(t, say(leaver, "gone before"))
	w.delete(t, gone)
	var erased []uuid.UUID
	for pages := 0; ; pages++ {
		n, changed := w.erasePage(t, leaver, 5)
		erased = append(erased, changed...)
		if n < 5 {
			break
		}
		if n > 5 || pages > 20 {
			t.Fatalf("page %d has %d posts", pages, n)
		}
	}
	if !w.Faulty {
		sameSet(t, "changed", slices.Compact(sorted(erased)), append(made, parent))
	}
	if log := w.log(t, leaver, 100); len(log) != 0 {
		t.Errorf("%d posts are left", len(log))
	}
	if _, replies := w.counts(t, parent); replies != 0 || len(w.released(t)) != 11 {
		t.Errorf("%d replies, %d releases", replies, len(w.released(t)))
	}
	if len(w.log(t, friend, 100)) != 2 || !w.stands(t, parent) {
		t.Error("the friend's posts are gone")
	}
	if n, changed := w.erasePage(t, leaver, 5); n != 0 || len(changed) != 0 {
		t.Errorf("%d were erased again", n)
	}
	w.exact(t)
}

func (w *world) erasePage(t testing.TB, author uuid.UUID, limit int32) (n int, changed []uuid.UUID) {
	t.Helper()
	w.do(t, func(ctx context.Context) (err error) {
		n, changed, err = w.Store.ErasePosts(ctx, author, limit)
		return err
	})
	return n, changed
}

func eraseLikes(t *testing.T, w *world) {
	leaver, friend := uuid.New(), uuid.New()
	var posts []uuid.UUID
	for range 12 {
		postID := w.create(t, say(friend, "hello"))
		w.like(t, leaver, postID)
		w.like(t, friend, postID)
		posts = append(posts, postID)
	}
	w.delete(t, posts[3])
	var erased []uuid.UUID
	for pages := 0; ; pages++ {
		var changed []uuid.UUID
		w.do(t, func(ctx context.Context) (err error) {
			changed, err = w.Store.EraseLikes(ctx, leaver, 5)
			return err
		})
		if erased = append(erased, changed...); len(changed) < 5 {
			break
		}
		if len(changed) > 5 || pages > 20 {
			t.Fatalf("page %d has %d likes", pages, len(changed))
		}
	}
	if !w.Faulty {
		sameSet(t, "changed", erased, posts)
	}
	for i, postID := range posts {
		if i == 3 {
			continue
		}
		if likes, _ := w.counts(t, postID); likes != 1 {
			t.Errorf("%d likes are left", likes)
		}
	}
	if len(w.liked(t, leaver, posts...)) != 0 || len(w.liked(t, friend, posts...)) < 11 {
		t.Error("the wrong likes are gone")
	}
	w.exact(t)
}

func taskIsKept(t *testing.T, w *world) {
	if topics := w.Tasks(t); len(topics) != 0 {
		t.Errorf("there are %v", topics)
	}
	task := queue.Task{Topic: "post.account_deleted", Queue: queue.Events, Message: &eventv1.Event{Body: &eventv1.Event_AccountDeleted{}}}
	w.do(t, func(ctx context.Context) error { return w.Store.Enqueue(ctx, task) })
	if topics := w.Tasks(t); len(topics) == 0 || (len(topics) > 1 && !w.Faulty) || topics[0] != task.Topic {
		t.Errorf("there are %v", topics)
	}
}

func recountReports(t *testing.T, w *world) {
	user := uuid.New()
	wrong, lost, right := w.create(t, say(user, "one")), w.create(t, say(user, "two")), w.create(t, say(user, "three"))
	for _, postID := range []uuid.UUID{wrong, lost, right} {
		w.like(t, user, postID)
	}
	w.create(t, reply(user, lost))
	w.exact(t)
	w.Miscount(t, wrong, 7, 1)
	w.Miscount(t, lost, 0, 0)
	n, got := w.recount(t)
	slices.SortFunc(got, func(a, b post.Miscount) int { return compare(a.Post, b.Post) })
	want := []post.Miscount{{Post: wrong, Likes: 7, LikesCounted: 1, Replies: 1}, {Post: lost, LikesCounted: 1, RepliesCounted: 1}}
	if n != len(want) || !slices.Equal(got, want) {
		t.Errorf("%d differences: got %v\nwant %v", n, got, want)
	}
	w.Miscount(t, wrong, 1, 0)
	w.Miscount(t, lost, 1, 1)
	w.exact(t)
}

func recountMeanwhile(t *testing.T, w *world) {
	posts := []uuid.UUID{w.create(t, say(uuid.New(), "one")), w.create(t, say(uuid.New(), "two"))}
	together(4, func(worker int) {
		if worker == 0 {
			for range 5 {
				w.exact(t)
			}
			return
		}
		for i := range 10 {
			postID := posts[(worker+i)%2]
			w.like(t, uuid.New(), postID)
			w.delete(t, w.create(t, reply(uuid.New(), postID)))
		}
	})
	w.exact(t)
	if n := len(w.created(t)); n != 32 {
		t.Errorf("%d announcements of 32 posts", n)
	}
}
