package app_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/devstack"
	"github.com/throng-social/throng/internal/dynamo/dynamotest"
	"github.com/throng-social/throng/internal/graph"
	graphdynamo "github.com/throng-social/throng/internal/graph/dynamostore"
	"github.com/throng-social/throng/internal/queue/sqsqueue/sqstest"
	"github.com/throng-social/throng/internal/redis/redistest"
)

// allOnAWS keeps and carries everything that may be elsewhere than in Postgres:
// follows, posts and timelines in DynamoDB, messages on SNS and SQS, live messages,
// limits and caches in Redis. The follows that are in the database already are made
// again in DynamoDB.
func allOnAWS(t *testing.T, tables *dynamotest.Tables) func(*app.Settings) {
	t.Helper()
	return func(s *app.Settings) {
		s.Shape, s.MediaStore = app.ShapeAWS, "folder"
		s.Region, s.Prefix, s.DynamoEndpoint = devstack.Region, tables.Prefix, tables.Endpoint
		onSQS(sqstest.Named(t, s.Prefix))(s)
		onRedis(redistest.New(t).URL())(s)
		followAgain(t, s.URL, graphdynamo.New(tables.Open(t)))
	}
}

func followAgain(t *testing.T, url string, store *graphdynamo.Store) {
	t.Helper()
	sql, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer sql.Close(t.Context())
	rows, err := sql.Query(t.Context(), `SELECT follower_id, followee_id FROM graph_follows`)
	if err != nil {
		t.Fatal(err)
	}
	follows, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r graph.Row, err error) {
		var follower, followee [16]byte
		err = row.Scan(&follower, &followee)
		r.Edge = graph.Edge{FollowerID: uuid.UUID(follower), FolloweeID: uuid.UUID(followee)}
		return r, err
	})
	if err != nil {
		t.Fatal(err)
	}
	for part := range slices.Chunk(follows, 1000) {
		if _, err := store.StoreRows(t.Context(), part, true); err != nil {
			t.Fatal(err)
		}
	}
}

func TestElevenChecksOnAWS(t *testing.T) { //nolint:paralleltest // a busy world: one after the other, its checks at once
	w := newChecked(t, starPairs(301), 150, allOnAWS(t, dynamotest.New(t)))
	throughAllStrategies(t, w)
	w.audited(t, 100)
	if err := w.app.Recount(t.Context(), "", t.Output()); err != nil {
		t.Error(err)
	}
}
