package bench

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/imports"
	throng "github.com/throng-social/throng/sdk/go"
)

// follows is the import of a follow graph through the API into an empty
// deployment, against COPY of its edges alone into an empty database.
type follows struct {
	world *world
	file  string
	// edges are those of the file, with ids in place of names.
	edges [][]uuid.UUID
	// Generated says that the file is not the real one.
	generated bool
	rounds    int
	// settled is how long it took until every edge of the timelines was push.
	settled time.Duration
}

const (
	emptyName    = "empty"
	operatorName = "bench_operator"
	// The real graph's size.
	graphPeople  = 75_877
	graphFollows = 405_739
	realGraph    = "follows-epinions.txt.gz"
)

func newFollows(ctx context.Context, w *world, data string) (*follows, error) {
	f := &follows{world: w, file: filepath.Join(data, realGraph)}
	if _, err := os.Stat(f.file); errors.Is(err, os.ErrNotExist) {
		f.file, f.generated = filepath.Join(w.dir, "follows.txt.gz"), true
		if err := generate(f.file); err != nil {
			return nil, err
		}
	}
	if err := f.read(); err != nil {
		return nil, err
	}
	return f, f.template(ctx)
}

// generate writes a graph of the real one's size.
func generate(path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	zipped := gzip.NewWriter(file)
	random := rand.New(rand.NewPCG(1, 2))
	type pair struct{ from, to int }
	seen := make(map[pair]bool, graphFollows)
	for len(seen) < graphFollows {
		p := pair{random.IntN(graphPeople), random.IntN(graphPeople)}
		if n := len(seen); n < graphPeople {
			p = pair{n, (n + 1) % graphPeople} // so that everybody is in it
		}
		if p.from != p.to && !seen[p] {
			seen[p] = true
			fmt.Fprintln(zipped, p.from, p.to)
		}
	}
	return errors.Join(zipped.Close(), file.Close())
}

// read gives each name an id, in the order in which names appear.
func (f *follows) read() error {
	file, err := os.Open(f.file)
	if err != nil {
		return err
	}
	defer file.Close()
	plain, err := gzip.NewReader(file)
	if err != nil {
		return err
	}
	ids := map[string]uuid.UUID{}
	for lines := bufio.NewScanner(plain); lines.Scan(); {
		names := strings.Fields(lines.Text())
		if len(names) != 2 || names[0] == "#" {
			continue
		}
		for _, name := range names {
			if _, ok := ids[name]; !ok {
				if ids[name], err = uuid.NewV7(); err != nil {
					return err
				}
			}
		}
		f.edges = append(f.edges, []uuid.UUID{ids[names[0]], ids[names[1]]})
	}
	if len(f.edges) != graphFollows {
		return fmt.Errorf("%s has %d follows, not %d", f.file, len(f.edges), graphFollows)
	}
	return nil
}

// template makes the empty database, with an operator in it.
func (f *follows) template(ctx context.Context) error {
	w := f.world
	if err := w.migrated(ctx, emptyName); err != nil {
		return err
	}
	s, err := w.newSettings(emptyName)
	if err != nil {
		return err
	}
	r, err := run(ctx, w, s, "empty")
	if err != nil {
		return err
	}
	_, err = throng.New(r.base()).Users.Register(ctx, &userv1.RegisterRequest{
		Email: "operator@example.org", Handle: operatorName, Password: "correct horse", IdempotencyKey: "bench-operator",
	})
	if err == nil {
		err = r.app.SetRole(ctx, operatorName, "admin")
	}
	return errors.Join(err, r.stop())
}

// withEmpty lends a fresh copy of the empty database.
func (f *follows) withEmpty(ctx context.Context, use func(database string) error) error {
	conn, err := pgx.Connect(ctx, f.world.pg.WriterURL("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	const name = "round"
	for _, sql := range []string{"DROP DATABASE IF EXISTS " + name + " WITH (FORCE)", "CREATE DATABASE " + name + " TEMPLATE " + emptyName, "CHECKPOINT"} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	if err := f.world.pg.CatchUp(ctx); err != nil {
		return err
	}
	err = use(name)
	_, dropErr := conn.Exec(context.WithoutCancel(ctx), "DROP DATABASE "+name+" WITH (FORCE)")
	return errors.Join(err, dropErr)
}

// ours imports and answers acknowledged follows a second.
func (f *follows) ours(ctx context.Context) (rate float64, err error) {
	err = f.withEmpty(ctx, func(database string) error {
		s, err := f.world.newSettings(database)
		if err != nil {
			return err
		}
		r, err := run(ctx, f.world, s, "import")
		if err != nil {
			return err
		}
		rate, err = f.importInto(ctx, r, s.URL)
		return errors.Join(err, r.stop())
	})
	return rate, err
}

func (f *follows) importInto(ctx context.Context, r *running, url string) (float64, error) {
	token, err := r.app.Token(ctx, operatorName, time.Hour)
	if err != nil {
		return 0, err
	}
	client := throng.New(r.base(), throng.WithToken(token))
	began := time.Now()
	c0, p0 := procCPU(os.Getpid()), f.world.pgCPU()
	defer func() {}()
	done, err := imports.Follows(ctx, imports.FollowsConfig{Client: client, File: f.file, Prefix: "epi_"})
	took := time.Since(began)
	fmt.Println("  import", took, "go cpu", procCPU(os.Getpid())-c0, "pg cpu", f.world.pgCPU()-p0, done)
	if os.Getenv("NOWORK") != "" {
		f.rounds = 1
	}
	if err != nil {
		return 0, err
	}
	if done.FollowsCreated != graphFollows || done.AccountsCreated != graphPeople {
		return 0, fmt.Errorf("the import made %v", done)
	}
	if f.rounds++; f.rounds == 1 {
		if err := settle(ctx, url); err != nil {
			return 0, err
		}
		f.settled = time.Since(began)
	}
	return graphFollows / took.Seconds(), nil
}

// settle waits until every follow is a push edge of the timelines.
func settle(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for n := 0; n < graphFollows; time.Sleep(100 * time.Millisecond) {
		if err := conn.QueryRow(ctx, "SELECT count(*) FROM timeline_edges WHERE mode = 3").Scan(&n); err != nil {
			return err
		}
	}
	return nil
}

// bare copies and answers rows a second.
func (f *follows) bare(ctx context.Context) (rate float64, err error) {
	err = f.withEmpty(ctx, func(database string) error {
		conn, err := pgx.Connect(ctx, f.world.pg.WriterURL(database))
		if err != nil {
			return err
		}
		defer conn.Close(context.WithoutCancel(ctx))
		began := time.Now()
		if err := bareCopy(ctx, conn, "graph_follows", []string{"follower_id", "followee_id"}, f.edges, len(f.edges)); err != nil {
			return err
		}
		rate = float64(len(f.edges)) / time.Since(began).Seconds()
		var n int
		if err := conn.QueryRow(ctx, "SELECT count(*) FROM graph_follows").Scan(&n); err != nil || n != graphFollows {
			return fmt.Errorf("COPY made %d rows (%w)", n, err)
		}
		return nil
	})
	return rate, err
}

func (f *follows) measure(ctx context.Context, o Options) (pair, error) {
	return inTurn(o.Rounds, func() (float64, error) { return f.ours(ctx) }, func() (float64, error) { return f.bare(ctx) })
}
