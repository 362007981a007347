package dynamo

import (
	"context"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/throng-social/throng/internal/consistency"
)

// Names of operations, as they are counted.
const (
	opGet        = "GetItem"
	opBatchGet   = "BatchGetItem"
	opQuery      = "Query"
	opScan       = "Scan"
	opPut        = "PutItem"
	opUpdate     = "UpdateItem"
	opDelete     = "DeleteItem"
	opBatchWrite = "BatchWriteItem"
	opTransact   = "TransactWriteItems"
)

// maxBatchGet is how many keys one request may name.
const maxBatchGet = 100

// Get reads one item; nil where there is none.
func (db *DB) Get(ctx context.Context, from Copy, table string, key Key) (Item, error) {
	strong, promise := db.look(ctx, from)
	var out *dynamodb.GetItemOutput
	err := db.try(ctx, opGet, table, func(ctx context.Context) (u used, err error) {
		out, err = db.api.GetItem(ctx, &dynamodb.GetItemInput{
			TableName: db.name(table), Key: key.attributes(), ConsistentRead: &strong,
			ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
		})
		return one(out, err, func() *types.ConsumedCapacity { return out.ConsumedCapacity }), err
	})
	if err != nil {
		return nil, err
	}
	items := db.living(ctx, promise, []map[string]Value{out.Item})
	if len(items) == 0 {
		return nil, nil
	}
	return items[0], nil
}

// one is the capacity that an answer names, if there is an answer that names any.
func one[T any](out *T, err error, capacity func() *types.ConsumedCapacity) used {
	if err != nil || out == nil {
		return nil
	}
	if c := capacity(); c != nil {
		return used{*c}
	}
	return nil
}

// BatchGet reads many items of a table; those that are not there are missing from
// the answer, which has no order. Keys that are named twice are read once.
func (db *DB) BatchGet(ctx context.Context, from Copy, table string, keys []Key, attributes ...string) (map[Key]Item, error) {
	strong, promise := db.look(ctx, from)
	found := make(map[Key]Item, len(keys))
	wanted := distinct(keys)
	for len(wanted) > 0 {
		n := min(len(wanted), maxBatchGet)
		request := &types.KeysAndAttributes{ConsistentRead: &strong, Keys: wanted[:n]}
		request.ProjectionExpression, request.ExpressionAttributeNames = project(attributes, nil, attrPK, attrSK, attrStamp, attrExpiry)
		items, err := db.batchGet(ctx, table, request)
		if err != nil {
			return nil, err
		}
		for _, i := range db.living(ctx, promise, items) {
			found[i.Key()] = i
		}
		wanted = wanted[n:]
	}
	return found, nil
}

func distinct(keys []Key) []map[string]Value {
	seen := make(map[Key]bool, len(keys))
	all := make([]map[string]Value, 0, len(keys))
	for _, k := range keys {
		if !seen[k] {
			seen[k] = true
			all = append(all, k.attributes())
		}
	}
	return all
}

// batchGet asks again for what was left undone. That some was left is throttling of
// a part, and the pauses grow as long as nothing at all comes.
func (db *DB) batchGet(ctx context.Context, table string, request *types.KeysAndAttributes) ([]map[string]Value, error) {
	name := *db.name(table)
	var items []map[string]Value
	err := db.try(ctx, opBatchGet, table, func(ctx context.Context) (used, error) {
		out, err := db.api.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
			RequestItems: map[string]types.KeysAndAttributes{name: *request}, ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
		})
		if err != nil {
			return nil, err
		}
		items = append(items, out.Responses[name]...)
		left := out.UnprocessedKeys[name].Keys
		if len(left) == 0 {
			return out.ConsumedCapacity, nil
		}
		request.Keys = left
		return out.ConsumedCapacity, errUndone
	})
	return items, err
}

// Query reads items of one partition in the order of their sort keys.
type Query struct {
	Table string
	PK    string
	// Prefix is what the sort keys begin with; or else
	Prefix string
	// From and To are the least and the greatest sort key, both included; "" is no
	// bound.
	From, To string
	// After is the sort key from which to go on, itself excluded; "" is the beginning.
	After string
	// Backwards begins with the greatest sort key.
	Backwards bool
	// Limit is how many items are looked at; 0 is as many as there are in one
	// megabyte.
	Limit int
	// Filter drops items after they were looked at, and paid for. Names and Values
	// belong to it.
	Filter string
	Names  map[string]string
	Values Item
	// Attributes are the ones to read; empty is all. Keys, stamp and expiry come always.
	Attributes []string
}

// Page is an answer to a Query.
type Page struct {
	Items []Item
	// After is where the next page goes on; "" where there is none. A page may be
	// empty and have a next one.
	After string
}

// Query reads one page.
func (db *DB) Query(ctx context.Context, from Copy, q Query) (Page, error) {
	strong, promise := db.look(ctx, from)
	in := q.input(db.name(q.Table), strong)
	var out *dynamodb.QueryOutput
	err := db.try(ctx, opQuery, q.Table, func(ctx context.Context) (u used, err error) {
		out, err = db.api.Query(ctx, in)
		return one(out, err, func() *types.ConsumedCapacity { return out.ConsumedCapacity }), err
	})
	if err != nil {
		return Page{}, err
	}
	q.complete(out.Items)
	return Page{Items: db.living(ctx, promise, out.Items), After: Item(out.LastEvaluatedKey).Str(attrSK)}, nil
}

// complete adds the partition key where it was not asked for: it is the same in all
// items, and would be a third of what a small one takes on its way.
func (q Query) complete(items []map[string]Value) {
	pk := S(q.PK)
	for _, i := range items {
		i[attrPK] = pk
	}
}

// Each reads page after page until the caller has enough or there are no more. It
// ends with the first error.
func (db *DB) Each(ctx context.Context, from Copy, q Query) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		for more := true; more; more = q.After != "" {
			page, err := db.Query(ctx, from, q)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, i := range page.Items {
				if !yield(i, nil) {
					return
				}
			}
			q.After = page.After
		}
	}
}

func (q Query) input(table *string, strong bool) *dynamodb.QueryInput {
	key, values := q.condition()
	maps.Copy(values, q.Values)
	projection, names := project(q.Attributes, q.Names, attrSK, attrStamp, attrExpiry)
	in := &dynamodb.QueryInput{
		TableName: table, ConsistentRead: &strong, ScanIndexForward: aws.Bool(!q.Backwards),
		KeyConditionExpression: &key, ExpressionAttributeValues: values,
		ProjectionExpression: projection, ExpressionAttributeNames: names,
		ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
	}
	if q.Filter != "" {
		in.FilterExpression = &q.Filter
	}
	if q.Limit > 0 {
		in.Limit = aws.Int32(int32(min(q.Limit, 1<<20)))
	}
	if q.After != "" {
		in.ExclusiveStartKey = Key{q.PK, q.After}.attributes()
	}
	return in
}

// condition names its values with :k, which callers do not use.
func (q Query) condition() (string, Item) {
	values := Item{":kp": S(q.PK)}
	add := func(name, value string) { values[name] = S(value) }
	switch {
	case q.Prefix != "":
		add(":ks", q.Prefix)
		return "pk = :kp AND begins_with(sk, :ks)", values
	case q.From != "" && q.To != "":
		add(":kf", q.From)
		add(":kt", q.To)
		return "pk = :kp AND sk BETWEEN :kf AND :kt", values
	case q.From != "":
		add(":kf", q.From)
		return "pk = :kp AND sk >= :kf", values
	case q.To != "":
		add(":kt", q.To)
		return "pk = :kp AND sk <= :kt", values
	}
	return "pk = :kp", values
}

// project names attributes by number, as many of their names are reserved words.
func project(attributes []string, names map[string]string, always ...string) (*string, map[string]string) {
	if len(attributes) == 0 {
		return nil, names
	}
	all := make(map[string]string, len(attributes)+len(names)+4)
	maps.Copy(all, names)
	parts := make([]string, 0, len(attributes)+4)
	seen := map[string]bool{}
	for _, a := range slices.Concat(always, attributes) {
		if seen[a] {
			continue
		}
		seen[a] = true
		part := "#p" + strconv.Itoa(len(parts))
		all[part] = a
		parts = append(parts, part)
	}
	return aws.String(strings.Join(parts, ", ")), all
}

// living tells the session what was read and drops what has ended.
func (db *DB) living(ctx context.Context, promise consistency.Position, raw []map[string]Value) []Item {
	now := db.clock.time()
	items := make([]Item, 0, len(raw))
	for _, i := range raw {
		if len(i) > 0 {
			items = append(items, i)
		}
	}
	db.saw(ctx, promise, items)
	return slices.DeleteFunc(items, func(i Item) bool { return i.ended(now) })
}
