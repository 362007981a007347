package queue

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
)

// Message is an event or a task in the form in which it is stored and carried.
type Message struct {
	// ID is a UUIDv7, the event's own or the task's.
	ID string
	// Event is the name of the event, as in Subscription; "" for a task.
	Event string
	// Topic and Queue say what is to be done with a task, and where it waits.
	Topic, Queue string
	// Payload is protobuf.
	Payload []byte
	// Trace is the traceparent of whoever made it.
	Trace string
}

// Seal fills in the envelope of ev and makes a message of it. Nobody may subscribe to
// it: SubscribersOf tells.
func Seal(ctx context.Context, ev *eventv1.Event) (Message, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return Message{}, err
	}
	ev.Id, ev.OccurredAt, ev.Traceparent = id.String(), timestamppb.New(time.Now()), traceparent(ctx)
	m := Message{ID: ev.GetId(), Event: nameOf(ev), Trace: ev.GetTraceparent()}
	m.Payload, err = proto.Marshal(ev)
	if err != nil {
		return Message{}, err
	}
	return m, m.check()
}

// Pack makes a message of a task.
func Pack(ctx context.Context, t Task) (Message, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return Message{}, err
	}
	m := Message{ID: id.String(), Topic: t.Topic, Queue: t.Queue, Trace: traceparent(ctx)}
	m.Payload, err = proto.Marshal(t.Message)
	if err != nil {
		return Message{}, err
	}
	return m, m.check()
}

func (m Message) check() error {
	if len(m.Payload) > maxPayload {
		return fmt.Errorf("queue: a message of %s%s has %d bytes, the limit is %d", m.Event, m.Topic, len(m.Payload), maxPayload)
	}
	return nil
}

func traceparent(ctx context.Context) string {
	carrier := propagation.MapCarrier{}
	otel.GetTextMapPropagator().Inject(ctx, carrier)
	return carrier["traceparent"]
}
