package rpc

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"connectrpc.com/connect"
	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/gen/go/throng/campaign/v1/campaignv1connect"
	faultv1 "github.com/throng-social/throng/gen/go/throng/fault/v1"
	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	"github.com/throng-social/throng/gen/go/throng/graph/v1/graphv1connect"
)

// slow stands where nouns do, and answers when it is told to.
type slow struct {
	campaignv1connect.UnimplementedCampaignServiceHandler
	graphv1connect.UnimplementedGraphServiceHandler
	begun, end chan struct{}
}

func (s *slow) wait() {
	s.begun <- struct{}{}
	<-s.end
}

func (s *slow) GetCampaign(context.Context, *campaignv1.GetCampaignRequest) (*campaignv1.GetCampaignResponse, error) {
	s.wait()
	return &campaignv1.GetCampaignResponse{}, nil
}

func (s *slow) ListCampaigns(context.Context, *campaignv1.ListCampaignsRequest) (*campaignv1.ListCampaignsResponse, error) {
	return &campaignv1.ListCampaignsResponse{}, nil
}

// WatchLeaderboard is slow before its first message, and again after it.
func (s *slow) WatchLeaderboard(_ context.Context, _ *campaignv1.WatchLeaderboardRequest, stream *connect.ServerStream[campaignv1.WatchLeaderboardResponse]) error {
	s.wait()
	if err := stream.Send(&campaignv1.WatchLeaderboardResponse{}); err != nil {
		return err
	}
	s.wait()
	return nil
}

// ImportFollows is slow when it has its first message.
func (s *slow) ImportFollows(_ context.Context, stream *connect.ClientStream[graphv1.ImportFollowsRequest]) (*graphv1.ImportFollowsResponse, error) {
	stream.Receive()
	s.wait()
	return &graphv1.ImportFollowsResponse{}, nil
}

// behindGate serves slow behind a gate for one call at once.
type behindGate struct {
	*slow
	gate      *Gate
	campaigns campaignv1connect.CampaignServiceClient
	graph     graphv1connect.GraphServiceClient
}

func serveBehindGate(t *testing.T) behindGate {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	b := behindGate{slow: &slow{begun: make(chan struct{}), end: make(chan struct{})}, gate: newGate(1, 1)}
	open := DeclaredAccess()
	open[graphv1connect.GraphServiceImportFollowsProcedure] = open[campaignv1connect.CampaignServiceGetCampaignProcedure]
	s, err := NewServer(Config{Auth: NewAuthenticator(nil, nil, log), Access: open, Metrics: NewMetrics(prometheus.NewRegistry()), Log: log, Gate: b.gate})
	if err != nil {
		t.Fatal(err)
	}
	s.Mount(campaignv1connect.NewCampaignServiceHandler(b.slow, s.Options()))
	s.Mount(graphv1connect.NewGraphServiceHandler(b.slow, s.Options()))
	listener := httptest.NewServer(s.Handler())
	t.Cleanup(listener.Close)
	b.campaigns = campaignv1connect.NewCampaignServiceClient(http.DefaultClient, listener.URL)
	b.graph = graphv1connect.NewGraphServiceClient(http.DefaultClient, listener.URL)
	return b
}

func (b behindGate) in() int {
	b.gate.mu.Lock()
	defer b.gate.mu.Unlock()
	return b.gate.in
}

// get is a call that is in until the test ends it.
func (b behindGate) get(t *testing.T) (ended <-chan error) {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		_, err := b.campaigns.GetCampaign(t.Context(), &campaignv1.GetCampaignRequest{CampaignId: uuid.NewString()})
		done <- err
	}()
	<-b.begun
	return done
}

// list is a call that is over at once, if it is let in.
func (b behindGate) list(t *testing.T) error {
	t.Helper()
	_, err := b.campaigns.ListCampaigns(t.Context(), &campaignv1.ListCampaignsRequest{})
	return err
}

// watch reads a stream until it ends; first has what came of its first message.
func (b behindGate) watch(t *testing.T) (first <-chan error) {
	t.Helper()
	came := make(chan error, 1)
	go func() {
		stream, err := b.campaigns.WatchLeaderboard(t.Context(), &campaignv1.WatchLeaderboardRequest{CampaignId: uuid.NewString()})
		if err == nil && !stream.Receive() {
			err = stream.Err()
		}
		came <- err
		if err != nil {
			return
		}
		for stream.Receive() {
		}
	}()
	return came
}

func TestWhoIsNotLetInIsToldWhyAndWhenToComeBack(t *testing.T) {
	t.Parallel()
	b := serveBehindGate(t)
	got := b.get(t)
	err := b.list(t)
	refusal, ok := errors.AsType[*connect.Error](err)
	if !ok || refusal.Code() != connect.CodeResourceExhausted || len(refusal.Details()) != 1 || refusal.Meta().Get("Retry-After") == "" {
		t.Fatalf("it ended with %v", err)
	}
	value, err := refusal.Details()[0].Value()
	detail, ok := value.(*faultv1.Detail)
	if err != nil || !ok || detail.GetReason() != "overloaded" || detail.GetRetryAfter().AsDuration() < leastRetry {
		t.Errorf("the detail is %v, %v", value, err)
	}
	b.end <- struct{}{}
	if err := errors.Join(<-got, b.list(t)); err != nil {
		t.Error("those who were let in ended with", err)
	}
}

func TestAStreamCountsUntilItIsOpen(t *testing.T) {
	t.Parallel()
	b := serveBehindGate(t)
	t.Run("that the server sends", func(t *testing.T) {
		first := b.watch(t)
		<-b.begun
		if b.in() != 1 {
			t.Error("it does not count while it is opened")
		}
		b.end <- struct{}{}
		<-b.begun
		if err := errors.Join(<-first, b.list(t)); err != nil || b.in() != 0 {
			t.Error("beside an open one nobody is let in:", err)
		}
		b.end <- struct{}{}
	})
	t.Run("that the client sends", func(t *testing.T) {
		stream, err := b.graph.ImportFollows(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := stream.Send(&graphv1.ImportFollowsRequest{}); err != nil {
			t.Fatal(err)
		}
		<-b.begun
		if err := b.list(t); err != nil {
			t.Error("beside an open one nobody is let in:", err)
		}
		b.end <- struct{}{}
		if _, err := stream.CloseAndReceive(); err != nil {
			t.Error(err)
		}
	})
	t.Run("and is not opened where there is no room", func(t *testing.T) {
		got := b.get(t)
		if err := <-b.watch(t); connect.CodeOf(err) != connect.CodeResourceExhausted {
			t.Errorf("it ended with %v", err)
		}
		b.end <- struct{}{}
		if err := <-got; err != nil {
			t.Error(err)
		}
	})
}
