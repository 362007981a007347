package weather

import (
	"context"
	"time"

	"connectrpc.com/connect"
	"golang.org/x/sync/errgroup"

	weatherv1 "github.com/throng-social/throng/gen/go/throng/weather/v1"
	"github.com/throng-social/throng/internal/fault"
)

const (
	// maxImports is how many streams are taken at once in a process.
	maxImports = 4
	// queuedMessages is how many messages may be read while one is stored.
	queuedMessages = 2
	// maxRefusals is how many refused observations are named.
	maxRefusals = 100
)

// RecordObservations implements weatherv1connect.WeatherServiceHandler.
//
// One stage reads messages and checks them, one finds their places, one stores them. A
// slow one holds up the others, down to the client. When one fails, all end, and what was
// stored before stays.
func (s *Service) RecordObservations(
	ctx context.Context, stream *connect.ClientStream[weatherv1.RecordObservationsRequest],
) (*weatherv1.RecordObservationsResponse, error) {
	select {
	case s.imports <- struct{}{}:
		defer func() { <-s.imports }()
	default:
		return nil, fault.New(fault.Exhausted, "imports_busy", "too many imports are under way").After(5 * time.Second)
	}
	stages, ctx := errgroup.WithContext(ctx)
	messages, batches := make(chan *weatherv1.RecordObservationsRequest, queuedMessages), make(chan *batch, 1)
	storing := newRecorder(s)
	stages.Go(func() error {
		defer close(batches)
		return storing.prepareAll(ctx, messages, batches)
	})
	stages.Go(func() error { return storing.storeAll(ctx, batches) })

	err := receive(ctx, stream, messages)
	close(messages)
	if failed := stages.Wait(); failed != nil {
		return nil, failed
	}
	return storing.answer, err
}

// receive hands on what the client sends, until it closes the stream.
func receive(ctx context.Context, stream *connect.ClientStream[weatherv1.RecordObservationsRequest], out chan<- *weatherv1.RecordObservationsRequest) error {
	for stream.Receive() {
		select {
		case out <- stream.Msg():
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return stream.Err()
}

// recorder stores the messages of a stream.
type recorder struct {
	service *Service
	// known are places by their names as they were sent, years those that have a
	// partition. Both only ever hold what was committed and does not change, and belong
	// to the stage that prepares.
	known map[string]target
	years map[int]bool
	// answer belongs to the stage that stores.
	answer *weatherv1.RecordObservationsResponse
}

func newRecorder(s *Service) *recorder {
	return &recorder{service: s, known: map[string]target{}, years: map[int]bool{}, answer: &weatherv1.RecordObservationsResponse{}}
}

func (r *recorder) prepareAll(ctx context.Context, in <-chan *weatherv1.RecordObservationsRequest, out chan<- *batch) error {
	for m := range in {
		b, err := r.prepare(ctx, m)
		if err != nil {
			return err
		}
		select {
		case out <- b:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (r *recorder) storeAll(ctx context.Context, in <-chan *batch) error {
	for b := range in {
		if err := r.store(ctx, b); err != nil {
			return err
		}
		r.answer.Observations += b.arrived
		r.answer.LocationsCreated += b.locations
		r.answer.Created += b.created
		r.answer.Corrected += b.corrected
		r.answer.Refused += int64(len(b.refused))
		r.answer.Refusals = append(r.answer.Refusals, b.refused[:min(len(b.refused), maxRefusals-len(r.answer.GetRefusals()))]...)
	}
	return nil
}
