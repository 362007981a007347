package post_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestListsAreReadInPages(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, author := open(t, seam), uuid.New()
		parent := w.create(uuid.New(), say("a question"))
		var made []string
		for range 25 {
			made = append(made, w.create(author, reply(parent, "an answer")).GetId())
			w.create(uuid.New(), say("another's"))
		}
		if got := w.replies(parent, 7, nil); !slices.Equal(got, made) {
			t.Errorf("replies are %v\nmade were %v", got, made)
		}
		slices.Reverse(made)
		if got := w.byAuthor(author, 7, nil); !slices.Equal(got, made) {
			t.Errorf("the author's posts are %v\nmade were %v", got, made)
		}
		first, err := w.ListPostsByAuthor(t.Context(), &postv1.ListPostsByAuthorRequest{AuthorId: author.String()})
		must(t, err)
		if len(first.GetPosts()) != 20 || first.GetNextPageToken() == "" {
			t.Errorf("a page has %d posts", len(first.GetPosts()))
		}
		_, err = w.ListPostsByAuthor(t.Context(), &postv1.ListPostsByAuthorRequest{AuthorId: parent.GetAuthorId(), PageToken: first.GetNextPageToken()})
		wantFault(t, err, fault.Invalid, "page_token_invalid")
		_, err = w.ListReplies(t.Context(), &postv1.ListRepliesRequest{PostId: parent.GetId(), PageToken: first.GetNextPageToken()})
		wantFault(t, err, fault.Invalid, "page_token_invalid")
	})
}

func TestListsOfNothingAreEmpty(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		if len(w.byAuthor(uuid.New(), 1, nil)) != 0 || len(w.replies(&postv1.Post{Id: uuid.NewString()}, 1, nil)) != 0 {
			t.Error("something is listed")
		}
	})
}

// Whatever is posted and deleted between two pages, what was there at the first
// and was not deleted comes once, in order.
func TestPagesNeitherRepeatNorSkipUnderWrites(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		rapid.Check(t, func(rt *rapid.T) {
			author := uuid.New()
			parent := w.create(uuid.New(), say("a question"))
			var before []*postv1.Post
			for range rapid.IntRange(0, 12).Draw(rt, "before") {
				before = append(before, w.create(author, reply(parent, "before")))
			}
			deleted := map[string]bool{}
			between := func() {
				for range rapid.IntRange(0, 2).Draw(rt, "posted between") {
					w.create(author, reply(parent, "between"))
				}
				if len(before) > 0 && rapid.Bool().Draw(rt, "delete") {
					p := rapid.SampledFrom(before).Draw(rt, "deleted")
					w.delete(author, p)
					deleted[p.GetId()] = true
				}
			}
			size := rapid.Int32Range(1, 5).Draw(rt, "size")
			list, reversed := w.byAuthor, true
			if rapid.Bool().Draw(rt, "replies") {
				list, reversed = func(_ uuid.UUID, size int32, between func()) []string { return w.replies(parent, size, between) }, false
			}
			got := list(author, size, between)
			if !slices.IsSortedFunc(got, func(a, b string) int { return compare(a, b, reversed) }) || len(slices.Compact(slices.Clone(got))) != len(got) {
				rt.Fatalf("not in order, or repeated: %v", got)
			}
			for _, p := range before {
				if !deleted[p.GetId()] && !slices.Contains(got, p.GetId()) {
					rt.Fatalf("%s was skipped", p.GetId())
				}
			}
		})
	})
}

func TestPagesUnderWritersAtTheSameTime(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, author := open(t, seam), uuid.New()
		var before []string
		for range 40 {
			before = append(before, w.create(author, say("before")).GetId())
		}
		var writers sync.WaitGroup
		for range 2 {
			writers.Go(func() {
				for range 100 {
					if _, err := w.CreatePost(as(t, author), say("meanwhile")); err != nil {
						t.Error(err)
					}
				}
			})
		}
		for range 5 {
			got := w.byAuthor(author, 3, nil)
			for _, postID := range before {
				if !slices.Contains(got, postID) {
					t.Errorf("%s was skipped", postID)
				}
			}
			if slices.Sort(got); len(slices.Compact(slices.Clone(got))) != len(got) {
				t.Error("some were repeated")
			}
		}
		writers.Wait()
	})
}

func compare(a, b string, reversed bool) int {
	switch {
	case a == b:
		return 0
	case (a < b) != reversed:
		return -1
	}
	return 1
}

// byAuthor reads all pages; between runs after each.
func (w world) byAuthor(author uuid.UUID, size int32, between func()) []string {
	w.t.Helper()
	return pages(w.t, size, between, func(token string) ([]*postv1.Post, string, error) {
		res, err := w.ListPostsByAuthor(w.t.Context(), &postv1.ListPostsByAuthorRequest{AuthorId: author.String(), PageSize: size, PageToken: token})
		return res.GetPosts(), res.GetNextPageToken(), err
	})
}

func (w world) replies(parent *postv1.Post, size int32, between func()) []string {
	w.t.Helper()
	return pages(w.t, size, between, func(token string) ([]*postv1.Post, string, error) {
		res, err := w.ListReplies(w.t.Context(), &postv1.ListRepliesRequest{PostId: parent.GetId(), PageSize: size, PageToken: token})
		return res.GetPosts(), res.GetNextPageToken(), err
	})
}

func pages(t testing.TB, size int32, between func(), read func(token string) ([]*postv1.Post, string, error)) []string {
	t.Helper()
	var ids []string
	for token := ""; ; {
		posts, next, err := read(token)
		must(t, err)
		if len(posts) > int(size) {
			t.Errorf("a page of %d has %d posts", size, len(posts))
		}
		for _, p := range posts {
			ids = append(ids, p.GetId())
		}
		if next == "" {
			return ids
		}
		if token = next; between != nil && len(ids) < 100 {
			between()
		}
	}
}
