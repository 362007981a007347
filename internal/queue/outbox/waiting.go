package outbox

import (
	"context"

	"github.com/throng-social/throng/internal/dynamo"
)

// Waiting counts the messages that the sink has not taken yet. It reads them all, so
// it is for tests and experiments that wait until all is delivered.
func Waiting(ctx context.Context, db *dynamo.DB) (n int64, err error) {
	for i := range shards {
		for _, err := range db.Each(ctx, dynamo.Primary, dynamo.Query{Table: dynamo.Outbox, PK: partition(i), Attributes: []string{"pk"}}) {
			if err != nil {
				return n, err
			}
			n++
		}
	}
	return n, nil
}
