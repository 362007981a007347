package rpc

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/gen/go/throng/review/v1/reviewv1connect"
	"github.com/throng-social/throng/internal/fault"
)

// counter stands where a noun does, and answers a number that changes.
type counter struct {
	reviewv1connect.UnimplementedReviewServiceHandler
	n atomic.Int64
}

func (c *counter) GetReviewMeta(context.Context, *reviewv1.GetReviewMetaRequest) (*reviewv1.GetReviewMetaResponse, error) {
	if c.n.Load() < 0 {
		return nil, fault.New(fault.NotFound, "product_not_found", "this product does not exist")
	}
	return &reviewv1.GetReviewMetaResponse{Meta: &reviewv1.ReviewMeta{Total: c.n.Load()}}, nil
}

// asked is what a GET is answered with.
type asked struct {
	status                int
	tag, life, vary, body string
}

func ask(t *testing.T, base, held string) asked {
	t.Helper()
	query := url.Values{"connect": {"v1"}, "encoding": {"json"}, "message": {`{"productId":"` + uuid.Nil.String() + `"}`}}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+reviewv1connect.ReviewServiceGetReviewMetaProcedure+"?"+query.Encode(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if held != "" {
		req.Header.Set("If-None-Match", held)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return asked{res.StatusCode, res.Header.Get("ETag"), res.Header.Get("Cache-Control"), strings.Join(slices.Sorted(slices.Values(res.Header.Values("Vary"))), ", "), string(body)}
}

func TestWhoHoldsAnAnswerIsToldThatItIsStillSo(t *testing.T) {
	t.Parallel()
	log, noun := slog.New(slog.DiscardHandler), &counter{}
	s, err := NewServer(Config{Auth: NewAuthenticator(nil, nil, log), Access: DeclaredAccess(), Metrics: NewMetrics(prometheus.NewRegistry()), Log: log})
	if err != nil {
		t.Fatal(err)
	}
	s.Mount(reviewv1connect.NewReviewServiceHandler(noun, s.Options()))
	listener := httptest.NewServer(s.Handler())
	t.Cleanup(listener.Close)

	noun.n.Store(7)
	first := ask(t, listener.URL, "")
	if first.status != http.StatusOK || first.tag == "" || first.life != publicLife || first.body == "" {
		t.Fatalf("got %+v", first)
	}
	for _, held := range []string{first.tag, `"other", ` + first.tag, first.tag[len("W/"):], "*"} {
		if got := ask(t, listener.URL, held); got.status != http.StatusNotModified || got.tag != first.tag || got.life != publicLife || !strings.Contains(got.vary, "Authorization") || got.body != "" {
			t.Errorf("who holds %s got %+v", held, got)
		}
	}
	noun.n.Store(8)
	if got := ask(t, listener.URL, first.tag); got.status != http.StatusOK || got.tag == first.tag || got.body == first.body {
		t.Errorf("after a change: %+v", got)
	}
	noun.n.Store(-1)
	if got := ask(t, listener.URL, first.tag); got.status != http.StatusNotFound || got.tag != "" || got.life != "no-store" {
		t.Errorf("where nothing is: %+v", got)
	}
}
