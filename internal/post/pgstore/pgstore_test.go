package pgstore_test

import (
	"context"
	"encoding/base64"
	"log/slog"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"

	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	"github.com/throng-social/throng/internal/migration"
	"github.com/throng-social/throng/internal/post/pgstore"
	"github.com/throng-social/throng/internal/post/storetest"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/queue"
)

func TestMain(m *testing.M) {
	pgtest.Main(m, func(ctx context.Context, url string) error {
		return migration.Up(ctx, url, slog.New(slog.DiscardHandler))
	})
}

func TestTheStoreKeepsItsContract(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) storetest.World {
		servers := pgtest.New(t)
		db, err := postgres.Open(t.Context(), servers.Config(0), slog.New(slog.DiscardHandler))
		must(t, err)
		t.Cleanup(db.Close)
		pub := queue.NewPublisher()
		return storetest.World{
			Store:     pgstore.New(db, pub),
			Announced: func(t testing.TB) []*eventv1.Event { return announced(t, db) },
			Tasks: func(t testing.TB) []string {
				return column(t, db, `SELECT kind FROM river_job WHERE kind LIKE 'post.%' ORDER BY id`)
			},
			Miscount: func(t testing.TB, post uuid.UUID, likes, replies int64) {
				_, err := db.Writer(t.Context()).Exec(t.Context(), `INSERT INTO post_counts (post_id, likes, replies) VALUES ($1, $2, $3)
					ON CONFLICT (post_id) DO UPDATE SET likes = excluded.likes, replies = excluded.replies`, post, likes, replies)
				must(t, err)
			},
		}
	})
}

// announced are the events among the jobs; each has one for every subscriber.
func announced(t testing.TB, db *postgres.DB) (events []*eventv1.Event) {
	seen := map[string]bool{}
	for _, payload := range column(t, db, `SELECT args ->> 'payload' FROM river_job WHERE kind NOT LIKE 'post.%' ORDER BY id`) {
		raw, err := base64.StdEncoding.DecodeString(payload)
		must(t, err)
		ev := &eventv1.Event{}
		must(t, proto.Unmarshal(raw, ev))
		if !seen[ev.GetId()] {
			events = append(events, ev)
		}
		seen[ev.GetId()] = true
	}
	return events
}

func column(t testing.TB, db *postgres.DB, sql string) []string {
	t.Helper()
	rows, err := db.Writer(t.Context()).Query(t.Context(), sql)
	must(t, err)
	texts, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(t, err)
	return texts
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
