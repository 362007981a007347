package watch

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/devstack"
	"github.com/throng-social/throng/internal/lab/process"
	"github.com/throng-social/throng/internal/migration"
	throng "github.com/throng-social/throng/sdk/go"
)

const (
	pollEvery    = 20 * time.Millisecond
	databaseName = "throng"
	author       = "author"
	operator     = "operator"
	// tokenLife is longer than any run.
	tokenLife     = 12 * time.Hour
	operatorConns = 8
	importedRows  = 1000
	settleTime    = 5 * time.Minute
)

// stage is the private deployment.
type stage struct {
	Config

	dir      string
	pg       *devstack.Postgres
	settings app.Settings
	server   *process.Server
	// tokens are the watchers', in order.
	tokens []string
	author *throng.Client
}

func openStage(ctx context.Context, c Config) (*stage, error) {
	s := &stage{Config: c}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *stage) open(ctx context.Context) (err error) {
	if s.dir, err = devstack.TempDir("throng-lab-watch"); err != nil {
		return err
	}
	log := slog.New(slog.DiscardHandler)
	s.pg, err = devstack.StartPostgres(ctx, devstack.PostgresOptions{Dir: filepath.Join(s.dir, "postgres"), Replicas: 1, Durable: true, Log: log})
	if err != nil {
		return err
	}
	if err := s.pg.EnsureDatabase(ctx, databaseName); err != nil {
		return err
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	s.settings = app.Settings{
		Database: app.Database{URL: s.pg.WriterURL(databaseName), Readers: s.pg.ReaderURLs(databaseName), MaxConns: operatorConns},
		Secret:   hex.EncodeToString(key), MediaDir: filepath.Join(s.dir, "media"),
	}
	// The operator works nothing off, so these are never used, but must be possible.
	s.settings.Timeline.Keep, s.settings.Timeline.FanoutPage = 1, 1
	if err := migration.Up(ctx, s.settings.URL, log); err != nil {
		return err
	}
	if err := s.serve(ctx); err != nil {
		return err
	}
	a, err := app.New(ctx, s.settings.Operator(), app.Role{}, log)
	if err != nil {
		return err
	}
	defer a.Close()
	return s.populate(ctx, a)
}

func (s *stage) close() error {
	var errs []error
	if s.server != nil {
		errs = append(errs, s.server.Stop())
	}
	if s.pg != nil {
		errs = append(errs, s.pg.Close())
	}
	if s.dir != "" {
		_ = devstack.RemoveTempDir(s.dir) // the next run sweeps what is left
	}
	return errors.Join(errs...)
}

// populate makes the accounts, has all watchers follow the author, and waits until
// that has come to rest.
func (s *stage) populate(ctx context.Context, a *app.App) error {
	began := time.Now()
	stranger := throng.New(s.server.Base)
	_, err := stranger.Users.Register(ctx, &userv1.RegisterRequest{Email: "operator@example.org", Handle: operator, Password: uuid.NewString()})
	if err != nil {
		return err
	}
	if err := a.SetRole(ctx, operator, "admin"); err != nil {
		return err
	}
	token, err := a.Token(ctx, operator, tokenLife)
	if err != nil {
		return err
	}
	if err := s.importFollows(ctx, throng.New(s.server.Base, throng.WithToken(token))); err != nil {
		return err
	}
	if err := s.rest(ctx, a); err != nil {
		return err
	}
	if token, err = a.Token(ctx, author, tokenLife); err != nil {
		return err
	}
	s.author = throng.New(s.server.Base, throng.WithToken(token))
	err = s.mint(ctx, a)
	fmt.Fprintf(s.Out, "%d accounts follow one author and are signed in, after %.1f s\n", s.Watchers, time.Since(began).Seconds())
	return err
}

func handle(watcher int) string { return fmt.Sprintf("watcher_%d", watcher) }

func (s *stage) importFollows(ctx context.Context, client *throng.Client) error {
	rows := make([]*graphv1.ImportFollowsRequest_Row, s.Watchers)
	for i := range rows {
		rows[i] = &graphv1.ImportFollowsRequest_Row{Line: int64(i), Follower: handle(i), Followee: author}
	}
	stream, err := client.Graph.ImportFollows(ctx)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(rows, importedRows) {
		if err := stream.Send(&graphv1.ImportFollowsRequest{Rows: part}); err != nil {
			return err
		}
	}
	res, err := stream.CloseAndReceive()
	if err == nil && res.GetFollowsCreated() != int64(s.Watchers) {
		return fmt.Errorf("%d of %d follows were stored", res.GetFollowsCreated(), s.Watchers)
	}
	return err
}

// rest waits until no job is open.
func (s *stage) rest(ctx context.Context, a *app.App) error {
	for deadline := time.Now().Add(settleTime); time.Now().Before(deadline); {
		n, err := a.OpenJobs(ctx)
		if err != nil || n == 0 {
			return err
		}
		pause(ctx, pollEvery)
	}
	return errors.New("the follows are not settled")
}

func (s *stage) mint(ctx context.Context, a *app.App) error {
	s.tokens = make([]string, s.Watchers)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(operatorConns)
	for i := range s.tokens {
		g.Go(func() (err error) {
			s.tokens[i], err = a.Token(ctx, handle(i), tokenLife)
			return err
		})
	}
	return g.Wait()
}

// post answers what was posted, and when that was known.
func (s *stage) post(ctx context.Context, n int) (string, time.Time, error) {
	res, err := s.author.Posts.CreatePost(ctx, &postv1.CreatePostRequest{Text: fmt.Sprintf("This is post number %d for everybody who watches.", n+1), IdempotencyKey: uuid.NewString()})
	return res.GetPost().GetId(), time.Now(), err
}
