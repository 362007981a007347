package dynamo

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// scanPage is how many items a page of a scan has, so that it comes in time for one
// try: a megabyte of small items may not.
const scanPage = 1000

// Scan reads a whole table, page after page, from the primary and in no order: for
// an operator's commands alone.
func (db *DB) Scan(ctx context.Context, table string) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		place := ""
		for more := true; more; more = place != "" {
			var items []Item
			var err error
			if items, place, err = db.ScanPage(ctx, table, place, scanPage); err != nil {
				yield(nil, err)
				return
			}
			for _, i := range items {
				if !yield(i, nil) {
					return
				}
			}
		}
	}
}

// ScanPage is one page of a scan, of at most so many items, which goes on after a
// place of the same table; "" is the beginning, and the end. A page may be empty though
// others follow. What is there throughout a scan comes once, also if a page is read
// again by another process.
func (db *DB) ScanPage(ctx context.Context, table, place string, most int) (items []Item, next string, err error) {
	after, err := parsePlace(place)
	if err != nil {
		return nil, "", err
	}
	out, err := db.scan(ctx, table, after, min(most, scanPage))
	if err != nil {
		return nil, "", err
	}
	now := db.clock.time()
	for _, i := range out.Items {
		if !Item(i).ended(now) {
			items = append(items, i)
		}
	}
	if len(out.LastEvaluatedKey) > 0 {
		next = formatPlace(Item(out.LastEvaluatedKey).Key())
	}
	return items, next, nil
}

func (db *DB) scan(ctx context.Context, table string, after Item, most int) (out *dynamodb.ScanOutput, err error) {
	err = db.try(ctx, opScan, table, func(ctx context.Context) (u used, err error) {
		out, err = db.api.Scan(ctx, &dynamodb.ScanInput{
			TableName: db.name(table), ConsistentRead: aws.Bool(true), ExclusiveStartKey: after, Limit: aws.Int32(int32(most)), //nolint:gosec // at most scanPage
			ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
		})
		return one(out, err, func() *types.ConsumedCapacity { return out.ConsumedCapacity }), err
	})
	return out, err
}

var errPlace = errors.New("no place in a scan")

// A place is the key after which a scan goes on. Sort keys may have any character, so
// they are written in letters.
func formatPlace(k Key) string {
	return k.PK + " " + base64.RawURLEncoding.EncodeToString([]byte(k.SK))
}

func parsePlace(place string) (Item, error) {
	if place == "" {
		return nil, nil
	}
	pk, letters, found := strings.Cut(place, " ")
	sk, err := base64.RawURLEncoding.DecodeString(letters)
	if err != nil || !found || pk == "" || len(sk) == 0 {
		return nil, fmt.Errorf("dynamo: %q: %w", place, errPlace)
	}
	return Key{pk, string(sk)}.attributes(), nil
}

// Clear deletes some items of a table, whatever they are, and tells whether there may
// be more: for an operator's commands alone.
func (db *DB) Clear(ctx context.Context, table string) (more bool, err error) {
	out, err := db.scan(ctx, table, nil, scanPage)
	if err != nil {
		return false, err
	}
	writes := make([]Write, len(out.Items))
	for i, item := range out.Items {
		writes[i] = Write{Table: table, Key: Item(item).Key(), Delete: true}
	}
	return len(out.LastEvaluatedKey) > 0, db.BatchWrite(ctx, table, writes)
}
