package pgstore_test

import (
	"context"
	"encoding/base64"
	"log/slog"
	"testing"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/graph"
	"github.com/throng-social/throng/internal/graph/pgstore"
	"github.com/throng-social/throng/internal/graph/storetest"
	"github.com/throng-social/throng/internal/migration"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/queue"
)

func TestMain(m *testing.M) {
	pgtest.Main(m, func(ctx context.Context, url string) error {
		return migration.Up(ctx, url, slog.New(slog.DiscardHandler))
	})
}

func TestPostgresKeepsTheGraph(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) storetest.World {
		t.Helper()
		return open(t, pgtest.New(t))
	})
}

// The replica stands still meanwhile.
func TestChecksAndAnswersToWritesComeFromThePrimary(t *testing.T) {
	t.Parallel()
	servers := pgtest.NewReplicated(t, 1)
	w := open(t, servers)
	a, b := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	if err := servers.Server.PauseReplay(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	e := graph.Edge{FollowerID: a, FolloweeID: b}
	r, err := w.Follow(t.Context(), e, 1)
	if err != nil || !r.Following {
		t.Errorf("right after the follow: %+v, %v", r, err)
	}
	if since, err := w.CheckEdges(t.Context(), []graph.Edge{e}); err != nil || since[0].IsZero() {
		t.Errorf("edges are checked on a replica: %v, %v", since, err)
	}
	if err := servers.Server.ResumeReplay(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, servers pgtest.DB) storetest.World {
	t.Helper()
	db, err := postgres.Open(t.Context(), servers.Config(0), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	pub := queue.NewPublisher()
	k := keeper{db}
	return storetest.World{
		Store:     pgstore.New(db, pub),
		Announced: k.announced,
		Enqueued: func(t testing.TB) []string {
			t.Helper()
			return k.ask(t, `SELECT kind FROM river_job WHERE kind LIKE 'graph.%' ORDER BY id`)
		},
		Miscount: func(t testing.TB, account uuid.UUID, by graph.Counts) {
			t.Helper()
			k.exec(t, `INSERT INTO graph_counts AS c (user_id, followers, following) VALUES ($1, greatest($2, 0), greatest($3, 0))
				ON CONFLICT (user_id) DO UPDATE SET followers = c.followers + $2, following = c.following + $3`, account, by.Followers, by.Following)
		},
		Smuggle: func(t testing.TB, b graph.Block) {
			t.Helper()
			k.exec(t, `INSERT INTO graph_blocks (blocker_id, blocked_id) VALUES ($1, $2)`, b.BlockerID, b.BlockedID)
		},
	}
}

// keeper looks into the database, and past the store's rules.
type keeper struct{ db *postgres.DB }

func (k keeper) announced(t testing.TB) [][]graph.Edge {
	t.Helper()
	var events [][]graph.Edge
	for _, text := range k.ask(t, `SELECT args ->> 'payload' FROM river_job WHERE kind IN ('timeline.follows_changed', 'timeline.follows_loaded') ORDER BY id`) {
		payload, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, storetest.Named(t, payload))
	}
	return events
}

// ask answers the texts that a query finds.
func (k keeper) ask(t testing.TB, sql string) []string {
	t.Helper()
	rows, err := k.db.Writer(t.Context()).Query(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var texts []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return texts
}

func (k keeper) exec(t testing.TB, sql string, args ...any) {
	t.Helper()
	if _, err := k.db.Writer(t.Context()).Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}
