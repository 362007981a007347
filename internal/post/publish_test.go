package post_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/internal/dynamo/dynamotest"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/pace"
	"github.com/throng-social/throng/internal/post"
	"github.com/throng-social/throng/internal/post/dynamostore"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

// eachStore runs a test over both seams upon both stores.
func eachStore(t *testing.T, test func(t *testing.T, w world)) {
	t.Helper()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		t.Run("on Postgres", func(t *testing.T) {
			t.Parallel()
			test(t, open(t, seam))
		})
		t.Run("on DynamoDB", func(t *testing.T) {
			t.Parallel()
			tables := dynamotest.New(t)
			test(t, upon(t, seam, pgtest.New(t), pace.Rate{}, func(*postgres.DB, *queue.Publisher) post.Store {
				return dynamostore.New(tables.Open(t))
			}))
		})
	})
}

// publication is what a check-in would be published as.
func publication(author uuid.UUID, text string, mediaIDs ...string) *postv1.PublishPostRequest {
	return &postv1.PublishPostRequest{AuthorId: author.String(), Text: text, MediaIds: mediaIDs, IdempotencyKey: "check_in:" + uuid.NewString()}
}

func (w world) publish(req *postv1.PublishPostRequest) *postv1.Post {
	w.t.Helper()
	res, err := w.PublishPost(w.t.Context(), req)
	must(w.t, err)
	return &postv1.Post{Id: res.GetPostId(), AuthorId: req.GetAuthorId()}
}

func (w world) withdraw(req *postv1.PublishPostRequest) {
	w.t.Helper()
	_, err := w.WithdrawPost(w.t.Context(), &postv1.WithdrawPostRequest{AuthorId: req.GetAuthorId(), IdempotencyKey: req.GetIdempotencyKey()})
	must(w.t, err)
}

func TestWhatIsPublishedIsAPostOfItsAuthor(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w world) {
		author, reader := uuid.New(), uuid.New()
		req := publication(author, "up the hill #climb")
		made := w.publish(req)
		for range 3 {
			if again := w.publish(req); again.GetId() != made.GetId() {
				t.Errorf("the same key made %s and %s", made.GetId(), again.GetId())
			}
		}
		got := w.get(reader, made)
		if got.GetText() != req.GetText() || got.GetAuthorId() != author.String() || got.GetReplyToId() != "" {
			t.Errorf("it is %v", got)
		}
		if n := len(w.byAuthor(author, 10, nil)); n != 1 {
			t.Errorf("the author has %d posts", n)
		}
		if w.like(reader, made) != 1 {
			t.Error("it cannot be liked")
		}
	})
}

func TestPublishingTheSameAtTheSameTimeMakesOnePost(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w world) {
		req := publication(uuid.New(), "up the hill #climb")
		ids := make([]string, 16)
		var all sync.WaitGroup
		for i := range ids {
			all.Go(func() {
				res, err := w.PublishPost(t.Context(), req)
				if err != nil {
					t.Error(err)
				}
				ids[i] = res.GetPostId()
			})
		}
		all.Wait()
		for _, postID := range ids {
			if postID == "" || postID != ids[0] {
				t.Fatalf("%q and %q were made", postID, ids[0])
			}
		}
	})
}

func TestAKeyPublishesOneContent(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w world) {
		req := publication(uuid.New(), "up the hill #climb")
		made := w.publish(req)
		req.Text = "down the hill #climb"
		_, err := w.PublishPost(t.Context(), req)
		wantFault(t, err, fault.Precondition, "idempotency_key_reused")
		if got := w.get(uuid.New(), made); got.GetText() != "up the hill #climb" {
			t.Errorf("it is %v", got)
		}
	})
}

func TestWhatIsWithdrawnOrDeletedIsNotPublishedAgain(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w world) {
		author := uuid.New()
		for name, end := range map[string]func(*postv1.PublishPostRequest, *postv1.Post){
			"withdrawn":           func(req *postv1.PublishPostRequest, _ *postv1.Post) { w.withdraw(req) },
			"deleted":             func(_ *postv1.PublishPostRequest, p *postv1.Post) { w.delete(author, p) },
			"deleted, withdrawn":  func(req *postv1.PublishPostRequest, p *postv1.Post) { w.delete(author, p); w.withdraw(req) },
			"withdrawn and again": func(req *postv1.PublishPostRequest, _ *postv1.Post) { w.withdraw(req); w.withdraw(req) },
		} {
			req := publication(author, "up the hill #climb")
			made := w.publish(req)
			if w.get(author, made) == nil { // it is cached now
				t.Fatal("it is not there")
			}
			end(req, made)
			if got := w.get(author, made); got != nil {
				t.Errorf("%s: it is still there: %v", name, got)
			}
			_, err := w.PublishPost(t.Context(), req)
			wantFault(t, err, fault.NotFound, "post_deleted")
		}
		if left := w.byAuthor(author, 10, nil); len(left) != 0 {
			t.Errorf("%d posts are left", len(left))
		}
	})
}

func TestWithdrawingWhatWasNeverPublishedChangesNothing(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w world) {
		author := uuid.New()
		req := publication(author, "up the hill #climb")
		w.withdraw(req)
		made := w.publish(req)
		others := publication(uuid.New(), req.GetText())
		others.IdempotencyKey = req.GetIdempotencyKey()
		w.withdraw(others) // keys are an author's own
		if w.get(author, made) == nil {
			t.Error("it is not there")
		}
	})
}

func TestAClientsKeyIsNeverTakenForThatOfAPublication(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, w world) {
		author := uuid.New()
		req := publication(author, "up the hill #climb")
		for _, key := range []string{req.GetIdempotencyKey(), strings.Repeat("=", 64), strings.Repeat("=", 64-9) + "check_in:"} {
			own := say("my own")
			own.IdempotencyKey = key
			w.create(author, own)
		}
		made := w.publish(req)
		w.withdraw(req)
		if w.get(author, made) != nil || len(w.byAuthor(author, 10, nil)) != 3 {
			t.Error("the publication must be gone, and nothing else")
		}
	})
}

func TestWhatCannotBePublishedIsRefused(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.OverSocket)
	for name, change := range map[string]func(*postv1.PublishPostRequest){
		"nothing":    func(r *postv1.PublishPostRequest) { r.Text = " \n" },
		"no author":  func(r *postv1.PublishPostRequest) { r.AuthorId = "" },
		"a long one": func(r *postv1.PublishPostRequest) { r.Text = strings.Repeat("x", 2001) },
		"a key":      func(r *postv1.PublishPostRequest) { r.IdempotencyKey = "some key of a client" },
	} {
		req := publication(uuid.New(), "up the hill #climb")
		change(req)
		if _, err := w.PublishPost(t.Context(), req); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPicturesStayWithWhatWasPublished(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, author := open(t, seam), uuid.New()
		picture := w.picture(author)
		claim := &mediav1.ClaimRequest{OwnerId: author.String(), MediaIds: []string{picture}, Subject: "check_in:1"}
		_, err := w.media.Claim(t.Context(), claim)
		must(t, err)
		made := w.publish(publication(author, "up the hill #climb", picture))
		if got := w.get(author, made); len(got.GetMedia()) != 1 || got.GetMedia()[0].GetId() != picture {
			t.Errorf("it shows %v", got.GetMedia())
		}
		w.delete(author, made)
		for _, ev := range w.announced("media.media_held") {
			must(t, w.media.OnMediaHeld(t.Context(), ev))
		}
		released := w.announced("media.media_released")
		if len(released) != 1 {
			t.Fatalf("%d releases", len(released))
		}
		must(t, w.media.OnMediaReleased(t.Context(), released[0]))
		// Neither event was about the check-in's claim: it stands.
		_, err = w.media.Claim(t.Context(), claim)
		must(t, err)
		other := show("mine", picture)
		w.refuse(author, other, fault.Precondition, "media_not_ready")
	})
}
