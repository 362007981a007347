package throng_test

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	faultv1 "github.com/throng-social/throng/gen/go/throng/fault/v1"
	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	"github.com/throng-social/throng/gen/go/throng/graph/v1/graphv1connect"
	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/gen/go/throng/post/v1/postv1connect"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/gen/go/throng/user/v1/userv1connect"
	throng "github.com/throng-social/throng/sdk/go"
)

const header = "Throng-Consistency-Token"

// server answers a few methods as its test tells it to, and notes what came.
type server struct {
	userv1connect.UnimplementedUserServiceHandler
	graphv1connect.UnimplementedGraphServiceHandler
	postv1connect.UnimplementedPostServiceHandler
	url string

	mu sync.Mutex
	// calls are the last parts of the procedures, in order of arrival.
	calls []string
	// heads are the headers that came with them.
	heads []http.Header
	// fail are the errors of the next calls; nil is none.
	fail []error
	// positions are those of the next answers.
	positions []uint64
	// valid is the access token that is taken; empty for any.
	valid string
	// life is that of new access tokens.
	life     time.Duration
	signedIn int
	spent    map[string]bool
}

// serve starts a server that speaks HTTP/1.1 and, without TLS, HTTP/2.
func serve(t *testing.T) *server {
	t.Helper()
	s := &server{life: time.Hour, spent: map[string]bool{}}
	mux := http.NewServeMux()
	options := connect.WithInterceptors(s)
	mux.Handle(userv1connect.NewUserServiceHandler(s, options))
	mux.Handle(graphv1connect.NewGraphServiceHandler(s, options))
	mux.Handle(postv1connect.NewPostServiceHandler(s, options))
	h := httptest.NewUnstartedServer(mux)
	h.Config.Protocols = &http.Protocols{}
	h.Config.Protocols.SetHTTP1(true)
	h.Config.Protocols.SetUnencryptedHTTP2(true)
	h.Start()
	t.Cleanup(h.Close)
	s.url = h.URL
	return s
}

// arrive notes a call and decides on it.
func (s *server) arrive(ctx context.Context, procedure string, h http.Header) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, procedure)
	s.heads = append(s.heads, h.Clone())
	if _, ok := ctx.Deadline(); !ok {
		return connect.NewError(connect.CodeInternal, errors.New("a call without a deadline"))
	}
	if len(s.fail) > 0 {
		err := s.fail[0]
		s.fail = s.fail[1:]
		if err != nil {
			return err
		}
	}
	if procedure != userv1connect.UserServiceLoginProcedure && procedure != userv1connect.UserServiceRefreshProcedure &&
		s.valid != "" && h.Get("Authorization") != "Bearer "+s.valid {
		return connect.NewError(connect.CodeUnauthenticated, errors.New("expired"))
	}
	return nil
}

func (s *server) answer(h http.Header) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.positions) > 0 {
		h.Set(header, token(s.positions[0]))
		s.positions = s.positions[1:]
	}
}

// WrapUnary implements connect.Interceptor.
func (s *server) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, req connect.AnyRequest) (connect.AnyResponse, error) {
		if err := s.arrive(ctx, req.Spec().Procedure, req.Header()); err != nil {
			return nil, err
		}
		res, err := next(ctx, req)
		if err == nil {
			s.answer(res.Header())
		}
		return res, err
	}
}

// WrapStreamingHandler implements connect.Interceptor.
func (s *server) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return func(ctx context.Context, conn connect.StreamingHandlerConn) error {
		if err := s.arrive(ctx, conn.Spec().Procedure, conn.RequestHeader()); err != nil {
			return err
		}
		defer s.answer(conn.ResponseTrailer())
		return next(ctx, conn)
	}
}

// WrapStreamingClient implements connect.Interceptor.
func (s *server) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return next
}

func (s *server) Login(_ context.Context, req *userv1.LoginRequest) (*userv1.LoginResponse, error) {
	if req.GetPassword() != "right" {
		return nil, refusal(connect.CodeUnauthenticated, "wrong_login", 0)
	}
	return &userv1.LoginResponse{Tokens: s.newTokens()}, nil
}

func (s *server) Refresh(_ context.Context, req *userv1.RefreshRequest) (*userv1.RefreshResponse, error) {
	s.mu.Lock()
	used := s.spent[req.GetRefreshToken()]
	s.spent[req.GetRefreshToken()] = true
	s.mu.Unlock()
	if used {
		return nil, refusal(connect.CodeUnauthenticated, "refresh_invalid", 0)
	}
	return &userv1.RefreshResponse{Tokens: s.newTokens()}, nil
}

func (s *server) newTokens() *userv1.Tokens {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.signedIn++
	s.valid = fmt.Sprintf("access_%d", s.signedIn)
	return &userv1.Tokens{AccessToken: s.valid, RefreshToken: fmt.Sprintf("refresh_%d", s.signedIn), AccessExpiresAt: timestamppb.New(time.Now().Add(s.life))}
}

func (s *server) GetMe(context.Context, *userv1.GetMeRequest) (*userv1.GetMeResponse, error) {
	return &userv1.GetMeResponse{User: &userv1.User{Handle: "me"}}, nil
}

func (s *server) Follow(context.Context, *graphv1.FollowRequest) (*graphv1.FollowResponse, error) {
	return &graphv1.FollowResponse{}, nil
}

func (s *server) CreatePost(context.Context, *postv1.CreatePostRequest) (*postv1.CreatePostResponse, error) {
	return &postv1.CreatePostResponse{}, nil
}

func (s *server) ImportFollows(_ context.Context, stream *connect.ClientStream[graphv1.ImportFollowsRequest]) (*graphv1.ImportFollowsResponse, error) {
	res := &graphv1.ImportFollowsResponse{}
	for stream.Receive() {
		res.Rows += int64(len(stream.Msg().GetRows()))
	}
	return res, stream.Err()
}

func refusal(code connect.Code, reason string, after time.Duration) error {
	err := connect.NewError(code, errors.New("no"))
	detail := &faultv1.Detail{Reason: reason}
	if after > 0 {
		detail.RetryAfter = durationpb.New(after)
	}
	if d, e := connect.NewErrorDetail(detail); e == nil {
		err.AddDetail(d)
	}
	return err
}

func token(position uint64) string {
	return base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint64([]byte{1}, position))
}

// came is how often each procedure was called.
func (s *server) came(procedure string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.calls {
		if c == procedure {
			n++
		}
	}
	return n
}

func me(t *testing.T, c *throng.Client) error {
	t.Helper()
	_, err := c.Users.GetMe(t.Context(), &userv1.GetMeRequest{})
	return err
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
