package bench

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/throng-social/throng/internal/devstack"
	"github.com/throng-social/throng/internal/timeline"
)

// The bare sides on DynamoDB: the same items of the same table, by requests of the
// driver with nothing around them: no second try, no count, no clock, no session.

// bareTables is the table of timelines.
type bareTables struct {
	api   *dynamodb.Client
	table string
}

type bareItems = map[string]types.AttributeValue

const (
	bareConns = 64
	// barePut and bareGet are how many items one request may name.
	barePut = 25
	bareGet = 100
	// bareParallel is how many batches ours has under way at once.
	bareParallel = 4
)

var anyCredentials = credentials.NewStaticCredentialsProvider("throng", "throng", "")

func bareClient() *http.Client {
	return &http.Client{Transport: &http.Transport{MaxConnsPerHost: bareConns, MaxIdleConns: bareConns, MaxIdleConnsPerHost: bareConns}}
}

func newBareTables(endpoint, table string) *bareTables {
	return &bareTables{table: table, api: dynamodb.New(dynamodb.Options{
		Region: devstack.Region, BaseEndpoint: aws.String(endpoint), Credentials: anyCredentials, Retryer: aws.NopRetryer{}, HTTPClient: bareClient(),
	})}
}

func bareS(s string) *types.AttributeValueMemberS { return &types.AttributeValueMemberS{Value: s} }

func bareN(n int64) *types.AttributeValueMemberN {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

// entries are what a post is written as for readers, as ours writes it.
func (b *bareTables) entries(readers []uuid.UUID, post, author uuid.UUID) []types.WriteRequest {
	now := bareN(time.Now().UnixMicro())
	rows := make([]types.WriteRequest, len(readers))
	for i, reader := range readers {
		rows[i].PutRequest = &types.PutRequest{Item: bareItems{
			"pk": bareS("E#" + reader.String()), "sk": bareS(post.String()), "a": bareS(author.String()), "t": now, "w": now,
		}}
	}
	return rows
}

// write writes rows by as many batches at once as ours.
func (b *bareTables) write(ctx context.Context, rows []types.WriteRequest) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(bareParallel)
	for batch := range slices.Chunk(rows, barePut) {
		g.Go(func() error {
			out, err := b.api.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{b.table: batch}})
			if err == nil && len(out.UnprocessedItems) > 0 {
				err = fmt.Errorf("%d items were not written", len(out.UnprocessedItems[b.table]))
			}
			return err
		})
	}
	return g.Wait()
}

// count counts the readers who have a post.
func (b *bareTables) count(ctx context.Context, readers []uuid.UUID, post uuid.UUID) (n int, err error) {
	for part := range slices.Chunk(readers, bareGet) {
		keys := make([]bareItems, len(part))
		for i, reader := range part {
			keys[i] = bareItems{"pk": bareS("E#" + reader.String()), "sk": bareS(post.String())}
		}
		out, err := b.api.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
			b.table: {Keys: keys, ConsistentRead: aws.Bool(true), ProjectionExpression: aws.String("sk")},
		}})
		if err != nil {
			return 0, err
		}
		n += len(out.Responses[b.table])
	}
	return n, nil
}

// page makes the three reads that a page needs, in the order that it needs: the
// reader with his edges, the entries, the reader again.
func (b *bareTables) page(ctx context.Context, reader uuid.UUID) (snap timeline.Snapshot, err error) {
	edges, err := b.api.Query(ctx, &dynamodb.QueryInput{
		TableName: &b.table, ConsistentRead: aws.Bool(true),
		KeyConditionExpression:    aws.String("pk = :k"),
		ExpressionAttributeValues: bareItems{":k": bareS("F#" + reader.String())},
		ProjectionExpression:      aws.String("sk, m, s, a, h, v"),
	})
	if err != nil {
		return snap, err
	}
	if len(edges.Items) == 0 || bareText(edges.Items[0], "sk") != "!" {
		return snap, fmt.Errorf("reader %s is not known", reader)
	}
	self := edges.Items[0]
	entries, err := b.api.Query(ctx, &dynamodb.QueryInput{
		TableName: &b.table, ConsistentRead: aws.Bool(true), ScanIndexForward: aws.Bool(false), Limit: aws.Int32(pageSize),
		KeyConditionExpression:    aws.String("pk = :k AND sk >= :h"),
		ExpressionAttributeValues: bareItems{":k": bareS("E#" + reader.String()), ":h": self["h"]},
		ProjectionExpression:      aws.String("sk, a"),
	})
	if err != nil {
		return snap, err
	}
	again, err := b.api.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &b.table, ConsistentRead: aws.Bool(true), Key: bareItems{"pk": bareS("F#" + reader.String()), "sk": bareS("!")},
	})
	if err != nil {
		return snap, err
	}
	if bareText(again.Item, "h") != bareText(self, "h") || bareText(again.Item, "v") != bareText(self, "v") {
		return snap, fmt.Errorf("reader %s was changed meanwhile", reader)
	}
	return bareSnapshot(self, edges.Items[1:], entries.Items)
}

// bareSnapshot decodes by hand.
func bareSnapshot(self bareItems, edges, entries []bareItems) (snap timeline.Snapshot, err error) {
	ids := bareIDs{}
	snap.Horizon = ids.of(self, "h")
	for _, e := range edges {
		if bareText(e, "m") != strconv.Itoa(int(timeline.ModePush)) {
			continue
		}
		since, err := strconv.ParseInt(bareText(e, "s"), 10, 64)
		if err != nil {
			return snap, err
		}
		snap.Pushed, snap.PushedSince, snap.PushedAfter = append(snap.Pushed, ids.of(e, "sk")), append(snap.PushedSince, since), append(snap.PushedAfter, ids.of(e, "a"))
	}
	for _, e := range entries {
		snap.PostIDs, snap.AuthorIDs = append(snap.PostIDs, ids.of(e, "sk")), append(snap.AuthorIDs, ids.of(e, "a"))
	}
	return snap, ids.err
}

// bareIDs keeps the first error.
type bareIDs struct{ err error }

func (b *bareIDs) of(i bareItems, name string) uuid.UUID {
	u, err := uuid.Parse(bareText(i, name))
	if b.err == nil {
		b.err = err
	}
	return u
}

// bareText is a string or the digits of a number.
func bareText(i bareItems, name string) string {
	switch v := i[name].(type) {
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberN:
		return v.Value
	}
	return ""
}
