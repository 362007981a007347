package timeline_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/google/uuid"

	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/timeline"
)

// tries is how often a message is delivered at the end of a history, when nothing
// disturbs it any more.
const tries = 10

// message is one of the queue's. The test delivers it: in any order, more than
// once, and not to its end.
type message struct {
	topic   string
	payload []byte
	number  int
	handled bool
	// post is the one that it delivers; nil for other work.
	post *written
}

func (m *message) String() string {
	return strings.TrimPrefix(m.topic, "timeline.") + " " + fmt.Sprint(m.number)
}

// collect takes new messages out of the queue's table.
func (h *history) collect() error {
	if h.tables != nil {
		if err := h.tables.collect(h); err != nil {
			return err
		}
	}
	rows, err := h.sql.Query(h.ctx, `WITH taken AS (DELETE FROM river_job RETURNING id, kind, args) SELECT kind, args FROM taken ORDER BY id`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var raw []byte
		m := &message{number: len(h.messages)}
		if err := rows.Scan(&m.topic, &raw); err != nil {
			return err
		}
		var args struct{ Payload []byte }
		if err := json.Unmarshal(raw, &args); err != nil {
			return err
		}
		m.payload = args.Payload
		if err := h.understand(m); err != nil {
			return err
		}
		if strings.HasPrefix(m.topic, "timeline.") {
			h.messages = append(h.messages, m)
		}
	}
	return rows.Err()
}

// understand finds the post that a message delivers. Where one goes on after a
// reader, the fan-out has passed him and those before him.
func (h *history) understand(m *message) error {
	switch m.topic {
	case "timeline.post_created":
		var ev eventv1.Event
		err := proto.Unmarshal(m.payload, &ev)
		m.post = h.find(ev.GetPostCreated().GetPostId())
		return err
	case "timeline.fanout_page":
		var p timelinev1.FanoutPage
		if err := proto.Unmarshal(m.payload, &p); err != nil {
			return err
		}
		m.post = h.find(p.GetPostId())
		reader := slices.Index(h.people, uuid.MustParse(p.GetAfterReaderId()))
		m.post.passed = append(m.post.passed, passed{h.people[reader], h.model.tick()})
	}
	return nil
}

func (h *history) find(post string) *written { return h.model.find(uuid.MustParse(post)) }

// pending are the messages that were not handled to their end.
func (h *history) pending() []*message {
	var pending []*message
	for _, m := range h.messages {
		if !m.handled {
			pending = append(pending, m)
		}
	}
	return pending
}

// deliver handles some message, often the last one.
func (h *history) deliver(r *rand.Rand) error {
	pending := h.pending()
	if len(pending) == 0 {
		return h.readSome(r)
	}
	m := pending[len(pending)-1]
	if r.IntN(2) == 0 {
		m = pending[r.IntN(len(pending))]
	}
	return h.goOn(h.delivery(m, r), h.holds(r))
}

// redeliver handles one that was handled before.
func (h *history) redeliver(r *rand.Rand) error {
	if len(h.messages) == 0 {
		return h.readSome(r)
	}
	return h.goOn(h.delivery(h.messages[r.IntN(len(h.messages))], r), h.holds(r))
}

func (h *history) delivery(m *message, r *rand.Rand) *operation {
	o := h.operation("deliver "+m.String(), r, func(ctx context.Context, o *operation) error {
		err := o.process.handlers[m.topic](ctx, m.payload)
		if err != nil {
			if errors.Is(err, timeline.ErrRestless) {
				h.note("the edges keep changing")
				return nil
			}
			return h.pardon(o, err)
		}
		m.handled = true
		if err := h.collect(); err != nil || m.post == nil {
			return err
		}
		if m.post.delivered == never && !slices.ContainsFunc(h.messages, func(other *message) bool { return other.post == m.post && !other.handled }) {
			m.post.delivered = h.model.tick()
		}
		return nil
	})
	o.mortal = true
	return o
}

// diligently does something whose messages may be delivered at once: others then
// find it done.
func (h *history) diligently(do func(*rand.Rand) error) func(*rand.Rand) error {
	return func(r *rand.Rand) error {
		first := len(h.messages)
		if err := do(r); err != nil {
			return err
		}
		if r.IntN(100) >= h.diligence {
			return nil
		}
		if err := h.collect(); err != nil {
			return err
		}
		for i := first; i < len(h.messages); i++ {
			hold := neverHold
			if r.IntN(100) >= h.haste {
				hold = h.holds(r)
			}
			if len(h.held) >= processes-1 {
				return nil
			}
			if err := h.goOn(h.delivery(h.messages[i], r), hold); err != nil {
				return err
			}
		}
		return nil
	}
}

// moveReader is what a queue may have kept for long: the reader's edges are to be
// looked at.
func (h *history) moveReader(r *rand.Rand) error {
	who := h.couple(r).who
	payload, err := proto.Marshal(&timelinev1.MoveReader{ReaderId: h.people[who].String()})
	if err != nil {
		return err
	}
	return h.goOn(h.delivery(&message{topic: "timeline.move_reader", payload: payload}, r), h.holds(r))
}

// upkeep runs what a deployment runs from time to time.
func (h *history) upkeep(topic string) func(r *rand.Rand) error {
	return func(r *rand.Rand) error {
		return h.goOn(h.delivery(&message{topic: "timeline." + topic}, r), h.holds(r))
	}
}

// drain delivers everything in a world at rest.
func (h *history) drain() error {
	for range tries {
		pending := h.pending()
		if len(pending) == 0 {
			return nil
		}
		for _, m := range pending {
			if err := h.goOn(h.delivery(m, nil), neverHold); err != nil {
				return err
			}
		}
	}
	return complaintError(fmt.Sprintf("the model complains: in a world at rest these messages are never done: %v", h.pending()))
}
