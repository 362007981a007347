package contract_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/throng-social/throng/cdk"
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

// The stack of AWS is a module of its own that cannot see the table of subscriptions.
func TestTheStackHasATopicForEachEventAndAQueueForEachSubscriptionAndKindOfTask(t *testing.T) {
	t.Parallel()
	declared, err := cdk.Read("x-")
	if err != nil {
		t.Fatal(err)
	}
	var subscriptions []cdk.Subscription
	var queues, topics []string
	add := func(name string) { queues = append(queues, name, name+"-dead") }
	for _, s := range queue.Subscriptions {
		sub := cdk.Subscription{Topic: "x-" + s.Event, Queue: "x-" + s.Consumer + "-" + s.Event}
		subscriptions = append(subscriptions, sub)
		topics = append(topics, sub.Topic)
		add(sub.Queue)
	}
	for kind := range queue.DefaultLimits() {
		add("x-task-" + kind)
	}
	var got []string
	for _, q := range declared.Queues {
		got = append(got, q.Name)
		if !strings.HasSuffix(q.Name, "-dead") && (q.Dead != q.Name+"-dead" || q.Tries != queue.MaxTries || q.Visibility < 2*queue.TryTime) {
			t.Errorf("a queue is %+v", q)
		}
	}
	same(t, "queues", got, queues)
	same(t, "topics", declared.Topics, slices.Compact(slices.Sorted(slices.Values(topics))))
	text := func(s cdk.Subscription) string { return s.Topic + " to " + s.Queue }
	same(t, "subscriptions", texts(declared.Subscriptions, text), texts(subscriptions, text))
}

func texts[T any](all []T, text func(T) string) []string {
	list := make([]string, len(all))
	for i, one := range all {
		list[i] = text(one)
	}
	return list
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s of the stack are %v, want %v", what, got, want)
	}
}
