package storetest

import (
	"context"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/post"
)

func keptAndAnnounced(t *testing.T, w *world) {
	author := uuid.New()
	parent := w.create(t, say(uuid.New(), "a question"))
	d := reply(author, parent, uuid.New(), uuid.New())
	d.Text = "an answer with ümläuts, ☃ and\n\"quotes\""
	postID := w.create(t, d)
	got, _ := w.load(t, postID)
	same(t, "pictures in their order", got.Media, d.Media)
	got.Media = nil
	if want := (post.Content{ID: postID, Author: author, Text: d.Text, ReplyTo: parent}); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
	if m := w.made(t, d); m.ID != postID || string(m.Hash) != string(d.Hash) {
		t.Errorf("by its key: %v", m)
	}
	if plain, _ := w.load(t, parent); len(plain.Media) != 0 || plain.ReplyTo != uuid.Nil || plain.Replies != 1 {
		t.Errorf("the parent is %v", plain)
	}
	if !w.stands(t, postID) || w.stands(t, uuid.New()) {
		t.Error("it does not stand, or what never was does")
	}
	if posts := w.created(t); len(posts) != 2 || !slices.Contains(posts, postID.String()) || !slices.Contains(posts, parent.String()) {
		t.Errorf("announced were %v", posts)
	}
	held := w.held(t)
	if len(held) != 1 || !slices.Equal(held[0].GetMediaIds(), id.Strings(d.Media)) || held[0].GetSubject() != "post:"+author.String()+":"+d.Key {
		t.Errorf("held are %v", held)
	}
	w.exact(t)
}

func oneKeyOnePost(t *testing.T, w *world) {
	author := uuid.New()
	parent := w.create(t, say(author, "a question"))
	for _, d := range []struct{ first, again string }{{"hello", "hello"}, {"hello", "something else"}} {
		first := reply(author, parent)
		first.Text, first.Hash = d.first, []byte(d.first)
		postID := w.create(t, first)
		again := first
		again.Text, again.Hash = d.again, []byte(d.again)
		for range 2 { // then also after its deletion
			w.refuseDraft(t, again)
			if m := w.made(t, again); m.ID != postID || string(m.Hash) != d.first {
				t.Errorf("the key finds %v", m)
			}
			w.delete(t, postID)
		}
		again.ReplyTo = uuid.New() // whatever else is wrong, the key is taken
		w.refuseDraft(t, again)
		others := again
		others.Author, others.ReplyTo = uuid.New(), uuid.Nil
		if w.create(t, others) == postID {
			t.Error("keys are not the author's own")
		}
	}
	if n := len(w.created(t)); n != 5 {
		t.Errorf("%d announcements of 5 posts", n)
	}
	w.exact(t)
}

func oneKeyAtTheSameTime(t *testing.T, w *world) {
	parent := w.create(t, say(uuid.New(), "a question"))
	d := reply(uuid.New(), parent, uuid.New())
	var mu sync.Mutex
	made := map[uuid.UUID]int{}
	together(16, func(int) {
		var postID uuid.UUID
		err := w.decide(t, func(ctx context.Context) (err error) {
			postID, err = w.Store.Create(ctx, d)
			return err
		})
		switch {
		case err == nil:
			mu.Lock()
			made[postID]++
			mu.Unlock()
		case !fault.Is(err, fault.NotFound):
			t.Error(err)
		}
	})
	postID := w.made(t, d).ID
	if len(made) > 1 || made[postID] != len(made) || (len(made) == 0 && !w.Faulty) {
		t.Errorf("%v were made, the key finds %s", made, postID)
	}
	if _, replies := w.counts(t, parent); replies != 1 {
		t.Errorf("%d replies were counted", replies)
	}
	if posts, pictures := len(w.created(t)), len(w.held(t)); posts != 2 || pictures != 1 {
		t.Errorf("announced were %d posts, %d pictures", posts, pictures)
	}
	same(t, "the log", w.log(t, d.Author, 10), []uuid.UUID{postID})
}

func replyNeedsAPost(t *testing.T, w *world) {
	author := uuid.New()
	gone := w.create(t, say(author, "a question"))
	w.delete(t, gone)
	for _, parent := range []uuid.UUID{gone, uuid.New()} {
		d := reply(author, parent, uuid.New())
		w.refuseDraft(t, d)
		w.missing(t, func(ctx context.Context) error {
			_, err := w.Store.Made(ctx, d.Author, d.Key)
			return err
		})
		d.ReplyTo = uuid.Nil
		w.create(t, d) // its key is still free
	}
	if posts, pictures := len(w.created(t)), len(w.held(t)); posts != 3 || pictures != 2 {
		t.Errorf("announced were %d posts, %d pictures", posts, pictures)
	}
	w.exact(t)
}

func repliesAtTheSameTime(t *testing.T, w *world) {
	parent := w.create(t, say(uuid.New(), "a question"))
	made := make([]uuid.UUID, 20)
	together(len(made), func(i int) { made[i] = w.create(t, reply(uuid.New(), parent)) })
	if _, replies := w.counts(t, parent); replies != int64(len(made)) {
		t.Errorf("%d replies of %d were counted", replies, len(made))
	}
	same(t, "the replies", w.replies(t, parent, uuid.Nil, 100), sorted(made))
	w.exact(t)
}

// A faulty network may let a repeated creation find the post of an earlier try, and
// still each is later than the one before.
func idsAscend(t *testing.T, w *world) {
	var last uuid.UUID
	author := uuid.New()
	for range 50 {
		postID := w.create(t, say(author, "hello"))
		if compare(postID, last) <= 0 {
			t.Fatalf("%s comes after %s", postID, last)
		}
		if postID.Version() != 7 || time.Since(id.Time(postID)).Abs() > time.Minute {
			t.Fatalf("%s is of %v", postID, id.Time(postID))
		}
		last = postID
	}
}
