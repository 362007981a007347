package database

import (
	"context"
	"iter"
	"math"

	"github.com/jackc/pgx/v5"

	"github.com/throng-social/throng/internal/lab/world"
	"github.com/throng-social/throng/internal/progress"
)

// memoryDays is the memory of the timeline engine's counts, which are steady at
// so many times what a day adds.
const memoryDays = 14

// Pace is how often people look and post, a day, in the mean.
type Pace struct {
	Views float64 `json:"viewsADay"`
	Posts float64 `json:"postsADay"`
}

// Teach makes the timeline engine know a loaded world's rates, as if people had
// looked and posted at this pace for two months. Without it the engine learns
// them as they do, which takes as long.
func Teach(ctx context.Context, url string, w *world.World, p Pace) error {
	return with(ctx, url, func(conn *pgx.Conn) error {
		return pgx.BeginFunc(ctx, conn, func(pgx.Tx) error {
			l := &loader{conn: conn, world: w, progress: progress.New(nil, "", "", 0)}
			if err := l.run(ctx, "CREATE TEMP TABLE known (id uuid, views float8, days float8, posts float8) ON COMMIT DROP"); err != nil {
				return err
			}
			if err := l.copy(ctx, table{name: "known", columns: "id, views, days, posts", rows: rates(w, p)}, ""); err != nil {
				return err
			}
			return l.run(ctx, `
UPDATE timeline_readers r
SET views = k.views, viewed_at = now() - make_interval(secs => k.days * 86400), since = now() - interval '60 days'
FROM known k
WHERE k.id = r.reader_id`, `
INSERT INTO timeline_authors (author_id, posted, burst, counted_at, since)
SELECT k.id, k.posts, 0, now(), now() - interval '60 days'
FROM known k
ORDER BY k.id
ON CONFLICT (author_id) DO UPDATE SET posted = excluded.posted, burst = 0, counted_at = excluded.counted_at, since = excluded.since`,
				"ANALYZE timeline_readers, timeline_authors")
		})
	})
}

// rates are what is known of everybody: the steady counts, and how long ago he
// looked last, which is by chance and in the mean what lies between two looks.
func rates(w *world.World, p Pace) iter.Seq[func(*row)] {
	return func(yield func(func(*row)) bool) {
		for person := range w.Size() {
			views, posts := p.Views*w.Views.Of(person), p.Posts*w.Writes.Of(person)
			ok := yield(func(r *row) {
				r.begin(4)
				r.uuid(w.ID(person))
				r.float64(memoryDays * views)
				r.float64(min(w.Wait(person)/max(views, 1e-3), 60))
				r.float64(memoryDays * posts)
			})
			if !ok {
				return
			}
		}
	}
}

func (r *row) float64(f float64) { r.int64(int64(math.Float64bits(f))) } //nolint:gosec // the same bits
