package throng_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"

	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	"github.com/throng-social/throng/gen/go/throng/user/v1/userv1connect"
	throng "github.com/throng-social/throng/sdk/go"
)

func TestATokenIsSentAndItsRefusalIsFinal(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.valid = "good"
	must(t, me(t, throng.New(s.url, throng.WithToken("good"))))
	err := me(t, throng.New(s.url, throng.WithToken("bad")))
	if connect.CodeOf(err) != connect.CodeUnauthenticated || len(s.calls) != 2 {
		t.Errorf("got %v after %v", err, s.calls)
	}
	if s.heads[0].Get("Authorization") != "Bearer good" {
		t.Error("sent", s.heads[0])
	}
}

func TestASourceIsAskedOnceMoreWhenItsTokenIsRefused(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.valid = "second"
	tokens := []string{"first", "second", "second"}
	client := throng.New(s.url, throng.WithTokenSource(func(context.Context) (string, error) {
		next := tokens[0]
		tokens = tokens[1:]
		return next, nil
	}))
	must(t, me(t, client))
	must(t, me(t, client))
	failing := throng.New(s.url, throng.WithTokenSource(func(context.Context) (string, error) { return "", errors.New("no token") }))
	if err := me(t, failing); err == nil || err.Error() != "no token" {
		t.Error("got", err)
	}
	if _, err := failing.Graph.ImportFollows(t.Context()); err == nil || err.Error() != "no token" {
		t.Error("got", err)
	}
}

func TestCallersShareOneSignIn(t *testing.T) {
	t.Parallel()
	s := serve(t)
	client := throng.New(s.url, throng.WithLogin("ada", "right"))
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if err := me(t, client); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := s.came(userv1connect.UserServiceLoginProcedure); n != 1 {
		t.Errorf("signed in %d times", n)
	}
}

func TestTokensAreRenewedBeforeTheyExpire(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.life = 0
	client := throng.New(s.url, throng.WithLogin("ada", "right"))
	must(t, me(t, client))
	s.life = time.Hour
	must(t, me(t, client))
	must(t, me(t, client))
	if logins, renewals := s.came(userv1connect.UserServiceLoginProcedure), s.came(userv1connect.UserServiceRefreshProcedure); logins != 1 || renewals != 1 {
		t.Errorf("%d sign-ins and %d renewals", logins, renewals)
	}
}

func TestARefusedTokenIsRenewedOnce(t *testing.T) {
	t.Parallel()
	s := serve(t)
	client := throng.New(s.url, throng.WithLogin("ada", "right"))
	must(t, me(t, client))
	s.valid = "other"
	must(t, me(t, client))
	if s.came(userv1connect.UserServiceRefreshProcedure) != 1 {
		t.Error("calls were", s.calls)
	}
	// The session has ended, so that it takes the password.
	s.valid = "other"
	s.spent["refresh_2"] = true
	must(t, me(t, client))
	if s.came(userv1connect.UserServiceLoginProcedure) != 2 {
		t.Error("calls were", s.calls)
	}
}

func TestAWrongPasswordIsTriedOnce(t *testing.T) {
	t.Parallel()
	s := serve(t)
	err := me(t, throng.New(s.url, throng.WithLogin("ada", "wrong")))
	if throng.Reason(err) != "wrong_login" || len(s.calls) != 1 {
		t.Errorf("got %v after %v", err, s.calls)
	}
}

func TestStreamsAreSignedAndFlow(t *testing.T) {
	t.Parallel()
	for name, protocol := range map[string]throng.Protocol{"Connect": throng.Connect, "gRPC": throng.GRPC, "gRPC-Web": throng.GRPCWeb} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t)
			s.positions = []uint64{7, 9}
			client := throng.New(s.url, throng.WithLogin("ada", "right"), throng.WithProtocol(protocol))
			stream, err := client.Graph.ImportFollows(t.Context())
			must(t, err)
			for range 100 {
				must(t, stream.Send(&graphv1.ImportFollowsRequest{Rows: make([]*graphv1.ImportFollowsRequest_Row, 3)}))
			}
			res, err := stream.CloseAndReceive()
			must(t, err)
			if res.GetRows() != 300 {
				t.Error("got", res)
			}
			must(t, me(t, client))
			if sent := s.heads[len(s.heads)-1].Get(header); sent != token(9) {
				t.Errorf("sent %q after a stream", sent)
			}
		})
	}
}
