package post_test

import (
	"sync"
	"testing"

	"github.com/google/uuid"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestADeletedPostIsGoneEverywhere(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, author, reader := open(t, seam), uuid.New(), uuid.New()
		parent := w.create(author, say("a question"))
		req := reply(parent, "an answer")
		req.MediaIds = []string{w.picture(author)}
		p := w.create(author, req)
		w.like(reader, p)
		if w.get(reader, p) == nil || w.get(reader, parent).GetReplyCount() != 1 { // both are cached now
			t.Fatal("they are not there")
		}
		for range 2 { // the second time changes nothing
			w.delete(author, p)
			if w.get(reader, p) != nil {
				t.Error("it can be read")
			}
			if n := w.get(reader, parent).GetReplyCount(); n != 0 {
				t.Errorf("%d replies are counted", n)
			}
		}
		_, err := w.LikePost(as(t, reader), &postv1.LikePostRequest{PostId: p.GetId()})
		wantFault(t, err, fault.NotFound, "post_not_found")
		_, err = w.UnlikePost(as(t, reader), &postv1.UnlikePostRequest{PostId: p.GetId()})
		wantFault(t, err, fault.NotFound, "post_not_found")
		w.refuse(author, req, fault.NotFound, "post_deleted")
		list, err := w.ListPostsByAuthor(t.Context(), &postv1.ListPostsByAuthorRequest{AuthorId: author.String()})
		must(t, err)
		replies, err := w.ListReplies(t.Context(), &postv1.ListRepliesRequest{PostId: parent.GetId()})
		must(t, err)
		log, err := w.ListLog(t.Context(), &postv1.ListLogRequest{AuthorIds: []string{author.String()}, Limit: 10})
		must(t, err)
		if len(list.GetPosts()) != 1 || len(replies.GetPosts()) != 0 || len(log.GetPostIds()) != 1 {
			t.Error("it is in a list")
		}
		var text string
		must(t, w.db.Writer(t.Context()).QueryRow(t.Context(), `SELECT text FROM posts WHERE id = $1`, p.GetId()).Scan(&text))
		if text != "" {
			t.Error("its text is kept")
		}
		w.exact()
	})
}

func TestDeletingReleasesPicturesOnce(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, author := open(t, seam), uuid.New()
		mediaID := w.picture(author)
		p := w.create(author, show("look", mediaID))
		must(t, w.media.OnMediaHeld(t.Context(), w.announced("media.media_held")[0]))
		w.delete(author, p)
		w.delete(author, p)
		released := w.announced("media.media_released")
		if len(released) != 1 {
			t.Fatalf("%v", released)
		}
		must(t, w.media.OnMediaReleased(t.Context(), released[0]))
		if n, err := w.media.Collect(t.Context()); n != 1 || err != nil {
			t.Errorf("%d pictures were collected: %v", n, err)
		}
	})
}

func TestAuthorsAndModeratorsDelete(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, author, other := open(t, seam), uuid.New(), uuid.New()
		p := w.create(author, say("hello"))
		req := &postv1.DeletePostRequest{PostId: p.GetId()}
		for _, role := range []accessv1.Role{accessv1.Role_ROLE_UNSPECIFIED, accessv1.Role_ROLE_MEMBER, accessv1.Role_ROLE_ORGANIZER} {
			_, err := w.DeletePost(identity.With(t.Context(), identity.Caller{UserID: other, Role: role}), req)
			wantFault(t, err, fault.Denied, "not_author")
		}
		moderator := identity.With(t.Context(), identity.Caller{UserID: other, Role: accessv1.Role_ROLE_MODERATOR})
		for range 2 {
			_, err := w.DeletePost(moderator, req)
			must(t, err)
		}
		w.delete(author, p)
		_, err := w.DeletePost(as(t, other), req)
		wantFault(t, err, fault.NotFound, "post_not_found")
		_, err = w.DeletePost(moderator, &postv1.DeletePostRequest{PostId: uuid.NewString()})
		wantFault(t, err, fault.NotFound, "post_not_found")
	})
}

func TestDeletingAtTheSameTimeCountsOnce(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, author := open(t, seam), uuid.New()
		parent := w.create(author, say("a question"))
		w.create(author, reply(parent, "stays"))
		p := w.create(author, reply(parent, "goes"))
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if _, err := w.DeletePost(as(t, author), &postv1.DeletePostRequest{PostId: p.GetId()}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := w.get(author, parent).GetReplyCount(); n != 1 {
			t.Errorf("%d replies are counted", n)
		}
		w.exact()
	})
}

func TestRepliesOfADeletedPostStay(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, author := open(t, seam), uuid.New()
		parent := w.create(author, say("a question"))
		answer := w.create(author, reply(parent, "an answer"))
		w.delete(author, parent)
		if w.get(author, answer).GetReplyToId() != parent.GetId() {
			t.Error("it is gone")
		}
		w.delete(author, answer)
		w.exact()
	})
}
