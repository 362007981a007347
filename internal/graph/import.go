package graph

import (
	"context"
	"time"

	"connectrpc.com/connect"
	"golang.org/x/sync/errgroup"

	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	"github.com/throng-social/throng/internal/fault"
)

const (
	// maxImports is how many streams are imported at once in a process.
	maxImports = 4
	// maxStreamRows is how many rows one stream may carry.
	maxStreamRows = 1_000_000
	// queuedMessages is how far each stage of an import may run ahead of the next.
	queuedMessages = 16
)

type importMessage = []*graphv1.ImportFollowsRequest_Row

// ImportFollows implements graphv1connect.GraphServiceHandler.
//
// Three stages work at the same time: one reads messages, one turns handles into
// accounts, one stores edges. A slow stage holds up those before it, down to the
// client. When one fails, all end, and what was stored before stays.
func (s *Service) ImportFollows(ctx context.Context, stream *connect.ClientStream[graphv1.ImportFollowsRequest]) (*graphv1.ImportFollowsResponse, error) {
	select {
	case s.imports <- struct{}{}:
		defer func() { <-s.imports }()
	default:
		return nil, fault.New(fault.Exhausted, "imports_busy", "too many imports are under way").After(5 * time.Second)
	}
	stages, ctx := errgroup.WithContext(ctx)
	messages, batches := make(chan importMessage, queuedMessages), make(chan importBatch, queuedMessages)
	resolving := resolver{users: s.users, known: handles{}}
	storing := importer{store: s.store, fresh: true, answer: &graphv1.ImportFollowsResponse{}}
	stages.Go(func() error {
		defer close(batches)
		return resolving.run(ctx, messages, batches)
	})
	stages.Go(func() error { return storing.run(ctx, batches) })

	err := receive(ctx, stream, messages, s.streamRows)
	close(messages)
	if failed := stages.Wait(); failed != nil {
		return nil, failed
	}
	return storing.answer, err
}

// receive hands on what the client sends, until it closes the stream.
func receive(ctx context.Context, stream *connect.ClientStream[graphv1.ImportFollowsRequest], out chan<- importMessage, limit int) error {
	for rows := 0; stream.Receive(); {
		m := stream.Msg().GetRows()
		if rows += len(m); rows > limit {
			return fault.New(fault.Invalid, "too_many_rows", "a stream takes at most %d rows; please send the rest in another", limit)
		}
		if err := send(ctx, out, m); err != nil {
			return err
		}
	}
	return stream.Err()
}

func send[T any](ctx context.Context, out chan<- T, v T) error {
	select {
	case out <- v:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// waiting takes what is there already.
func waiting[T any](in <-chan T) (v T, ok bool) {
	select {
	case v, ok = <-in:
		return v, ok
	default:
		return v, false
	}
}
