package queue

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/riverqueue/river"
)

// Where the deployment's queue is not River, what nouns on Postgres announce still
// has to be kept in their transactions. Then a job of River holds the messages, and its
// handler hands them to the other queue.
const (
	// TopicRelay is what such a job is called.
	TopicRelay = "queue.relay"
	// Relay is where it waits.
	Relay = "relay"
	// relayedMessages and relayedBytes bound one job: they go in one batch.
	relayedMessages = 10
	relayedBytes    = 200 << 10
)

// NewRelayed makes a publisher whose messages a worker hands to another queue.
func NewRelayed() *Publisher {
	p := NewPublisher()
	p.relayed = true
	return p
}

// RelayTo handles what a publisher of NewRelayed has stored.
func RelayTo(b Backend) Handler {
	return func(ctx context.Context, payload []byte) error {
		var messages []Message
		if err := json.Unmarshal(payload, &messages); err != nil {
			return fmt.Errorf("read the messages: %w", err)
		}
		return b.Accept(ctx, messages)
	}
}

// relays are jobs that hold messages, as many in each as make one batch.
func relays(messages []Message) ([]river.InsertManyParams, error) {
	var jobs []river.InsertManyParams
	for len(messages) > 0 {
		n, bytes := 0, 0
		for n < min(len(messages), relayedMessages) && (n == 0 || bytes+len(messages[n].Payload) <= relayedBytes) {
			bytes += len(messages[n].Payload)
			n++
		}
		payload, err := json.Marshal(messages[:n])
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, insertion(TopicRelay, Relay, Message{Payload: payload, Trace: messages[0].Trace}))
		messages = messages[n:]
	}
	return jobs, nil
}
