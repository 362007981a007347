package dynamo

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Count is how much one operation on one table has been used since the start.
type Count struct {
	Operation, Table string
	// Requests counts every try.
	Requests int64
	// Throttled, Failed and Conflicts are those of them that were tried again, or would
	// have been with more time.
	Throttled, Failed, Conflicts int64
	// ReadUnits and WriteUnits are what DynamoDB says it charges.
	ReadUnits, WriteUnits float64
}

type counts struct {
	mu  sync.Mutex
	all map[[2]string]*Count
}

func (c *counts) of(operation, table string) *Count {
	n := c.all[[2]string{operation, table}]
	if n == nil {
		if c.all == nil {
			c.all = map[[2]string]*Count{}
		}
		n = &Count{Operation: operation, Table: table}
		c.all[[2]string{operation, table}] = n
	}
	return n
}

// count notes one try. A transaction over several tables is a request of its first
// one, and takes units of each.
func (db *DB) count(operation, table string, u used, err error) {
	c := &db.counts
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, taken := range u {
		n := c.of(operation, strings.TrimPrefix(aws.ToString(taken.TableName), db.config.Prefix))
		if reads[operation] {
			n.ReadUnits += aws.ToFloat64(taken.CapacityUnits)
		} else {
			n.WriteUnits += aws.ToFloat64(taken.CapacityUnits)
		}
	}
	n := c.of(operation, table)
	n.Requests++
	if err == nil {
		return
	}
	switch kindOf(err) {
	case busy:
		n.Throttled++
	case lost:
		n.Failed++
	case contended:
		n.Conflicts++
	case final:
	}
}

var reads = map[string]bool{opGet: true, opBatchGet: true, opQuery: true, opScan: true}

// Counts are all so far, by operation and table; for metrics.
func (db *DB) Counts() []Count {
	db.counts.mu.Lock()
	defer db.counts.mu.Unlock()
	all := make([]Count, 0, len(db.counts.all))
	for _, n := range db.counts.all {
		all = append(all, *n)
	}
	slices.SortFunc(all, func(a, b Count) int {
		return cmp.Or(cmp.Compare(a.Operation, b.Operation), cmp.Compare(a.Table, b.Table))
	})
	return all
}
