package queue

import (
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
)

// The queues. Each has its own workers, so that one kind of work cannot starve
// another.
const (
	// Events is for handlers that are quick.
	Events = "events"
	// Fanout is for pages of fan-outs: one page of every author at a time.
	Fanout = "fanout"
	// Moves is for moving edges and filling timelines.
	Moves = "moves"
	// Bulk is for what follows of bulk loads: it makes way for all else.
	Bulk = "bulk"
	// Upkeep is for periodic work.
	Upkeep = "upkeep"
	// CheckIns is for the posts of check-ins: a rush of them waits here, and holds up
	// nothing else.
	CheckIns = "checkins"
)

// Subscription says that a noun hears of an event.
type Subscription struct {
	// Event is the name of the envelope's body field.
	Event string
	// Consumer is the noun that listens.
	Consumer string
	// Queue is where its jobs wait.
	Queue string
}

// Topic names the handler.
func (s Subscription) Topic() string { return s.Consumer + "." + s.Event }

// Subscriptions is who listens to what in every deployment.
var Subscriptions = []Subscription{
	{Event: "post_created", Consumer: "timeline", Queue: Events},
	{Event: "follows_changed", Consumer: "timeline", Queue: Moves},
	{Event: "follows_loaded", Consumer: "timeline", Queue: Bulk},
	{Event: "account_deleted", Consumer: "graph", Queue: Events},
	{Event: "account_deleted", Consumer: "post", Queue: Events},
	{Event: "account_deleted", Consumer: "timeline", Queue: Events},
	{Event: "account_deleted", Consumer: "campaign", Queue: Events},
	{Event: "account_deleted", Consumer: "review", Queue: Events},
	{Event: "media_held", Consumer: "media", Queue: Events},
	{Event: "media_released", Consumer: "media", Queue: Events},
	{Event: "checked_in", Consumer: "campaign", Queue: CheckIns},
	{Event: "check_in_voided", Consumer: "campaign", Queue: CheckIns},
}

// SubscribersOf lists who listens to an event, by its name.
func SubscribersOf(event string) []Subscription {
	var subs []Subscription
	for _, s := range Subscriptions {
		if s.Event == event {
			subs = append(subs, s)
		}
	}
	return subs
}

// nameOf is the name of an event's body field; "" where it has none.
func nameOf(ev *eventv1.Event) string {
	m := ev.ProtoReflect()
	body := m.WhichOneof(m.Descriptor().Oneofs().ByName("body"))
	if body == nil {
		return ""
	}
	return string(body.Name())
}
