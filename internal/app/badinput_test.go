package app_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"buf.build/go/protovalidate"
	"connectrpc.com/connect"
	"github.com/google/uuid"

	faultv1 "github.com/throng-social/throng/gen/go/throng/fault/v1"
	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/postgres/pgtest"
)

// reason is the stable reason in an error's detail.
func reason(err error) string {
	var c *connect.Error
	if !errors.As(err, &c) {
		return ""
	}
	for _, d := range c.Details() {
		if v, err := d.Value(); err == nil {
			if detail, ok := v.(*faultv1.Detail); ok {
				return detail.GetReason()
			}
		}
	}
	return ""
}

// fields are the paths of the violated fields.
func fields(err error) (paths []string) {
	var c *connect.Error
	if !errors.As(err, &c) {
		return nil
	}
	for _, d := range c.Details() {
		if v, err := d.Value(); err == nil {
			if violations, ok := v.(*validate.Violations); ok {
				for _, one := range violations.GetViolations() {
					paths = append(paths, protovalidate.FieldPathString(one.GetField()))
				}
			}
		}
	}
	return paths
}

func TestBadInputGetsAClearError(t *testing.T) {
	t.Parallel()
	d := deploy(t, pgtest.New(t), seams[0])
	ann, bob, nobody := d.signUp(t), d.signUp(t), d.stranger()
	bobs := bob.post(t, "bob's")
	list, err := ann.graph.ListFollowers(t.Context(), &graphv1.ListFollowersRequest{UserId: ann.id})
	if err != nil || len(list.GetFollowers()) != 0 {
		t.Fatal(list, err)
	}
	for range 3 {
		ann.post(t, "one of three")
	}
	page, err := ann.posts.ListPostsByAuthor(t.Context(), &postv1.ListPostsByAuthorRequest{AuthorId: ann.id, PageSize: 1})
	if err != nil || page.GetNextPageToken() == "" {
		t.Fatal(page, err)
	}
	token := page.GetNextPageToken()
	flipped := "A" + token[1:]
	if flipped == token {
		flipped = "B" + token[1:]
	}
	register := func(change func(*userv1.RegisterRequest)) func() error {
		r := &userv1.RegisterRequest{Email: uuid.NewString() + "@example.org", Handle: "h_" + uuid.NewString()[:8], Password: "correct horse"}
		change(r)
		return func() error { _, err := nobody.users.Register(t.Context(), r); return err }
	}
	follow := func(p *person, user string) func() error {
		return func() error {
			_, err := p.graph.Follow(t.Context(), &graphv1.FollowRequest{UserId: user})
			return err
		}
	}
	byAuthor := func(author, token string) func() error {
		return func() error {
			_, err := ann.posts.ListPostsByAuthor(t.Context(), &postv1.ListPostsByAuthorRequest{AuthorId: author, PageToken: token})
			return err
		}
	}
	for _, c := range []struct {
		name   string
		call   func() error
		code   connect.Code
		reason string
		field  string
	}{
		{"a handle with a space", register(func(r *userv1.RegisterRequest) { r.Handle = "a b c" }), connect.CodeInvalidArgument, "", "handle"},
		{"an address that is none", register(func(r *userv1.RegisterRequest) { r.Email = "nowhere" }), connect.CodeInvalidArgument, "", "email"},
		{"a short password", register(func(r *userv1.RegisterRequest) { r.Password = "short" }), connect.CodeInvalidArgument, "", "password"},
		{"a taken handle", register(func(r *userv1.RegisterRequest) { r.Handle = strings.ToUpper(ann.handle) }), connect.CodeAlreadyExists, "handle_taken", ""},
		{"a taken address", register(func(r *userv1.RegisterRequest) { r.Email = strings.ToUpper(ann.handle) + "@Example.org" }), connect.CodeAlreadyExists, "email_taken", ""},
		{"following oneself", follow(ann, ann.id), connect.CodeInvalidArgument, "follow_self", "user_id"},
		{"following nobody", follow(ann, uuid.NewString()), connect.CodeNotFound, "", ""},
		{"following without signing in", follow(nobody, ann.id), connect.CodeUnauthenticated, "sign_in_required", ""},
		{"a foreign token", follow(d.person("ey.not.ours"), bob.id), connect.CodeUnauthenticated, "token_invalid", ""},
		{"a token with another's signature", follow(d.person(ann.tokens.GetAccessToken()[:len(ann.tokens.GetAccessToken())-8]+"AAAAAAAA"), bob.id), connect.CodeUnauthenticated, "token_invalid", ""},
		{"no id", follow(ann, "7"), connect.CodeInvalidArgument, "", "user_id"},
		{"a page token of another list", byAuthor(bob.id, token), connect.CodeInvalidArgument, "page_token_invalid", "page_token"},
		{"a page token that was changed", byAuthor(ann.id, flipped), connect.CodeInvalidArgument, "page_token_invalid", "page_token"},
		{"a page token that is no token", byAuthor(ann.id, "§"), connect.CodeInvalidArgument, "page_token_invalid", "page_token"},
		{"a page of a thousand", func() error {
			_, err := ann.timeline.GetHomeTimeline(t.Context(), &timelinev1.GetHomeTimelineRequest{PageSize: 1000})
			return err
		}, connect.CodeInvalidArgument, "", "page_size"},
		{"deleting another's post", func() error {
			_, err := ann.posts.DeletePost(t.Context(), &postv1.DeletePostRequest{PostId: bobs})
			return err
		}, connect.CodePermissionDenied, "not_author", ""},
		{"an empty post", func() error {
			_, err := ann.posts.CreatePost(t.Context(), &postv1.CreatePostRequest{Text: " \n", IdempotencyKey: uuid.NewString()})
			return err
		}, connect.CodeInvalidArgument, "", ""},
		{"a body over the limit", func() error {
			_, err := ann.posts.CreatePost(t.Context(), &postv1.CreatePostRequest{Text: strings.Repeat("x", 2<<20), IdempotencyKey: uuid.NewString()})
			return err
		}, connect.CodeResourceExhausted, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.call()
			if connect.CodeOf(err) != c.code || (c.reason != "" && reason(err) != c.reason) {
				t.Fatalf("got %v with reason %q", err, reason(err))
			}
			if c.field != "" && (len(fields(err)) == 0 || fields(err)[0] != c.field) {
				t.Fatalf("got fields %v, want %s", fields(err), c.field)
			}
		})
	}
	t.Run("following twice changes nothing", func(t *testing.T) {
		for range 2 {
			if err := follow(ann, bob.id)(); err != nil {
				t.Fatal(err)
			}
		}
		counts, err := ann.graph.GetCounts(t.Context(), &graphv1.GetCountsRequest{UserId: bob.id})
		if err != nil || counts.GetFollowers() != 1 {
			t.Fatal(counts, err)
		}
	})
	t.Run("a wrong password and an unknown account are answered alike", func(t *testing.T) {
		_, wrong := nobody.users.Login(t.Context(), &userv1.LoginRequest{Login: ann.handle, Password: "wrong horse"})
		_, unknown := nobody.users.Login(t.Context(), &userv1.LoginRequest{Login: "who_is_this", Password: "wrong horse"})
		if wrong.Error() != unknown.Error() || reason(wrong) != "wrong_login" || reason(unknown) != "wrong_login" {
			t.Fatal(wrong, unknown)
		}
	})
	t.Run("internal services are not served to clients", func(t *testing.T) {
		res, err := http.Post(d.base+"/throng.user.v1.UserInternalService/ResolveHandles", "application/json", strings.NewReader(`{"handles":["`+ann.handle+`"]}`))
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if res.StatusCode == http.StatusOK {
			t.Fatal("it was served")
		}
	})
}

func TestWithoutItsDatabaseAServerSaysSoAndComesBackByItself(t *testing.T) {
	t.Parallel()
	db := pgtest.NewReplicated(t, 1)
	d := deploy(t, db, seams[0])
	ann := d.signUp(t)
	post := ann.post(t, "before")
	d.settled(t)
	if err := db.Server.StopPrimary(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := ann.posts.CreatePost(t.Context(), &postv1.CreatePostRequest{Text: "lost", IdempotencyKey: uuid.NewString()})
	if connect.CodeOf(err) != connect.CodeUnavailable || strings.Contains(err.Error(), "127.0.0.1") {
		t.Fatal("got", err)
	}
	if code := d.probe(t, "/ops/readyz"); code != http.StatusServiceUnavailable {
		t.Fatal("readiness is", code)
	}
	if code := d.probe(t, "/ops/livez"); code != http.StatusNoContent {
		t.Fatal("liveness is", code)
	}
	if err := db.Server.StartPrimary(t.Context()); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); d.probe(t, "/ops/readyz") != http.StatusNoContent; {
		if time.Now().After(deadline) {
			t.Fatal("it does not come back")
		}
	}
	after := ann.post(t, "after")
	d.settled(t)
	wantHome(t, ann, post, after)
}

func (d deployment) probe(t *testing.T, path string) int {
	t.Helper()
	res, err := http.Get(d.base + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode
}
