package bench

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/throng-social/throng/internal/imports"
	throng "github.com/throng-social/throng/sdk/go"
)

// follows is the import of a follow graph through the API into an empty
// deployment, against COPY of its edges alone into an empty database.
type follows struct {
	world *world
	graph graphSize
	file  string
	// edges are those of the file, with ids in place of names, in the order in
	// which COPY is fastest: that of the second index.
	edges  [][]uuid.UUID
	rounds int
	// settled is how long it took until the timelines had every edge.
	settled time.Duration
}

type graphSize struct{ people, follows int }

// epinions is the size of the real graph.
var epinions = graphSize{people: 75_877, follows: 405_739}

const realGraph = "follows-epinions.txt.gz"

func followsRows(ctx context.Context, w *world, o options, r *report) error {
	f := &follows{world: w}
	source, err := f.choose(o)
	if err != nil {
		return err
	}
	if err := errors.Join(f.read(), f.world.template(ctx)); err != nil {
		return err
	}
	p, err := inTurn(o.rounds, func() (float64, error) { return f.ours(ctx) }, func() (float64, error) { return f.bare(ctx) })
	if err != nil {
		return err
	}
	r.pair("import of follows", "follows/s", "≥ 0.25", p)
	r.notef("Import: %s, %d follows of %d people, who are made along with them, by a client of the API, a worker beside it, under the strategy adaptive; the timelines had all edges after %.1f s.",
		source, f.graph.follows, f.graph.people, f.settled.Seconds())
	return nil
}

// choose takes the real graph, or makes one of its size where that is not at hand.
func (f *follows) choose(o options) (source string, err error) {
	f.graph, f.file = epinions, filepath.Join(o.data, realGraph)
	if o.short {
		f.graph = graphSize{people: 500, follows: 3000}
	}
	if _, err := os.Stat(f.file); !o.short && err == nil {
		return "the graph of Epinions", nil
	}
	f.file = filepath.Join(f.world.dir, "follows.txt.gz")
	return "a random graph", f.generate()
}

// generate writes a graph in which everybody follows somebody.
func (f *follows) generate() error {
	file, err := os.Create(f.file)
	if err != nil {
		return err
	}
	zipped := gzip.NewWriter(file)
	random := rand.New(rand.NewPCG(1, 2))
	type line struct{ from, to int }
	seen := make(map[line]bool, f.graph.follows)
	for len(seen) < f.graph.follows {
		l := line{random.IntN(f.graph.people), random.IntN(f.graph.people)}
		if n := len(seen); n < f.graph.people {
			l = line{n, (n + 1) % f.graph.people}
		}
		if l.from != l.to && !seen[l] {
			seen[l] = true
			fmt.Fprintln(zipped, l.from, l.to)
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
	if len(f.edges) != f.graph.follows || len(ids) != f.graph.people {
		return fmt.Errorf("%s has %d follows of %d people", f.file, len(f.edges), len(ids))
	}
	slices.SortFunc(f.edges, func(a, b []uuid.UUID) int {
		return cmp.Or(bytes.Compare(a[1][:], b[1][:]), bytes.Compare(b[0][:], a[0][:]))
	})
	return nil
}

// ours imports and answers acknowledged follows a second.
func (f *follows) ours(ctx context.Context) (rate float64, err error) {
	err = f.world.withEmpty(ctx, func(database string) error {
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
	done, err := imports.Follows(ctx, imports.FollowsConfig{Client: client, File: f.file, Prefix: "epi_"})
	took := time.Since(began)
	if err != nil {
		return 0, err
	}
	if done.FollowsCreated != int64(f.graph.follows) || done.AccountsCreated != int64(f.graph.people) {
		return 0, fmt.Errorf("the import made %v", done)
	}
	if f.rounds++; f.rounds == 1 {
		if err := f.settle(ctx, url); err != nil {
			return 0, err
		}
		f.settled = time.Since(began)
	}
	return float64(f.graph.follows) / took.Seconds(), nil
}

// settle waits until the timelines have an edge for every follow.
func (f *follows) settle(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for n := 0; n < f.graph.follows; time.Sleep(100 * time.Millisecond) {
		if err := conn.QueryRow(ctx, "SELECT count(*) FROM timeline_edges").Scan(&n); err != nil {
			return err
		}
	}
	return nil
}

// bare copies and answers rows a second.
func (f *follows) bare(ctx context.Context) (rate float64, err error) {
	err = f.world.withEmpty(ctx, func(database string) error {
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
		if err := conn.QueryRow(ctx, "SELECT count(*) FROM graph_follows").Scan(&n); err != nil {
			return err
		}
		if n != f.graph.follows {
			return fmt.Errorf("COPY made %d rows", n)
		}
		return nil
	})
	return rate, err
}
