package post_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"pgregory.net/rapid"

	"github.com/throng-social/throng/gen/db/postdb"
	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/pace"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

// entry is a post in the naive model of the logs.
type entry struct{ post, author string }

func TestListLogIsTheMergeOfTheLogs(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		authors := []string{uuid.NewString(), uuid.NewString(), uuid.NewString(), uuid.NewString(), uuid.NewString()}
		var all []entry
		for i := range 120 {
			author := authors[i*i%7%4] // uneven, and the last one never posts
			p := w.create(uuid.MustParse(author), say("hello"))
			if i%6 == 5 {
				w.delete(uuid.MustParse(author), p)
				continue
			}
			all = append(all, entry{p.GetId(), author})
		}
		slices.SortFunc(all, func(a, b entry) int { return strings.Compare(b.post, a.post) })
		bounds := rapid.OneOf(rapid.Just(""), rapid.Custom(func(rt *rapid.T) string { return rapid.SampledFrom(all).Draw(rt, "at").post }),
			rapid.SampledFrom([]string{uuid.Max.String(), "00000000-0000-7000-8000-000000000000"}))
		rapid.Check(t, func(rt *rapid.T) {
			req := &postv1.ListLogRequest{
				AuthorIds: rapid.SliceOfN(rapid.SampledFrom(authors), 1, 7).Draw(rt, "authors"), // some twice
				FromId:    bounds.Draw(rt, "from"),
				BeforeId:  bounds.Draw(rt, "before"),
				Limit:     rapid.Int32Range(1, 130).Draw(rt, "limit"),
				PerAuthor: rapid.OneOf(rapid.Just(int32(0)), rapid.Int32Range(1, 40)).Draw(rt, "per author"),
				Primary:   rapid.Bool().Draw(rt, "primary"),
			}
			res, err := w.ListLog(t.Context(), req)
			if err != nil {
				rt.Fatal(err)
			}
			var got []entry
			for i, postID := range res.GetPostIds() {
				got = append(got, entry{postID, res.GetAuthorIds()[i]})
			}
			if want := naive(all, req); !slices.Equal(got, want) {
				rt.Fatalf("got %v\nwant %v", got, want)
			}
		})
	})
}

// naive is what the contract says of ListLog, without a thought of speed.
func naive(all []entry, req *postv1.ListLogRequest) []entry {
	var merged []entry
	count := map[string]int32{}
	for _, e := range all {
		switch {
		case !slices.Contains(req.GetAuthorIds(), e.author),
			req.GetBeforeId() != "" && e.post >= req.GetBeforeId(),
			req.GetFromId() != "" && e.post < req.GetFromId(),
			req.GetPerAuthor() > 0 && count[e.author] == req.GetPerAuthor(),
			len(merged) == int(req.GetLimit()):
			continue
		}
		count[e.author]++
		merged = append(merged, e)
	}
	return merged
}

func TestListLogReadsThePrimaryWhereItMust(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		servers := pgtest.NewReplicated(t, 1)
		w, author := on(t, seam, servers, pace.Rate{}), uuid.New()
		must(t, servers.Server.PauseReplay(t.Context(), 0))
		ctx, session := consistency.Begin(as(t, author), consistency.Position{})
		_, err := w.CreatePost(ctx, say("hello"))
		must(t, err)
		at, err := session.Ceiling(t.Context())
		must(t, err)
		withToken, _ := consistency.Begin(t.Context(), at)
		for name, c := range map[string]struct {
			ctx     context.Context
			primary bool
			want    int
		}{
			"a replica that lags": {t.Context(), false, 0},
			"the primary":         {t.Context(), true, 1},
			"a token":             {withToken, false, 1},
		} {
			for _, authors := range [][]string{{author.String()}, {author.String(), uuid.NewString()}} {
				res, err := w.ListLog(c.ctx, &postv1.ListLogRequest{AuthorIds: authors, Limit: 10, Primary: c.primary})
				must(t, err)
				if len(res.GetPostIds()) != c.want {
					t.Errorf("%s: %d posts of %d authors", name, len(res.GetPostIds()), len(authors))
				}
			}
		}
	})
}

// In process: it looks at the plans of the queries.
func TestListLogReadsNothingButItsIndex(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.InProcess)
	w.exec(`INSERT INTO posts (author_id, text, idempotency_key, request_hash)
		SELECT md5((n % 2500)::text)::uuid, 'hello', n::text, '' FROM generate_series(1, 50000) AS n`)
	w.exec(`VACUUM ANALYZE posts`)
	var authors []uuid.UUID
	rows, err := w.db.Writer(t.Context()).Query(t.Context(), `SELECT DISTINCT author_id FROM posts ORDER BY author_id LIMIT 2000`)
	must(t, err)
	authors, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	must(t, err)
	q := postdb.New()
	for name, run := range map[string]func(*explainer) error{
		"many": func(e *explainer) error {
			_, err := q.MergeLogs(t.Context(), e, postdb.MergeLogsParams{AuthorIds: authors, BeforeID: id.Max, PageLimit: 21, PerAuthor: 21})
			return err
		},
		"one": func(e *explainer) error {
			_, err := q.ListLog(t.Context(), e, postdb.ListLogParams{AuthorID: authors[0], BeforeID: id.Max, PageLimit: 21})
			return err
		},
	} {
		e := &explainer{}
		if err := run(e); !errors.Is(err, errExplained) {
			t.Fatal(err)
		}
		for _, mode := range []string{"force_custom_plan", "force_generic_plan"} {
			if plan := w.explain(mode, e); !strings.Contains(plan, "Index Only Scan using posts_log") || strings.Contains(plan, "Seq Scan") || strings.Contains(plan, "posts_pkey") {
				t.Errorf("%s, %s:\n%s", name, mode, plan)
			}
		}
	}
}

// explainer notes the statement that a generated query would run.
type explainer struct {
	sql  string
	args []any
}

var errExplained = errors.New("not run")

func (e *explainer) Query(_ context.Context, sql string, args ...any) (pgx.Rows, error) {
	e.sql, e.args = sql, args
	return nil, errExplained
}

func (e *explainer) Exec(context.Context, string, ...any) (pgconn.CommandTag, error) {
	return pgconn.CommandTag{}, errExplained
}

func (e *explainer) QueryRow(context.Context, string, ...any) pgx.Row { return nil }

func (w world) explain(mode string, e *explainer) (plan string) {
	w.t.Helper()
	must(w.t, w.db.InTx(w.t.Context(), func(tx postgres.Tx) error {
		if _, err := tx.Exec(w.t.Context(), `SELECT set_config('plan_cache_mode', $1, true)`, mode); err != nil {
			return err
		}
		rows, err := tx.Query(w.t.Context(), "EXPLAIN "+e.sql, e.args...)
		if err != nil {
			return err
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		plan = strings.Join(lines, "\n")
		return err
	}))
	return plan
}
