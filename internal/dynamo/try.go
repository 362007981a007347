package dynamo

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

const (
	// Conflicts end as soon as the other transaction does, throttling when its cause
	// does.
	leastConflictPause = 5 * time.Millisecond
	leastPause         = 20 * time.Millisecond
	maxPause           = time.Second
)

// used is what one request took, by table.
type used = []types.ConsumedCapacity

// try runs one request until it succeeds, fails for good, or the budget is spent.
func (db *DB) try(ctx context.Context, operation, table string, request func(context.Context) (used, error)) error {
	bounded, cancel := context.WithTimeout(ctx, db.config.Budget)
	defer cancel()
	for tries := 0; ; tries++ {
		err := db.once(bounded, operation, table, request)
		if err == nil {
			if !reads[operation] {
				db.wrote(ctx)
			}
			return nil
		}
		k := kindOf(err)
		if k == final || !pause(bounded, k, tries) {
			return asFault(ctx, err)
		}
	}
}

func (db *DB) once(ctx context.Context, operation, table string, request func(context.Context) (used, error)) error {
	ctx, cancel := context.WithTimeout(ctx, db.config.TryTime)
	defer cancel()
	u, err := request(ctx)
	db.count(operation, table, u, err)
	return err
}

// pause waits longer each time, somewhere between nothing and twice the mean, so that those who
// met do not meet again. It says no when the budget would not last.
func pause(ctx context.Context, k kind, tries int) bool {
	least := leastPause
	if k == contended {
		least = leastConflictPause
	}
	return wait(ctx, 1+rand.N(min(least<<min(tries, 10), maxPause)))
}

// wait waits for d, or says no where the context ends before.
func wait(ctx context.Context, d time.Duration) bool {
	if until, ok := ctx.Deadline(); ok && time.Until(until) <= d {
		return false
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
