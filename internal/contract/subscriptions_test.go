package contract_test

import (
	"testing"

	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	"github.com/throng-social/throng/internal/queue"
)

func TestSubscriptionsAreToEventsThatThereAreAndEachHasOne(t *testing.T) {
	t.Parallel()
	unheard := map[string]bool{}
	bodies := (&eventv1.Event{}).ProtoReflect().Descriptor().Oneofs().ByName("body").Fields()
	for i := range bodies.Len() {
		unheard[string(bodies.Get(i).Name())] = true
	}
	queues, topics := queue.DefaultLimits(), map[string]bool{}
	for _, s := range queue.Subscriptions {
		if _, ok := unheard[s.Event]; !ok {
			t.Errorf("%s subscribes to %s, which is no event", s.Consumer, s.Event)
		}
		unheard[s.Event] = false
		if topics[s.Topic()] {
			t.Errorf("%s stands twice", s.Topic())
		}
		topics[s.Topic()] = true
		if queues[s.Queue] == 0 {
			t.Errorf("%s waits in %s, where nobody works", s.Topic(), s.Queue)
		}
	}
	for event, nobody := range unheard {
		if nobody {
			t.Errorf("nobody hears of %s", event)
		}
	}
}
