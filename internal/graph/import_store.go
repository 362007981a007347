package graph

import (
	"context"

	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
)

const (
	// maxStored is how many rows are handed to the store at most: waiting messages
	// are stored together, as the counts of an account then change once for all.
	maxStored = 20_000
	// maxRefusals is how many refused rows are named.
	maxRefusals = 100
)

// importer stores the edges of a stream.
type importer struct {
	store Store
	// fresh says that the rows before were all new, so that those to come are
	// likely to be so too.
	fresh  bool
	answer *graphv1.ImportFollowsResponse
}

func (im *importer) run(ctx context.Context, in <-chan importBatch) error {
	for b := range in {
		for len(b.rows) < maxStored {
			next, ok := waiting(in)
			if !ok {
				break
			}
			b = b.join(next)
		}
		if err := im.keep(ctx, b); err != nil {
			return err
		}
	}
	return nil
}

func (im *importer) keep(ctx context.Context, b importBatch) error {
	var done Stored
	if len(b.rows) > 0 {
		var err error
		if done, err = im.store.StoreRows(ctx, b.rows, im.fresh); err != nil {
			return err
		}
		im.fresh = done.Created == done.Edges
	}
	im.answer.Rows += b.received
	im.answer.AccountsCreated += b.created
	im.answer.FollowsCreated += int64(done.Created)
	im.refuse(b.refused)
	im.refuse(done.Refused)
	return nil
}

func (im *importer) refuse(rows []Refusal) {
	im.answer.Refused += int64(len(rows))
	for _, r := range rows[:min(len(rows), maxRefusals-len(im.answer.GetRefusals()))] {
		im.answer.Refusals = append(im.answer.Refusals, &graphv1.ImportFollowsResponse_Refusal{Line: r.Line, Reason: r.Reason})
	}
}
