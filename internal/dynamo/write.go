package dynamo

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/uuid"
)

const (
	// maxTransact is how many writes one transaction may have.
	maxTransact = 100
	// maxBatchWrite is how many one request of BatchWrite may have.
	maxBatchWrite = 25
	// parallelBatches is how many requests of one BatchWrite are under way at once.
	parallelBatches = 4
)

// errUndone is a batch of which a part was left undone: the service throttles.
var errUndone = errors.New("a part of the batch was not processed")

// Write is one change of one item. Exactly one of Put, Update and Delete is set; with
// none of them it checks If alone, which only Transact can.
type Write struct {
	Table string
	Key   Key
	// Put stores these attributes, and no others, under the key.
	Put Item
	// Update is an update expression; it makes the item where there is none.
	Update string
	// Delete removes the item, if there is one.
	Delete bool
	// If is a condition on the item as it is.
	If string
	// Names and Values belong to Update and If.
	Names  map[string]string
	Values Item
}

// Do makes one write, and answers the item as it is afterwards for an Update. It may
// be made twice, if an answer was lost: it must be idempotent. A condition that does
// not hold is a fault of kind Precondition (AsUnmet).
func (db *DB) Do(ctx context.Context, w Write) (Item, error) {
	switch {
	case w.Put != nil:
		return nil, db.put(ctx, w)
	case w.Update != "":
		return db.update(ctx, w)
	case w.Delete:
		return nil, db.delete(ctx, w)
	}
	return nil, errors.New("dynamo: a check alone is for transactions")
}

func (db *DB) put(ctx context.Context, w Write) error {
	in := &dynamodb.PutItemInput{
		TableName: db.name(w.Table), Item: w.Put.with(w.Key), ConditionExpression: text(w.If),
		ExpressionAttributeNames: w.Names, ExpressionAttributeValues: w.Values,
		ReturnConsumedCapacity:              types.ReturnConsumedCapacityTotal,
		ReturnValuesOnConditionCheckFailure: onFailure(w.If),
	}
	return db.try(ctx, opPut, w.Table, func(ctx context.Context) (used, error) {
		out, err := db.api.PutItem(ctx, in)
		return one(out, err, func() *types.ConsumedCapacity { return out.ConsumedCapacity }), err
	})
}

func (db *DB) update(ctx context.Context, w Write) (Item, error) {
	in := &dynamodb.UpdateItemInput{
		TableName: db.name(w.Table), Key: w.Key.attributes(), UpdateExpression: &w.Update, ConditionExpression: text(w.If),
		ExpressionAttributeNames: w.Names, ExpressionAttributeValues: w.Values,
		ReturnValues:                        types.ReturnValueAllNew,
		ReturnConsumedCapacity:              types.ReturnConsumedCapacityTotal,
		ReturnValuesOnConditionCheckFailure: onFailure(w.If),
	}
	var out *dynamodb.UpdateItemOutput
	err := db.try(ctx, opUpdate, w.Table, func(ctx context.Context) (u used, err error) {
		out, err = db.api.UpdateItem(ctx, in)
		return one(out, err, func() *types.ConsumedCapacity { return out.ConsumedCapacity }), err
	})
	if err != nil {
		return nil, err
	}
	return out.Attributes, nil
}

func (db *DB) delete(ctx context.Context, w Write) error {
	in := &dynamodb.DeleteItemInput{
		TableName: db.name(w.Table), Key: w.Key.attributes(), ConditionExpression: text(w.If),
		ExpressionAttributeNames: w.Names, ExpressionAttributeValues: w.Values,
		ReturnConsumedCapacity:              types.ReturnConsumedCapacityTotal,
		ReturnValuesOnConditionCheckFailure: onFailure(w.If),
	}
	return db.try(ctx, opDelete, w.Table, func(ctx context.Context) (used, error) {
		out, err := db.api.DeleteItem(ctx, in)
		return one(out, err, func() *types.ConsumedCapacity { return out.ConsumedCapacity }), err
	})
}

// text is an expression, which must not be empty where it is sent.
func text(expression string) *string {
	if expression == "" {
		return nil
	}
	return &expression
}

func onFailure(condition string) types.ReturnValuesOnConditionCheckFailure {
	if condition == "" {
		return types.ReturnValuesOnConditionCheckFailureNone
	}
	return types.ReturnValuesOnConditionCheckFailureAllOld
}

// Transact makes all writes or none, each on an item of its own, at most 100. It is
// made once, however often its answer is lost. Conditions that do not hold are a fault
// of kind Precondition; AsUnmet says which.
func (db *DB) Transact(ctx context.Context, writes ...Write) error {
	if len(writes) == 0 {
		return nil
	}
	if len(writes) > maxTransact {
		return fmt.Errorf("dynamo: a transaction of %d writes, the limit is %d", len(writes), maxTransact)
	}
	in := &dynamodb.TransactWriteItemsInput{
		TransactItems: make([]types.TransactWriteItem, len(writes)), ClientRequestToken: aws.String(uuid.NewString()),
		ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
	}
	for i, w := range writes {
		in.TransactItems[i] = db.transactItem(w)
	}
	err := db.try(ctx, opTransact, writes[0].Table, func(ctx context.Context) (used, error) {
		out, err := db.api.TransactWriteItems(ctx, in)
		if err != nil {
			return nil, err
		}
		return out.ConsumedCapacity, nil
	})
	if err == nil {
		db.tell(writes)
	}
	return err
}

func (db *DB) transactItem(w Write) types.TransactWriteItem {
	table, condition, failure := db.name(w.Table), text(w.If), onFailure(w.If)
	switch {
	case w.Put != nil:
		return types.TransactWriteItem{Put: &types.Put{
			TableName: table, Item: w.Put.with(w.Key), ConditionExpression: condition,
			ExpressionAttributeNames: w.Names, ExpressionAttributeValues: w.Values, ReturnValuesOnConditionCheckFailure: failure,
		}}
	case w.Update != "":
		return types.TransactWriteItem{Update: &types.Update{
			TableName: table, Key: w.Key.attributes(), UpdateExpression: &w.Update, ConditionExpression: condition,
			ExpressionAttributeNames: w.Names, ExpressionAttributeValues: w.Values, ReturnValuesOnConditionCheckFailure: failure,
		}}
	case w.Delete:
		return types.TransactWriteItem{Delete: &types.Delete{
			TableName: table, Key: w.Key.attributes(), ConditionExpression: condition,
			ExpressionAttributeNames: w.Names, ExpressionAttributeValues: w.Values, ReturnValuesOnConditionCheckFailure: failure,
		}}
	}
	return types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
		TableName: table, Key: w.Key.attributes(), ConditionExpression: condition,
		ExpressionAttributeNames: w.Names, ExpressionAttributeValues: w.Values, ReturnValuesOnConditionCheckFailure: failure,
	}}
}

// OnPut has fn called with the key of each item that a transaction of this process
// has put into the table, once it is there. fn must not wait.
func (db *DB) OnPut(table string, fn func(Key)) {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.onPuts[table] = append(db.onPuts[table], fn)
}

func (db *DB) tell(writes []Write) {
	db.mu.Lock()
	defer db.mu.Unlock()
	for _, w := range writes {
		if w.Put == nil {
			continue
		}
		for _, fn := range db.onPuts[w.Table] {
			fn(w.Key)
		}
	}
}
