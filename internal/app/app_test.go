package app_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"connectrpc.com/connect"
	"github.com/alecthomas/kong"

	"github.com/throng-social/throng/gen/go/throng/campaign/v1/campaignv1connect"
	"github.com/throng-social/throng/gen/go/throng/graph/v1/graphv1connect"
	"github.com/throng-social/throng/gen/go/throng/media/v1/mediav1connect"
	"github.com/throng-social/throng/gen/go/throng/post/v1/postv1connect"
	"github.com/throng-social/throng/gen/go/throng/timeline/v1/timelinev1connect"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/gen/go/throng/user/v1/userv1connect"
	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/devstack"
	"github.com/throng-social/throng/internal/media/s3files/s3test"
	"github.com/throng-social/throng/internal/migration"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/redis/redistest"
	"github.com/throng-social/throng/internal/user"
)

func TestMain(m *testing.M) {
	pgtest.Main(s3test.Tests(m), func(ctx context.Context, url string) error {
		return migration.Up(ctx, url, slog.New(slog.DiscardHandler))
	}, redistest.Main)
}

// seams are the two ways in which nouns reach one another.
var seams = []string{"in process", "over a socket"}

// deployment is a running app.
type deployment struct {
	app  *app.App
	base string
	db   pgtest.DB
}

// deploy runs everything in this process, with a worker, until the test ends.
func deploy(t *testing.T, db pgtest.DB, seam string, change ...func(*app.Settings)) deployment {
	t.Helper()
	s := defaults(t)
	s.URL, s.Readers = db.Writer, db.Readers
	s.Addr, s.MediaDir, s.RateLimits = "127.0.0.1:0", filepath.Join(t.TempDir(), "media"), false
	s.Concurrency = "off" // tests ask as fast as they can, on a machine that has others to run
	s.Hashing = user.Hashing{MemoryKiB: 8, AtOnce: 2, Waiting: 1000}
	s.Secret = hex.EncodeToString(make([]byte, 32))
	if seam == seams[1] {
		s.InternalAddr = freeAddr(t)
		s.Peers = app.Peers{}
		for _, noun := range app.Nouns {
			s.Peers[noun] = "http://" + s.InternalAddr
		}
	}
	for _, c := range change {
		c(&s)
	}
	a, err := app.New(t.Context(), s, app.Role{Serve: true, Work: true}, slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error("the app ended with", err)
		}
		a.Close()
	})
	return deployment{app: a, base: "http://" + a.Addr(), db: db}
}

// defaults are the settings as an empty command line and environment give them.
func defaults(t *testing.T) app.Settings {
	t.Helper()
	var s app.Settings
	parser, err := kong.New(&s)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(nil); err != nil {
		t.Fatal(err)
	}
	return s
}

func freeAddr(t *testing.T) string {
	t.Helper()
	addr, err := devstack.FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	return addr
}

// person is somebody with a client of his own, who sends the newest position
// that he has seen, as the SDKs do.
type person struct {
	id       string
	handle   string
	tokens   *userv1.Tokens
	users    userv1connect.UserServiceClient
	graph    graphv1connect.GraphServiceClient
	posts    postv1connect.PostServiceClient
	media    mediav1connect.MediaServiceClient
	timeline timelinev1connect.TimelineServiceClient
	campaign campaignv1connect.CampaignServiceClient
}

// stranger is somebody who is not signed in.
func (d deployment) stranger() *person { return d.person("") }

func (d deployment) person(token string) *person {
	return d.personVia(&memory{token: token})
}

func (d deployment) personVia(m *memory) *person {
	o := connect.WithInterceptors(m)
	c := http.DefaultClient
	return &person{
		users:    userv1connect.NewUserServiceClient(c, d.base, o),
		graph:    graphv1connect.NewGraphServiceClient(c, d.base, o),
		posts:    postv1connect.NewPostServiceClient(c, d.base, o),
		media:    mediav1connect.NewMediaServiceClient(c, d.base, o),
		timeline: timelinev1connect.NewTimelineServiceClient(c, d.base, o),
		campaign: campaignv1connect.NewCampaignServiceClient(c, d.base, o),
	}
}

var signUps atomic.Int64

// signUp makes an account with a handle that nobody else has.
func (d deployment) signUp(t *testing.T) *person {
	t.Helper()
	handle := fmt.Sprintf("person_%d", signUps.Add(1))
	res, err := d.stranger().users.Register(t.Context(), &userv1.RegisterRequest{Email: handle + "@example.org", Handle: handle, Password: "correct horse"})
	if err != nil {
		t.Fatal(err)
	}
	p := d.person(res.GetTokens().GetAccessToken())
	p.id, p.handle, p.tokens = res.GetUser().GetId(), handle, res.GetTokens()
	return p
}

// memory sends an access token and the newest position, and keeps the position
// of each answer.
type memory struct {
	token    string
	forget   bool
	mu       sync.Mutex
	position consistency.Position
}

func (m *memory) held() consistency.Position {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.position
}

func (m *memory) hold(p consistency.Position) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.position = m.position.Max(p)
}

func (m *memory) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, req connect.AnyRequest) (connect.AnyResponse, error) {
		if m.token != "" {
			req.Header().Set("Authorization", "Bearer "+m.token)
		}
		if token := m.held().Token(); token != "" && !m.forget {
			req.Header().Set(consistency.Header, token)
		}
		res, err := next(ctx, req)
		if err == nil {
			m.hold(consistency.Parse(res.Header().Get(consistency.Header)))
		}
		return res, err
	}
}

func (m *memory) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return func(ctx context.Context, spec connect.Spec) connect.StreamingClientConn {
		conn := next(ctx, spec)
		if m.token != "" {
			conn.RequestHeader().Set("Authorization", "Bearer "+m.token)
		}
		return conn
	}
}

func (m *memory) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return next
}
