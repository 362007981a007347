package app_test

import (
	"testing"
	"time"

	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/devstack"
	"github.com/throng-social/throng/internal/dynamo/dynamotest"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/queue/sqsqueue/sqstest"
)

// shape is how a deployment is put together.
type shape struct {
	name, seam string
	// change chooses parts; nil leaves all in Postgres.
	change func(t *testing.T, s *app.Settings)
}

var shapes = []shape{
	{seams[0], seams[0], nil},
	{seams[1], seams[1], nil},
	{"with follows in DynamoDB", seams[1], followsInDynamoDB},
	{"with posts in DynamoDB", seams[0], postsInDynamoDB},
	{"with follows and posts in DynamoDB", seams[1], allInDynamoDB},
	{"with events on SNS and SQS", seams[0], func(t *testing.T, s *app.Settings) { t.Helper(); onSQS(sqstest.New(t))(s) }},
	{"with all stores in DynamoDB, events on SNS and SQS", seams[1], onAWS},
}

func (s shape) deploy(t *testing.T, db pgtest.DB, change ...func(*app.Settings)) deployment {
	t.Helper()
	if s.change != nil {
		change = append(change, func(o *app.Settings) { s.change(t, o) })
	}
	return deploy(t, db, s.seam, change...)
}

func followsInDynamoDB(t *testing.T, s *app.Settings) {
	t.Helper()
	tables := dynamotest.New(t)
	s.GraphStore = "dynamo"
	s.Region, s.Prefix, s.DynamoEndpoint = devstack.Region, tables.Prefix, tables.Endpoint
}

func postsInDynamoDB(t *testing.T, s *app.Settings) {
	t.Helper()
	followsInDynamoDB(t, s)
	s.GraphStore, s.PostStore = "postgres", "dynamo"
}

// allInDynamoDB is all that timelines are made of.
func allInDynamoDB(t *testing.T, s *app.Settings) {
	t.Helper()
	followsInDynamoDB(t, s)
	s.PostStore = "dynamo"
}

func timelinesAsWellInDynamoDB(t *testing.T, s *app.Settings) {
	t.Helper()
	allInDynamoDB(t, s)
	s.TimelineStore = "dynamo"
}

// onAWS has queues under the prefix of its tables: a deployment has one for all.
func onAWS(t *testing.T, s *app.Settings) {
	t.Helper()
	timelinesAsWellInDynamoDB(t, s)
	onSQS(sqstest.Named(t, s.Prefix))(s)
}

func TestADeletedAccountLeavesNoFollowsWhereverTheyAre(t *testing.T) {
	t.Parallel()
	for _, shape := range shapes {
		t.Run(shape.name, func(t *testing.T) { // one deployment after the other: each keeps its workers busy
			d := shape.deploy(t, pgtest.New(t))
			ann, bob, cat := d.signUp(t), d.signUp(t), d.signUp(t)
			ann.follow(t, bob)
			bob.follow(t, cat)
			if _, err := bob.users.DeleteAccount(t.Context(), &userv1.DeleteAccountRequest{Password: "correct horse"}); err != nil {
				t.Fatal(err)
			}
			for _, p := range []*person{ann, cat} {
				for deadline := time.Now().Add(time.Minute); ; {
					c, err := d.stranger().graph.GetCounts(t.Context(), &graphv1.GetCountsRequest{UserId: p.id})
					if err != nil {
						t.Fatal(err)
					}
					if c.GetFollowers()+c.GetFollowing() == 0 {
						break
					}
					if time.Now().After(deadline) {
						t.Fatal("there are still", c)
					}
				}
			}
			d.settled(t)
			if err := d.app.Recount(t.Context(), "graph", t.Output()); err != nil {
				t.Error(err)
			}
		})
	}
}
