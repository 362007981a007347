package app_test

import (
	"slices"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"github.com/google/uuid"

	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/audit"
	"github.com/throng-social/throng/internal/postgres/pgtest"
)

func TestElevenChecksWithPostsInDynamoDB(t *testing.T) { //nolint:paralleltest // a busy world: one after the other, its checks at once
	if small {
		t.Skip("with the race detector all parts run together; see TestElevenChecksOnAWS")
	}
	throughAllStrategies(t, newChecked(t, starPairs(1001), 500, func(s *app.Settings) { postsInDynamoDB(t, s) }))
}

func TestPostsInDynamoDBAreThoseOfTheirReadersAndAuthors(t *testing.T) {
	t.Parallel()
	d := deploy(t, pgtest.New(t), seams[1], pushing, func(s *app.Settings) { postsInDynamoDB(t, s) })
	ann, bob := d.signUp(t), d.signUp(t)
	ann.follow(t, bob)
	d.settled(t)
	one, two, key := bob.post(t, "one"), bob.post(t, "two"), uuid.NewString()
	soon(t, "both posts", func() bool { return slices.Equal(ann.home(t, 1), []string{two, one}) })
	for range 2 { // the second time by its key
		res, err := ann.posts.CreatePost(t.Context(), &postv1.CreatePostRequest{Text: "an answer", ReplyToId: one, IdempotencyKey: key})
		if err != nil || res.GetPost().GetReplyToId() != one {
			t.Fatal(res, err)
		}
	}
	if res, err := ann.posts.LikePost(t.Context(), &postv1.LikePostRequest{PostId: one}); err != nil || res.GetLikeCount() != 1 {
		t.Fatal(res, err)
	}
	got, err := ann.posts.GetPost(t.Context(), &postv1.GetPostRequest{PostId: one})
	if err != nil || got.GetPost().GetLikeCount() != 1 || got.GetPost().GetReplyCount() != 1 || !got.GetPost().GetLikedByMe() {
		t.Fatal(got, err)
	}
	if err := d.app.Recount(t.Context(), "post", t.Output()); err != nil {
		t.Error(err)
	}
	if _, err := bob.users.DeleteAccount(t.Context(), &userv1.DeleteAccountRequest{Password: "correct horse"}); err != nil {
		t.Fatal(err)
	}
	soon(t, "bob's posts are gone", func() bool {
		_, err := d.stranger().posts.GetPost(t.Context(), &postv1.GetPostRequest{PostId: two})
		return connect.CodeOf(err) == connect.CodeNotFound
	})
	if err := d.app.Audit(t.Context(), 1, func(audit.Finding) {}); err == nil || !strings.Contains(err.Error(), "DynamoDB") {
		t.Errorf("an auditor that cannot see the posts says %v", err)
	}
}

func TestTimelinesAreAuditedWithFollowsAndPostsInDynamoDB(t *testing.T) {
	t.Parallel()
	d := deploy(t, pgtest.New(t), seams[0], pushing, func(s *app.Settings) { allInDynamoDB(t, s) })
	ann, bob := d.signUp(t), d.signUp(t)
	ann.follow(t, bob)
	d.settled(t)
	kept, gone := bob.post(t, "to stay"), bob.post(t, "to go")
	d.settled(t)
	if _, err := bob.posts.DeletePost(t.Context(), &postv1.DeletePostRequest{PostId: gone}); err != nil {
		t.Fatal(err)
	}
	soon(t, "the deleted post goes", func() bool { return slices.Equal(ann.home(t, 100), []string{kept}) })
	compared := 0
	err := d.app.Audit(t.Context(), 0, func(f audit.Finding) {
		if compared += f.Posts; f.Wrong() {
			t.Errorf("the timeline of %s lacks %v and has too much %v", f.Reader, f.Missing, f.Extra)
		}
	})
	if err != nil || compared == 0 {
		t.Errorf("%d posts were compared: %v", compared, err)
	}
}
