package rpctest_test

import (
	"context"
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/google/uuid"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	"github.com/throng-social/throng/gen/go/throng/media/v1/mediav1connect"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/rpc"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

// probe stands where a noun does, and looks at how it is called.
type probe struct {
	mediav1connect.MediaServiceHandler
	mediav1connect.MediaInternalServiceHandler
	look func(ctx context.Context) error
}

func (p probe) GetMedia(ctx context.Context, _ *mediav1.GetMediaRequest) (*mediav1.GetMediaResponse, error) {
	return &mediav1.GetMediaResponse{}, p.look(ctx)
}

func (p probe) Resolve(ctx context.Context, _ *mediav1.ResolveRequest) (*mediav1.ResolveResponse, error) {
	return &mediav1.ResolveResponse{}, p.look(ctx)
}

// call calls a method that looks at its context.
type call func(ctx context.Context, look func(ctx context.Context) error) error

// each reaches a probe over each seam: whatever crosses one of them crosses the
// other, and nothing else does.
func each(t *testing.T, test func(t *testing.T, public, internal call)) {
	t.Helper()
	get, resolve := &mediav1.GetMediaRequest{MediaId: uuid.NewString()}, &mediav1.ResolveRequest{MediaIds: []string{uuid.NewString()}}
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		if seam == rpctest.InProcess {
			test(t, func(ctx context.Context, look func(ctx context.Context) error) error {
				_, err := rpctest.Within(ctx, probe{look: look}.GetMedia, get)
				return err
			}, func(ctx context.Context, look func(ctx context.Context) error) error {
				_, err := rpc.Within(ctx, probe{look: look}.Resolve, resolve)
				return err
			})
			return
		}
		edge, inner := rpctest.Public(t), rpctest.Internal(t)
		noun := &probe{}
		edge.Mount(mediav1connect.NewMediaServiceHandler(noun, edge.Options()))
		inner.Mount(mediav1connect.NewMediaInternalServiceHandler(noun, inner.Options()))
		public := mediav1connect.NewMediaServiceClient(edge.Client, edge.URL, edge.ClientOptions)
		internal := mediav1connect.NewMediaInternalServiceClient(inner.Client, inner.URL, inner.ClientOptions)
		test(t, func(ctx context.Context, look func(ctx context.Context) error) error {
			noun.look = look
			_, err := public.GetMedia(ctx, get)
			return err
		}, func(ctx context.Context, look func(ctx context.Context) error) error {
			noun.look = look
			_, err := internal.Resolve(ctx, resolve)
			return err
		})
	})
}

func TestWhoAsksIsKnownToPublicMethodsAlone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, public, internal call) {
		ada := identity.Caller{
			UserID: uuid.New(), SessionID: uuid.New(), Role: accessv1.Role_ROLE_MODERATOR,
			Address: netip.MustParseAddr("2001:db8::7"), UserAgent: "browser",
		}
		ctx := identity.With(t.Context(), ada)
		must(t, public(ctx, func(ctx context.Context) error {
			if got := identity.From(ctx); got != ada {
				t.Errorf("it is %+v, want %+v", got, ada)
			}
			return nil
		}))
		must(t, internal(ctx, func(ctx context.Context) error {
			if got := identity.From(ctx); got != (identity.Caller{}) {
				t.Errorf("behind the seam it is %+v", got)
			}
			return nil
		}))
	})
}

func TestOtherValuesStayBehind(t *testing.T) {
	t.Parallel()
	type private struct{}
	each(t, func(t *testing.T, public, internal call) {
		for _, call := range []call{public, internal} {
			must(t, call(context.WithValue(t.Context(), private{}, "mine"), func(ctx context.Context) error {
				if ctx.Value(private{}) != nil {
					t.Error("a value of the caller's came along")
				}
				return nil
			}))
		}
	})
}

func TestCallsEndInTime(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, public, internal call) {
		for _, call := range []call{public, internal} {
			left := func(ctx context.Context) (left time.Duration) {
				must(t, call(ctx, func(ctx context.Context) error {
					end, ok := ctx.Deadline()
					if left = time.Until(end); !ok {
						t.Error("there is no deadline")
					}
					return nil
				}))
				return left
			}
			if got := left(t.Context()); got > 10*time.Second {
				t.Errorf("a call may take %v", got)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			if got := left(ctx); got > 3*time.Second {
				t.Errorf("a call of three seconds may take %v", got)
			}
			ctx, cancel = context.WithCancel(t.Context())
			err := call(ctx, func(ctx context.Context) error {
				cancel()
				<-ctx.Done()
				return ctx.Err()
			})
			if !fault.Is(err, fault.Canceled) {
				t.Errorf("a call whose caller left ends with %v", err)
			}
		}
	})
}

func TestFaultsArriveWhole(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, public, internal call) {
		for _, call := range []call{public, internal} {
			for kind := fault.Invalid; kind <= fault.Canceled; kind++ {
				raised := fault.New(kind, "some_reason", "a sentence").After(1500 * time.Millisecond)
				raised.Field = "names[2].first"
				got, ok := errors.AsType[*fault.Error](call(t.Context(), func(context.Context) error { return raised }))
				if !ok || got.Kind != kind || got.Reason != raised.Reason || got.Message != raised.Message || got.Field != raised.Field || got.RetryAfter != raised.RetryAfter {
					t.Errorf("kind %d arrives as %+v", kind, got)
				}
			}
			for name, look := range map[string]func(context.Context) error{
				"an accident": func(context.Context) error { return errors.New("no such column") },
				"a panic":     func(context.Context) error { panic("no such column") },
			} {
				if err := call(t.Context(), look); err == nil || fault.KindOf(err) != fault.Internal {
					t.Errorf("%s arrives as %v", name, err)
				}
			}
		}
	})
}

// place is a server that stands still.
type place consistency.Position

func (p place) Position(context.Context) (consistency.Position, error) {
	return consistency.Position(p), nil
}

// at is a place in both parts of a position.
func at(log, clock uint64) consistency.Position { return consistency.Position{Log: log, Clock: clock} }

func TestPositionsCrossBothWays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, public, internal call) {
		for name, call := range map[string]call{"public": public, "internal": internal} {
			ctx, session := consistency.Begin(t.Context(), at(5, 50))
			must(t, call(ctx, func(ctx context.Context) error {
				s := consistency.From(ctx)
				if s.Demand() != at(5, 50) {
					t.Errorf("%s: it demands %d", name, s.Demand())
				}
				s.Touch(place(at(9, 90)), at(7, 70))
				return nil
			}))
			if got, err := session.Ceiling(t.Context()); err != nil || got != at(9, 90) {
				t.Errorf("%s: it was read at %d, %v", name, got, err)
			}
			// Clients learn nothing of the floor, which is for the caches of nouns.
			if got := session.Floor(); !at(7, 70).Reaches(got) || (name == "internal" && got != at(7, 70)) {
				t.Errorf("%s: it is not older than %d", name, got)
			}
		}
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
