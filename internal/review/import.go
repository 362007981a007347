package review

import (
	"context"
	"time"

	"connectrpc.com/connect"
	"golang.org/x/sync/errgroup"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/fault"
)

const (
	// maxImports is how many streams are imported at once in a process.
	maxImports = 4
	// queuedMessages is how many messages may be read while one is stored.
	queuedMessages = 2
	// maxRefusals is how many refused reviews are named.
	maxRefusals = 100
)

// ImportReviews implements reviewv1connect.ReviewServiceHandler.
//
// One stage reads messages and checks them, one stores them. A slow one holds up the
// other, down to the client. When one fails, both end, and what was stored before
// stays.
func (s *Service) ImportReviews(ctx context.Context, stream *connect.ClientStream[reviewv1.ImportReviewsRequest]) (*reviewv1.ImportReviewsResponse, error) {
	select {
	case s.imports <- struct{}{}:
		defer func() { <-s.imports }()
	default:
		return nil, fault.New(fault.Exhausted, "imports_busy", "too many imports are under way").After(5 * time.Second)
	}
	stages, ctx := errgroup.WithContext(ctx)
	messages := make(chan *reviewv1.ImportReviewsRequest, queuedMessages)
	storing := importer{service: s, known: map[string]importTarget{}, worth: map[int64]int64{}, answer: &reviewv1.ImportReviewsResponse{}}
	stages.Go(func() error { return storing.run(ctx, messages) })

	err := receive(ctx, stream, messages)
	close(messages)
	if failed := stages.Wait(); failed != nil {
		return nil, failed
	}
	return storing.answer, err
}

// receive hands on what the client sends, until it closes the stream.
func receive(ctx context.Context, stream *connect.ClientStream[reviewv1.ImportReviewsRequest], out chan<- *reviewv1.ImportReviewsRequest) error {
	for stream.Receive() {
		select {
		case out <- stream.Msg():
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return stream.Err()
}

// importer stores the messages of a stream.
type importer struct {
	service *Service
	// known are products by their keys, worth what helpfulness adds to relevance.
	// Both only ever hold what was committed and does not change.
	known  map[string]importTarget
	worth  map[int64]int64
	answer *reviewv1.ImportReviewsResponse
}

func (im *importer) run(ctx context.Context, in <-chan *reviewv1.ImportReviewsRequest) error {
	for m := range in {
		b, err := im.keep(ctx, m)
		if err != nil {
			return err
		}
		im.answer.Products += int64(len(m.GetProducts()))
		im.answer.ProductsCreated += int64(len(b.products))
		im.answer.Reviews += int64(len(m.GetReviews()))
		im.answer.ReviewsCreated += int64(len(b.reviews))
		im.answer.Refused += int64(len(b.refused))
		im.answer.Refusals = append(im.answer.Refusals, b.refused[:min(len(b.refused), maxRefusals-len(im.answer.GetRefusals()))]...)
	}
	return nil
}

// storeTries is for messages of which somebody else adds a part at the same time.
const storeTries = 5

// keep stores a message and answers what was new of it. Rows are copied in, which
// fails where another stream has added one since they were looked for. Then it does
// so again while no other stream stores anything.
func (im *importer) keep(ctx context.Context, m *reviewv1.ImportReviewsRequest) (*importBatch, error) {
	for try := 1; ; try++ {
		b, err := im.store(ctx, m, try > 1)
		if err == nil || !fault.Is(err, fault.Exists) || try == storeTries {
			return b, err
		}
	}
}
