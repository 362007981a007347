package user

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/gen/go/throng/user/v1/userv1connect"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/migration"
	"github.com/throng-social/throng/internal/page"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

const password = "correct horse battery"

func TestMain(m *testing.M) {
	pgtest.Main(m, func(ctx context.Context, url string) error {
		return migration.Up(ctx, url, slog.New(slog.DiscardHandler))
	})
}

// clock is a clock that tests put forward.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// process is the service in one process of a deployment, as clients and other
// nouns reach it.
type process struct {
	userv1connect.UserServiceClient
	userv1connect.UserInternalServiceClient
	// service is the noun itself: what is in no contract, and its insides.
	service *Service
	seam    rpctest.Seam
	clock   *clock
	deps    Deps
}

// setup makes a deployment of one process, with cheap hashes and no limits.
func setup(t testing.TB, seam rpctest.Seam, change ...func(*Deps)) process {
	t.Helper()
	url := pgtest.New(t)
	db, err := postgres.Open(t.Context(), url.Config(0), slog.New(slog.DiscardHandler))
	must(t, err)
	t.Cleanup(db.Close)
	events := queue.NewPublisher()
	c := &clock{now: time.Now().Truncate(time.Microsecond)}
	d := Deps{
		DB: db, Events: events, Pages: page.NewSealer([]byte("test")), Secret: []byte("test"),
		Log: slog.New(slog.DiscardHandler), Limits: NoLimits(), Hashing: Hashing{MemoryKiB: 8}, Now: c.Now,
	}
	for _, f := range change {
		f(&d)
	}
	return start(t, process{seam: seam, clock: c, deps: d})
}

// another is a second process of the same deployment.
func (p process) another(t testing.TB, change ...func(*Deps)) process {
	t.Helper()
	for _, f := range change {
		f(&p.deps)
	}
	return start(t, p)
}

func start(t testing.TB, p process) process {
	t.Helper()
	p.service = New(p.deps)
	p.UserServiceClient, p.UserInternalServiceClient = reach(t, p.seam, p.service)
	return p
}

// exec runs a statement that the service has no method for.
func (p process) exec(t testing.TB, sql string, args ...any) {
	t.Helper()
	_, err := p.service.db.Writer(t.Context()).Exec(t.Context(), sql, args...)
	must(t, err)
}

func (p process) count(t testing.TB, sql string, args ...any) (n int) {
	t.Helper()
	must(t, p.service.db.Writer(t.Context()).QueryRow(t.Context(), sql, args...).Scan(&n))
	return n
}

func (p process) register(t testing.TB, handle string) *userv1.RegisterResponse {
	t.Helper()
	res, err := p.Register(t.Context(), &userv1.RegisterRequest{Email: handle + "@example.org", Handle: handle, Password: password})
	must(t, err)
	return res
}

func (p process) login(t testing.TB, login string) *userv1.LoginResponse {
	t.Helper()
	res, err := p.Login(t.Context(), &userv1.LoginRequest{Login: login, Password: password})
	must(t, err)
	return res
}

func (p process) refresh(t testing.TB, token string) *userv1.Tokens {
	t.Helper()
	res, err := p.Refresh(t.Context(), &userv1.RefreshRequest{RefreshToken: token})
	must(t, err)
	return res.GetTokens()
}

// as is the context of calls by the holder of an access token.
func (p process) as(t testing.TB, tokens *userv1.Tokens) context.Context {
	t.Helper()
	c := p.check(t, tokens.GetAccessToken())
	caller := identity.Caller{UserID: uuid.MustParse(c.Subject), Role: c.Role, Address: netip.MustParseAddr("192.0.2.1")}
	if c.Session != "" {
		caller.SessionID = uuid.MustParse(c.Session)
	}
	return identity.With(t.Context(), caller)
}

// from is the context of calls by somebody who is not signed in.
func from(t testing.TB, address string) context.Context {
	t.Helper()
	return identity.With(t.Context(), identity.Caller{Address: netip.MustParseAddr(address), UserAgent: "browser"})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refused fails the test unless err is a fault of that kind and reason.
func refused(t testing.TB, err error, kind fault.Kind, reason string) {
	t.Helper()
	_ = refusal(t, err, kind, reason)
}

// refusal is refused, for tests that look further.
func refusal(t testing.TB, err error, kind fault.Kind, reason string) *fault.Error {
	t.Helper()
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Kind != kind || f.Reason != reason {
		t.Fatalf("got %v (%v), want reason %q", err, fault.KindOf(err), reason)
	}
	return f
}

func equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

const member = accessv1.Role_ROLE_MEMBER
