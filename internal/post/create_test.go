package post_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/pace"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestAPostIsKeptAndAnnouncedOnce(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, author := open(t, seam), uuid.New()
		made := w.create(author, say("hello"))
		if made.GetText() != "hello" || made.GetAuthorId() != author.String() || made.GetLikedByMe() || made.GetReplyToId() != "" {
			t.Errorf("%v", made)
		}
		if !made.GetCreatedAt().AsTime().Equal(id.Time(uuid.MustParse(made.GetId()))) || time.Since(made.GetCreatedAt().AsTime()).Abs() > time.Minute {
			t.Errorf("made at %v", made.GetCreatedAt().AsTime())
		}
		if read := w.get(author, made); !proto.Equal(made, read) {
			t.Errorf("made %v\nread %v", made, read)
		}
		events := w.announced("timeline.post_created")
		if len(events) != 1 || events[0].GetPostCreated().GetPostId() != made.GetId() || events[0].GetPostCreated().GetAuthorId() != author.String() {
			t.Errorf("%v", events)
		}
	})
}

func TestTheSameKeyAnswersTheSamePost(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, author := open(t, seam), uuid.New()
		parent := w.create(uuid.New(), say("a question"))
		for name, req := range map[string]*postv1.CreatePostRequest{
			"text": say("hello"), "reply": reply(parent, "an answer"), "pictures": show("look", w.picture(author), w.picture(author)),
		} {
			made := w.create(author, req)
			if again := w.create(author, req); !proto.Equal(made, again) {
				t.Errorf("%s: made %v\nagain %v", name, made, again)
			}
			w.like(author, made)
			if again := w.create(author, req); again.GetLikeCount() != 1 || !again.GetLikedByMe() {
				t.Errorf("%s: the answer is not as the post is now: %v", name, again)
			}
			if other := w.create(uuid.New(), &postv1.CreatePostRequest{Text: req.GetText(), IdempotencyKey: req.GetIdempotencyKey()}); other.GetId() == made.GetId() {
				t.Errorf("%s: keys are not the author's own", name)
			}
		}
		if n := len(w.announced("timeline.post_created")); n != 7 {
			t.Errorf("%d announcements of 7 posts", n)
		}
		w.exact()
	})
}

func TestAKeyIsForOneRequest(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, author := open(t, seam), uuid.New()
		one, two, three := w.picture(author), w.picture(author), w.picture(author)
		parent := w.create(author, say("a question"))
		req := reply(parent, "look")
		req.MediaIds = []string{one, two}
		w.create(author, req)
		for name, change := range map[string]func(*postv1.CreatePostRequest){
			"text":          func(r *postv1.CreatePostRequest) { r.Text = "look!" },
			"no pictures":   func(r *postv1.CreatePostRequest) { r.MediaIds = nil },
			"order":         func(r *postv1.CreatePostRequest) { r.MediaIds = []string{two, one} },
			"more pictures": func(r *postv1.CreatePostRequest) { r.MediaIds = []string{one, two, three} },
			"no reply":      func(r *postv1.CreatePostRequest) { r.ReplyToId = "" },
			"no parent":     func(r *postv1.CreatePostRequest) { r.ReplyToId, r.MediaIds = uuid.NewString(), nil },
		} {
			other := proto.CloneOf(req)
			change(other)
			t.Run(name, func(t *testing.T) { w.in(t).refuse(author, other, fault.Precondition, "idempotency_key_reused") })
		}
		// The picture of the refused request is still free.
		w.create(author, show("look", three))
		w.exact()
	})
}

func TestTheSameKeyAtTheSameTimeMakesOnePost(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, author := open(t, seam), uuid.New()
		parent := w.create(uuid.New(), say("a question"))
		req := reply(parent, "an answer")
		req.MediaIds = []string{w.picture(author)}
		ids := make([]string, 30)
		var all sync.WaitGroup
		for i := range ids {
			all.Go(func() {
				res, err := w.CreatePost(as(t, author), req)
				if err != nil {
					t.Error(err)
				}
				ids[i] = res.GetPost().GetId()
			})
		}
		all.Wait()
		for _, postID := range ids {
			if postID != ids[0] {
				t.Fatalf("%s and %s were made", postID, ids[0])
			}
		}
		if n := w.get(author, parent).GetReplyCount(); n != 1 {
			t.Errorf("%d replies were counted", n)
		}
		if posts, pictures := len(w.announced("timeline.post_created")), len(w.announced("media.media_held")); posts != 2 || pictures != 1 {
			t.Errorf("announced were %d posts, %d pictures", posts, pictures)
		}
	})
}

func TestOneKeyForManyRequestsAtTheSameTimeMakesOnePost(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, author := open(t, seam), uuid.New()
		key := uuid.NewString()
		var made, refused atomic.Int64
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				_, err := w.CreatePost(as(t, author), &postv1.CreatePostRequest{Text: string(rune('a' + i)), IdempotencyKey: key})
				switch {
				case err == nil:
					made.Add(1)
				case fault.Is(err, fault.Precondition):
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if made.Load() != 1 || refused.Load() != 19 {
			t.Errorf("%d were made, %d refused", made.Load(), refused.Load())
		}
	})
}

func TestAReplyIsCountedAtOnce(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, author := open(t, seam), uuid.New()
		parent := w.create(author, say("a question"))
		for want := range int64(3) {
			if n := w.get(author, parent).GetReplyCount(); n != want { // from the cache, unless it was told
				t.Errorf("%d replies are shown, want %d", n, want)
			}
			w.create(author, reply(parent, "an answer"))
		}
	})
}

func TestAReplyNeedsAPost(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, author := open(t, seam), uuid.New()
		gone := w.create(author, say("a question"))
		w.delete(author, gone)
		picture := w.picture(author)
		for _, parent := range []*postv1.Post{gone, {Id: uuid.NewString()}} {
			w.refuse(author, reply(parent, "an answer"), fault.NotFound, "reply_to_not_found")
			req := reply(parent, "an answer")
			req.MediaIds = []string{picture}
			w.refuse(author, req, fault.NotFound, "reply_to_not_found")
		}
		// The picture was not used up by the refused replies.
		w.create(author, show("look", picture))
		w.exact()
	})
}

func TestPicturesMustBeReadyAndOnesOwn(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, author := open(t, seam), uuid.New()
		one, two := w.picture(author), w.picture(author)
		made := w.create(author, show("", two, one))
		if len(made.GetMedia()) != 2 || made.GetMedia()[0].GetId() != two || made.GetMedia()[0].GetWidth() != 3 {
			t.Errorf("%v", made.GetMedia())
		}
		free := w.picture(author)
		for name, mediaID := range map[string]string{"used": one, "another's": w.picture(uuid.New()), "unknown": uuid.NewString()} {
			t.Run(name, func(t *testing.T) {
				w.in(t).refuse(author, show("look", free, mediaID), fault.Precondition, "media_not_ready")
			})
		}
		held := w.announced("media.media_held")
		if len(held) != 1 || len(held[0].GetMediaHeld().GetMediaIds()) != 2 {
			t.Fatalf("%v", held)
		}
		// The event confirms the very claim that the post made.
		must(t, w.media.OnMediaHeld(t.Context(), held[0]))
		var confirmed int
		must(t, w.db.Writer(t.Context()).QueryRow(t.Context(), `SELECT count(*) FROM media_objects WHERE collect_at IS NULL`).Scan(&confirmed))
		if confirmed != 2 {
			t.Errorf("%d claims were confirmed", confirmed)
		}
		if n := len(w.announced("timeline.post_created")); n != 1 {
			t.Errorf("%d posts were announced", n)
		}
	})
}

func TestPostingHasARate(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, author := on(t, seam, pgtest.New(t), pace.Rate{PerMinute: 1, Burst: 3}), uuid.New()
		for range 3 {
			w.create(author, say("hello"))
		}
		_, err := w.CreatePost(as(t, author), say("hello"))
		wantFault(t, err, fault.Exhausted, "rate_limited")
		if wait := err.(*fault.Error).RetryAfter; wait < 30*time.Second || wait > time.Minute { //nolint:errorlint // checked above
			t.Errorf("told to wait %v", wait)
		}
		w.create(uuid.New(), say("hello"))
	})
}

func TestOnlyAccountsPost(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		_, err := open(t, seam).CreatePost(t.Context(), say("hello"))
		wantFault(t, err, fault.Unauthenticated, "sign_in_required")
	})
}
