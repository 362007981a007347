package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"
)

// BatchWrite puts and deletes many items of a table, in no order and not all at once:
// after an error some are done. Writes have no conditions and no updates; of several
// with the same key the last one is made.
func (db *DB) BatchWrite(ctx context.Context, table string, writes []Write) error {
	requests := make([]types.WriteRequest, 0, len(writes))
	at := make(map[Key]int, len(writes))
	for _, w := range writes {
		r := types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: w.Key.attributes()}}
		if w.Put != nil {
			r = types.WriteRequest{PutRequest: &types.PutRequest{Item: w.Put.with(w.Key)}}
		}
		if i, twice := at[w.Key]; twice {
			requests[i] = r
			continue
		}
		at[w.Key] = len(requests)
		requests = append(requests, r)
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallelBatches)
	for len(requests) > 0 {
		n := min(len(requests), maxBatchWrite)
		batch := requests[:n:n]
		requests = requests[n:]
		g.Go(func() error { return db.batchWrite(ctx, table, batch) })
	}
	return g.Wait()
}

// batchWrite asks again for what was left undone.
func (db *DB) batchWrite(ctx context.Context, table string, batch []types.WriteRequest) error {
	name := *db.name(table)
	return db.try(ctx, opBatchWrite, table, func(ctx context.Context) (used, error) {
		out, err := db.api.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{
			RequestItems: map[string][]types.WriteRequest{name: batch}, ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
		})
		if err != nil {
			return nil, err
		}
		if left := out.UnprocessedItems[name]; len(left) > 0 {
			batch = left
			return out.ConsumedCapacity, errUndone
		}
		return out.ConsumedCapacity, nil
	})
}
