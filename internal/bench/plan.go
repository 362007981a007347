package bench

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/throng-social/throng/gen/db/timelinedb"
	"github.com/throng-social/throng/internal/id"
)

// writePlans keeps what Postgres says of the statements that are measured.
func writePlans(ctx context.Context, w *world) error {
	var b strings.Builder
	b.WriteString("Statements of the bare sides (internal/bench/bare.go) and of ours beside them, with their plans:\n" +
		"EXPLAIN (ANALYZE, BUFFERS) in the world of docs/benchmarks.md. Written by `make bench` with -explain.\n")
	replica, err := pgx.Connect(ctx, w.settings.Readers[0])
	if err != nil {
		return err
	}
	defer replica.Close(context.WithoutCancel(ctx))
	r := w.readers[0]
	page, args := storeStatement(func(db timelinedb.DBTX) {
		_, _ = timelinedb.New().ReadPage(ctx, db, timelinedb.ReadPageParams{ReaderID: r.id, BeforeID: id.Max, PageLimit: pageSize})
	})
	if err := plan(ctx, &b, replica, 3, "Page read, both sides, on the replica", page, args...); err != nil {
		return err
	}
	if _, err := replica.Exec(ctx, barePlan); err != nil {
		return err
	}
	if err := plan(ctx, &b, replica, 3, "Home timeline, bare, on the replica, after: "+barePlan, bareHomeSQL, r.id); err != nil {
		return err
	}
	if err := fanoutPlans(ctx, &b, w); err != nil {
		return err
	}
	if w.shop != nil {
		if err := w.shop.plans(ctx, &b); err != nil {
			return err
		}
	}
	if w.station != nil {
		if err := w.station.plans(ctx, &b); err != nil {
			return err
		}
	}
	b.WriteString("\n## Import, bare\n\nCOPY graph_follows (follower_id, followee_id) FROM STDIN BINARY; a COPY has no plan.\n")
	return os.WriteFile(explainFile, []byte(b.String()), 0o644) //nolint:gosec // a page for everybody
}

// fanoutPlans writes a page of the star's fan-out, and takes it back.
func fanoutPlans(ctx context.Context, b *strings.Builder, w *world) error {
	conn, err := pgx.Connect(ctx, w.settings.URL)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var star uuid.UUID
	if err := conn.QueryRow(ctx, "SELECT id FROM users WHERE handle = $1", starName).Scan(&star); err != nil {
		return err
	}
	b.WriteString("\n## Fan-out, bare\n\nCOPY timeline_entries (reader_id, post_id, author_id) FROM STDIN BINARY; a COPY has no plan.\n")
	if _, err := conn.Exec(ctx, "BEGIN"); err != nil {
		return err
	}
	sql, args := storeStatement(func(db timelinedb.DBTX) {
		_, _ = timelinedb.New().FanoutFreshPage(ctx, db, timelinedb.FanoutFreshPageParams{
			PostID: uuid.Must(uuid.NewV7()), AuthorID: star, PageLimit: int32(w.settings.Timeline.FanoutPage), //nolint:gosec // a setting of thousands
		})
	})
	if err := plan(ctx, b, conn, 1, "Fan-out, a page of ours, on the primary", sql, args...); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "ROLLBACK")
	return err
}

// plan asks times over: the first answer has the cost of warming up in it.
func plan(ctx context.Context, b *strings.Builder, conn *pgx.Conn, times int, title, sql string, args ...any) error {
	var text string
	for range times {
		rows, err := conn.Query(ctx, "EXPLAIN (ANALYZE, BUFFERS) "+sql, append([]any{pgx.QueryExecModeCacheDescribe}, args...)...)
		if err != nil {
			return err
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		text = strings.Join(lines, "\n")
	}
	_, err := fmt.Fprintf(b, "\n## %s\n\n%s\n\n%s\n", title, strings.TrimSpace(sql), text)
	return err
}
