package app_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/devstack"
	"github.com/throng-social/throng/internal/dynamo/dynamotest"
	"github.com/throng-social/throng/internal/timeline"
	"github.com/throng-social/throng/internal/timeline/dynamostore"
)

// timelinesOn keeps timelines in these tables, with edges for the follows that are in
// the database already.
func timelinesOn(t *testing.T, tables *dynamotest.Tables) func(*app.Settings) {
	t.Helper()
	return func(s *app.Settings) {
		s.TimelineStore = "dynamo"
		s.Region, s.Prefix, s.DynamoEndpoint = devstack.Region, tables.Prefix, tables.Endpoint
		sql, err := pgx.Connect(t.Context(), s.URL)
		if err != nil {
			t.Fatal(err)
		}
		defer sql.Close(t.Context())
		rows, err := sql.Query(t.Context(), `SELECT followee_id, follower_id, (extract(EPOCH FROM created_at) * 1000000)::bigint FROM graph_follows`)
		if err != nil {
			t.Fatal(err)
		}
		edges, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e timeline.Edge, err error) {
			var author, reader [16]byte
			err = row.Scan(&author, &reader, &e.Since)
			e.Author, e.Reader = uuid.UUID(author), uuid.UUID(reader)
			return e, err
		})
		if err != nil {
			t.Fatal(err)
		}
		store := dynamostore.New(tables.Open(t), dynamostore.Config{})
		for part := range slices.Chunk(edges, 1000) {
			if err := store.AddEdges(t.Context(), part); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestElevenChecksWithTimelinesInDynamoDB(t *testing.T) { //nolint:paralleltest // a busy world: one after the other, its checks at once
	if small {
		t.Skip("with the race detector all parts run together; see TestElevenChecksOnAWS")
	}
	w := newChecked(t, starPairs(301), 150, timelinesOn(t, dynamotest.New(t)))
	throughAllStrategies(t, w)
	w.audited(t, 100)
}
