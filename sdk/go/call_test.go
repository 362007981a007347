package throng_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"connectrpc.com/connect"

	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	throng "github.com/throng-social/throng/sdk/go"
)

func TestTheNewestPositionIsSentBack(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.positions = []uint64{5, 3, 11}
	client := throng.New(s.url)
	for range 3 {
		must(t, me(t, client))
	}
	_, err := client.Posts.CreatePost(t.Context(), &postv1.CreatePostRequest{})
	must(t, err)
	var sent []string
	for _, h := range s.heads {
		sent = append(sent, h.Get(header))
	}
	if want := []string{"", token(5), token(5), token(11)}; !slices.Equal(sent, want) {
		t.Errorf("sent %q, want %q", sent, want)
	}
}

func TestARefusalCarriesAPositionToo(t *testing.T) {
	t.Parallel()
	s := serve(t)
	refused := connect.NewError(connect.CodeNotFound, errors.New("no"))
	refused.Meta().Set(header, token(4))
	s.fail = []error{refused}
	client := throng.New(s.url)
	if err := me(t, client); connect.CodeOf(err) != connect.CodeNotFound {
		t.Error("got", err)
	}
	must(t, me(t, client))
	if s.heads[1].Get(header) != token(4) {
		t.Error("sent", s.heads[1])
	}
}

func TestOnlyWhatIsSafeIsRepeated(t *testing.T) {
	t.Parallel()
	away := connect.NewError(connect.CodeUnavailable, errors.New("away"))
	soon := refusal(connect.CodeResourceExhausted, "overloaded", time.Millisecond)
	read := func(ctx context.Context, c *throng.Client) error {
		_, err := c.Users.GetMe(ctx, &userv1.GetMeRequest{})
		return err
	}
	write := func(key string) func(context.Context, *throng.Client) error {
		return func(ctx context.Context, c *throng.Client) error {
			_, err := c.Posts.CreatePost(ctx, &postv1.CreatePostRequest{IdempotencyKey: key})
			return err
		}
	}
	follow := func(ctx context.Context, c *throng.Client) error {
		_, err := c.Graph.Follow(ctx, &graphv1.FollowRequest{})
		return err
	}
	for name, c := range map[string]struct {
		call  func(context.Context, *throng.Client) error
		fail  []error
		calls int
		code  connect.Code
	}{
		"a read":                                     {read, []error{away, away}, 3, 0},
		"a read, at most twice":                      {read, []error{away, away, away}, 3, connect.CodeUnavailable},
		"a write with a key":                         {write(throng.NewIdempotencyKey()), []error{away}, 2, 0},
		"not a write without":                        {write(""), []error{away}, 1, connect.CodeUnavailable},
		"not a write that has none":                  {follow, []error{away}, 1, connect.CodeUnavailable},
		"when an overloaded server said when":        {read, []error{soon}, 2, 0},
		"not when an overloaded server did not":      {read, []error{connect.NewError(connect.CodeResourceExhausted, errors.New("full"))}, 1, connect.CodeResourceExhausted},
		"not when the server wants a long pause":     {read, []error{refusal(connect.CodeUnavailable, "", time.Hour)}, 1, connect.CodeUnavailable},
		"not what fails for another reason":          {read, []error{connect.NewError(connect.CodeInternal, errors.New("bug"))}, 1, connect.CodeInternal},
		"what fails for several reasons in its turn": {read, []error{away, soon}, 3, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t)
			s.fail = c.fail
			err := c.call(t.Context(), throng.New(s.url))
			if len(s.calls) != c.calls || (err == nil) != (c.code == 0) || err != nil && connect.CodeOf(err) != c.code {
				t.Errorf("%d calls, %v", len(s.calls), err)
			}
		})
	}
}

func TestAPauseThatOutlastsTheCallIsNotBegun(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.fail = []error{refusal(connect.CodeUnavailable, "", 4*time.Second)}
	began := time.Now()
	err := me(t, throng.New(s.url, throng.WithTimeout(3*time.Second)))
	if connect.CodeOf(err) != connect.CodeUnavailable || len(s.calls) != 1 || time.Since(began) > 2*time.Second {
		t.Errorf("%v after %v", err, time.Since(began))
	}
}

func TestACallEndsInTimeWhereNobodyAnswers(t *testing.T) {
	t.Parallel()
	client := throng.New("http://127.0.0.1:1", throng.WithTimeout(50*time.Millisecond))
	if err := me(t, client); connect.CodeOf(err) != connect.CodeUnavailable && connect.CodeOf(err) != connect.CodeDeadlineExceeded {
		t.Error("got", err)
	}
}

func TestAnotherHTTPClientMaySpeakHTTP1(t *testing.T) {
	t.Parallel()
	s := serve(t)
	must(t, me(t, throng.New(s.url, throng.WithHTTPClient(http.DefaultClient))))
}

func TestErrorsTellReasonHintAndViolations(t *testing.T) {
	t.Parallel()
	s := serve(t)
	refused := connect.NewError(connect.CodeInvalidArgument, errors.New("no"))
	detail, err := connect.NewErrorDetail(&validate.Violations{Violations: []*validate.Violation{{
		Field: &validate.FieldPath{Elements: []*validate.FieldPathElement{
			{FieldName: new("rows"), Subscript: &validate.FieldPathElement_Index{Index: 2}},
			{FieldName: new("follower")},
		}},
		RuleId: new("string.pattern"), Message: new("does not match"),
	}}})
	must(t, err)
	refused.AddDetail(detail)
	s.fail = []error{refused, refusal(connect.CodeAlreadyExists, "handle_taken", 0), refusal(connect.CodeResourceExhausted, "rate_limited", time.Minute)}
	client := throng.New(s.url)
	err = me(t, client)
	want := throng.Violation{Field: "rows[2].follower", Rule: "string.pattern", Message: "does not match"}
	if got := throng.Violations(err); len(got) != 1 || got[0] != want || throng.Reason(err) != "" {
		t.Error("got", got, throng.Reason(err))
	}
	err = me(t, client)
	if throng.Reason(err) != "handle_taken" || throng.RetryAfter(err) != 0 || throng.Violations(err) != nil {
		t.Error("got", throng.Reason(err), throng.RetryAfter(err))
	}
	if err = me(t, client); throng.RetryAfter(err) != time.Minute {
		t.Error("got", throng.RetryAfter(err))
	}
	if throng.Reason(nil) != "" || throng.Reason(errors.New("other")) != "" {
		t.Error("a reason out of nothing")
	}
}

func TestIdempotencyKeysDiffer(t *testing.T) {
	t.Parallel()
	if a, b := throng.NewIdempotencyKey(), throng.NewIdempotencyKey(); a == b || len(a) != 32 {
		t.Error("got", a, b)
	}
}
