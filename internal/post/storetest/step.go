package storetest

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"github.com/google/uuid"

	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/post"
)

func say(author uuid.UUID, text string) post.Draft {
	return post.Draft{Author: author, Text: text, Key: uuid.NewString(), Hash: []byte(text)}
}

func reply(author, to uuid.UUID, media ...uuid.UUID) post.Draft {
	d := say(author, "an answer")
	d.ReplyTo, d.Media = to, media
	return d
}

// create makes a post, or finds it made by a try whose answer was lost.
func (w *world) create(t testing.TB, d post.Draft) uuid.UUID {
	t.Helper()
	var postID uuid.UUID
	err := w.decide(t, func(ctx context.Context) (err error) {
		postID, err = w.Store.Create(ctx, d)
		return err
	})
	if w.Faulty && fault.Is(err, fault.NotFound) {
		return w.made(t, d).ID
	}
	must(t, err)
	return postID
}

func (w *world) made(t testing.TB, d post.Draft) (m post.Made) {
	t.Helper()
	w.do(t, func(ctx context.Context) (err error) {
		m, err = w.Store.Made(ctx, d.Author, d.Key)
		return err
	})
	return m
}

// refuseDraft makes a post that must not be made.
func (w *world) refuseDraft(t testing.TB, d post.Draft) {
	t.Helper()
	w.missing(t, func(ctx context.Context) error {
		_, err := w.Store.Create(ctx, d)
		return err
	})
}

func anybody(post.Standing) error { return nil }

func (w *world) delete(t testing.TB, postID uuid.UUID) (changed []uuid.UUID) {
	t.Helper()
	w.do(t, func(ctx context.Context) (err error) {
		changed, err = w.Store.Delete(ctx, postID, anybody)
		return err
	})
	return changed
}

func (w *world) like(t testing.TB, user, postID uuid.UUID) (likes int64, changed bool) {
	t.Helper()
	w.do(t, func(ctx context.Context) (err error) {
		likes, changed, err = w.Store.Like(ctx, user, postID)
		return err
	})
	return likes, changed
}

func (w *world) unlike(t testing.TB, user, postID uuid.UUID) (likes int64, changed bool) {
	t.Helper()
	w.do(t, func(ctx context.Context) (err error) {
		likes, changed, err = w.Store.Unlike(ctx, user, postID)
		return err
	})
	return likes, changed
}

// load reads a post; false where it does not stand.
func (w *world) load(t testing.TB, postID uuid.UUID) (post.Content, bool) {
	t.Helper()
	var contents []post.Content
	w.read(t, func(ctx context.Context) (err error) {
		contents, err = w.Store.Load(ctx, []uuid.UUID{postID}, false)
		return err
	})
	if len(contents) != 1 {
		return post.Content{}, false
	}
	return contents[0], true
}

// counts are the likes and replies that a post is shown with.
func (w *world) counts(t testing.TB, postID uuid.UUID) (likes, replies int64) {
	t.Helper()
	c, ok := w.load(t, postID)
	if !ok {
		t.Fatalf("the post %s is not there", postID)
	}
	return c.Likes, c.Replies
}

func (w *world) stands(t testing.TB, postID uuid.UUID) (stands bool) {
	t.Helper()
	w.do(t, func(ctx context.Context) (err error) {
		stands, err = w.Store.Stands(ctx, postID)
		return err
	})
	return stands
}

func (w *world) liked(t testing.TB, user uuid.UUID, posts ...uuid.UUID) (liked []uuid.UUID) {
	t.Helper()
	w.read(t, func(ctx context.Context) (err error) {
		liked, err = w.Store.Liked(ctx, user, posts, false)
		return err
	})
	return liked
}

func (w *world) list(t testing.TB, r post.LogRange) (log []post.Entry) {
	t.Helper()
	w.read(t, func(ctx context.Context) (err error) {
		log, err = w.Store.ListLog(ctx, r)
		return err
	})
	return log
}

// log is the newest of one author.
func (w *world) log(t testing.TB, author uuid.UUID, limit int32) []uuid.UUID {
	t.Helper()
	return ids(w.list(t, post.LogRange{Authors: []uuid.UUID{author}, Before: id.Max, Limit: limit, PerAuthor: limit}))
}

func (w *world) replies(t testing.TB, postID, after uuid.UUID, limit int32) (found []uuid.UUID) {
	t.Helper()
	w.read(t, func(ctx context.Context) (err error) {
		found, err = w.Store.ListReplies(ctx, postID, after, limit)
		return err
	})
	return found
}

// exact holds that the counts equal a recount.
func (w *world) exact(t testing.TB) {
	t.Helper()
	if n, miscounts := w.recount(t); n != 0 {
		t.Errorf("%d counts differ: %v", n, miscounts)
	}
}

func (w *world) recount(t testing.TB) (n int, miscounts []post.Miscount) {
	t.Helper()
	w.do(t, func(ctx context.Context) (err error) {
		miscounts = nil
		n, err = w.Store.Recount(ctx, func(m post.Miscount) { miscounts = append(miscounts, m) })
		return err
	})
	return n, miscounts
}

// created are the posts that were announced, in no order.
func (w *world) created(t testing.TB) (posts []string) {
	t.Helper()
	for _, ev := range w.Announced(t) {
		if p := ev.GetPostCreated(); p != nil {
			posts = append(posts, p.GetPostId())
		}
	}
	return posts
}

// held and released are what was announced of pictures.
func (w *world) held(t testing.TB) (all []*eventv1.MediaHeld) {
	t.Helper()
	for _, ev := range w.Announced(t) {
		if m := ev.GetMediaHeld(); m != nil {
			all = append(all, m)
		}
	}
	return all
}

func (w *world) released(t testing.TB) (all []*eventv1.MediaReleased) {
	t.Helper()
	for _, ev := range w.Announced(t) {
		if m := ev.GetMediaReleased(); m != nil {
			all = append(all, m)
		}
	}
	return all
}

func ids(log []post.Entry) []uuid.UUID {
	found := make([]uuid.UUID, len(log))
	for i, e := range log {
		found[i] = e.ID
	}
	return found
}

// same holds that two lists are equal, in order.
func same(t testing.TB, what string, got, want []uuid.UUID) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %v\nwant %v", what, got, want)
	}
}

// sameSet holds that two lists have the same members.
func sameSet(t testing.TB, what string, got, want []uuid.UUID) {
	t.Helper()
	same(t, what, sorted(got), sorted(want))
}

func sorted(list []uuid.UUID) []uuid.UUID {
	list = slices.Clone(list)
	slices.SortFunc(list, compare)
	return list
}

func compare(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }
