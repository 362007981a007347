package rpc

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/identity"
)

// within calls a method that looks at its context.
func within(ctx context.Context, method func(ctx context.Context) error) error {
	_, err := Within(ctx, func(ctx context.Context, _ *int) (*int, error) { return new(int), method(ctx) }, new(int))
	return err
}

func TestOverTheSeamGoNoValuesButThoseOfTheNetwork(t *testing.T) {
	t.Parallel()
	type private struct{}
	ctx := identity.With(t.Context(), identity.Caller{UserID: uuid.New()})
	ctx = context.WithValue(ctx, private{}, "mine")
	ctx = context.WithValue(ctx, requestIDKey{}, "request-7")
	ctx, session := consistency.Begin(ctx, consistency.Position{Log: 9})
	err := within(ctx, func(ctx context.Context) error {
		if identity.From(ctx).SignedIn() || ctx.Value(private{}) != nil {
			t.Error("values of the caller's came along")
		}
		if consistency.From(ctx) != session || RequestID(ctx) != "request-7" {
			t.Error("the session or the request's id did not come along")
		}
		if end, ok := ctx.Deadline(); !ok || time.Until(end) > seamDeadline {
			t.Error("there is no deadline")
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestACallOverTheSeamEndsWithItsCaller(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	err := within(ctx, func(ctx context.Context) error {
		cancel()
		<-ctx.Done()
		return ctx.Err()
	})
	if !fault.Is(err, fault.Canceled) {
		t.Errorf("it ended with %v", err)
	}
}

func TestAPanicBehindTheSeamIsAnErrorOfNoKind(t *testing.T) {
	t.Parallel()
	err := within(t.Context(), func(context.Context) error { panic("no such column") })
	if err == nil || fault.KindOf(err) != fault.Internal {
		t.Errorf("it came out as %v", err)
	}
}

func TestErrorsComeOverTheSeamAsClientsSeeThem(t *testing.T) {
	t.Parallel()
	taken := fault.New(fault.Exists, "handle_taken", "this handle is taken")
	got, ok := errors.AsType[*fault.Error](within(t.Context(), func(context.Context) error { return taken }))
	if !ok || got.Kind != fault.Exists || got.Reason != "handle_taken" || got == taken {
		t.Errorf("it came out as %+v", got)
	}
}

func TestTheInternalListenerAsksForTheSecret(t *testing.T) {
	t.Parallel()
	served := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	for given, want := range map[string]int{"sesame": http.StatusOK, "": http.StatusForbidden, "sesam": http.StatusForbidden, "sesame2": http.StatusForbidden} {
		rec := httptest.NewRecorder()
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil)
		req.Header.Set(secretHeader, given)
		guarded("sesame")(served).ServeHTTP(rec, req)
		if rec.Code != want {
			t.Errorf("with %q it answers %d, want %d", given, rec.Code, want)
		}
	}
	rec := httptest.NewRecorder()
	guarded("")(served).ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil))
	if rec.Code != http.StatusForbidden {
		t.Errorf("without a secret of its own it answers %d to those who give none", rec.Code)
	}
}
