package dynamotest

import (
	"encoding/json"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/throng-social/throng/internal/dynamo"
)

var tableNames = dynamo.Tables

// target is the part of a write that says what it changes.
type target struct {
	TableName string
	Key, Item map[string]struct{ S string }
}

// touched lists the items that a write may have changed.
func (l *lag) touched(q request) []change {
	var in struct {
		target
		TransactItems []map[string]target
		RequestItems  map[string][]struct {
			PutRequest    *target
			DeleteRequest *target
		}
	}
	// Other attributes than the keys have other types, which are passed over.
	_ = json.Unmarshal(q.body, &in)
	var all []change
	add := func(table string, t target) {
		if c, ok := l.change(table, t); ok {
			all = append(all, c)
		}
	}
	add(in.TableName, in.target)
	for _, item := range in.TransactItems {
		for kind, t := range item {
			if kind != "ConditionCheck" {
				add(t.TableName, t)
			}
		}
	}
	for table, writes := range in.RequestItems {
		for _, w := range writes {
			if w.PutRequest != nil {
				add(table, *w.PutRequest)
			}
			if w.DeleteRequest != nil {
				add(table, *w.DeleteRequest)
			}
		}
	}
	return all
}

func (l *lag) change(table string, t target) (change, bool) {
	key := t.Key
	if len(key) == 0 {
		key = t.Item
	}
	name, mine := strings.CutPrefix(table, l.origin)
	if !mine || key["pk"].S == "" {
		return change{}, false
	}
	return change{table: name, key: map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: key["pk"].S},
		"sk": &types.AttributeValueMemberS{Value: key["sk"].S},
	}}, true
}
