package review_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/review"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

// gate holds whoever has read the answer of a statement, once, until it is opened.
type gate struct {
	statement    string
	read, opened chan struct{}
}

type held struct{}

// TraceQueryStart implements pgx.QueryTracer.
func (g *gate) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	if strings.Contains(q.SQL, "-- name: "+g.statement+" ") {
		return context.WithValue(ctx, held{}, true)
	}
	return ctx
}

// TraceQueryEnd implements pgx.QueryTracer.
func (g *gate) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryEndData) {
	if ctx.Value(held{}) == nil {
		return
	}
	select {
	case g.read <- struct{}{}:
		<-g.opened
	case <-g.opened:
	}
}

// In process, where caches are. A loader has read the database and has not yet kept
// what it read, while a write is acknowledged: what it keeps would be old, for
// everybody, for seconds.
func TestALoadThatAWriteOvertookIsNotKept(t *testing.T) {
	t.Parallel()
	show := map[string]func(w world, p *reviewv1.Product) string{
		"LoadMeta":     func(w world, p *reviewv1.Product) string { return w.meta(p).String() },
		"ListRelevant": func(w world, p *reviewv1.Product) string { return shown(w.list(p, reviewv1.Sort_SORT_RELEVANT)) },
		"ListNewest":   func(w world, p *reviewv1.Product) string { return shown(w.list(p, reviewv1.Sort_SORT_NEWEST)) },
		"ListHelpful":  func(w world, p *reviewv1.Product) string { return shown(w.list(p, reviewv1.Sort_SORT_HELPFUL)) },
	}
	writes := map[string]func(w world, p *reviewv1.Product, r *reviewv1.Review){
		"a new review": func(w world, p *reviewv1.Product, _ *reviewv1.Review) { w.review(w.people(2)[1], opinion(p, 1)) },
		"a deletion": func(w world, _ *reviewv1.Product, r *reviewv1.Review) {
			_, err := w.DeleteReview(as(w.t, w.people(1)[0]), &reviewv1.DeleteReviewRequest{ReviewId: r.GetId()})
			must(w.t, err)
		},
		"a verdict": func(w world, _ *reviewv1.Product, r *reviewv1.Review) { w.resolve(r, reviewv1.Verdict_VERDICT_HIDE) },
		"reports": func(w world, _ *reviewv1.Product, r *reviewv1.Review) {
			for range 5 {
				w.report(r, uuid.New())
			}
		},
		"an erasure": func(w world, _ *reviewv1.Product, _ *reviewv1.Review) {
			must(w.t, w.service.OnAccountDeleted(w.t.Context(), deleted(w.people(1)[0])))
		},
		"a mark": func(w world, _ *reviewv1.Product, r *reviewv1.Review) { w.mark(r, uuid.New()) },
		"an answer": func(w world, _ *reviewv1.Product, r *reviewv1.Review) {
			_, err := w.RespondToReview(shop(w.t), &reviewv1.RespondToReviewRequest{ReviewId: r.GetId(), Response: "Thanks"})
			must(w.t, err)
		},
	}
	for statement, look := range show {
		for name, write := range writes {
			if statement == "LoadMeta" && (name == "a mark" || name == "an answer") {
				continue // no sum counts it
			}
			t.Run(statement+" and "+name, func(t *testing.T) {
				t.Parallel()
				g := &gate{statement: statement, read: make(chan struct{}), opened: make(chan struct{})}
				w := on(t, rpctest.InProcess, pgtest.New(t), g)
				p := w.product()
				r := w.review(w.people(1)[0], opinion(p, 5))
				before := make(chan string)
				go func() { before <- look(w, p) }()
				<-g.read
				write(w, p, r)
				close(g.opened)
				old := <-before
				if now := look(w, p); now == old {
					t.Errorf("it was kept: %s", now)
				}
			})
		}
	}
}

// shown is all that a list says.
func shown(reviews []*reviewv1.Review) string {
	var b strings.Builder
	for _, r := range reviews {
		b.WriteString(r.String())
	}
	return b.String()
}

// In process: a socket shares no memory.
func TestFirstPagesAndSumsAreReadOnce(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.InProcess)
	p := w.product()
	w.stored(p, 30)
	for range 5 {
		w.meta(p)
		w.list(p, reviewv1.Sort_SORT_UNSPECIFIED)
		w.list(p, reviewv1.Sort_SORT_RELEVANT)
		w.list(p, reviewv1.Sort_SORT_NEWEST)
	}
	hits, misses := w.service.CacheCounts()
	equal(t, "misses", misses, 3)
	equal(t, "hits", hits, 17)
}

func TestWhoWroteSeesItThroughReplicasThatLag(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		servers := pgtest.NewReplicated(t, 1)
		w := on(t, seam, servers, nil)
		author, p := w.people(1)[0], w.product()
		must(t, servers.Server.CatchUp(t.Context()))
		w.meta(p)
		w.list(p, reviewv1.Sort_SORT_NEWEST) // kept, and known to the replica
		must(t, servers.Server.PauseReplay(t.Context(), 0))
		ctx, session := consistency.Begin(as(t, author), consistency.Position{})
		_, err := w.CreateReview(ctx, opinion(p, 4))
		must(t, err)
		at, err := session.Ceiling(t.Context())
		must(t, err)
		ctx, _ = consistency.Begin(as(t, author), at)
		meta, err := w.GetReviewMeta(ctx, &reviewv1.GetReviewMetaRequest{ProductId: p.GetId()})
		must(t, err)
		list, err := w.ListReviews(ctx, &reviewv1.ListReviewsRequest{ProductId: p.GetId(), Sort: reviewv1.Sort_SORT_NEWEST})
		must(t, err)
		equal(t, "counted", meta.GetMeta().GetTotal(), 1)
		equal(t, "shown", len(list.GetReviews()), 1)
	})
}

func TestKeysOfFirstPagesAreReadAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	for _, text := range []string{uuid.NewString() + "/1", uuid.NewString() + "/3"} {
		k, err := review.ParseFirstKey(text)
		must(t, err)
		equal(t, "the key", k.String(), text)
	}
	for _, text := range []string{"", "/", "1", uuid.NewString(), uuid.NewString() + "/", uuid.NewString() + "/x", "x/1"} {
		if k, err := review.ParseFirstKey(text); err == nil {
			t.Errorf("%q was read as %v", text, k)
		}
	}
}
