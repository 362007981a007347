package dynamostore

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/graph"
	"github.com/throng-social/throng/internal/queue/outbox"
)

// maxTries is how often a change is made anew. One of those that meet each other
// always comes through, so this is for many of them.
const maxTries = 50

var errBusy = fault.New(fault.Unavailable, "conflict", "others changed the same thing; please try again").After(time.Second)

// change is one transaction in the making.
type change struct {
	stamp  dynamo.Stamp
	writes []dynamo.Write
	// about says of each write what it means if its condition does not hold.
	about  []about
	deltas map[uuid.UUID]*delta
	// edges are what began or ended, to be announced, and loaded that it was in bulk.
	edges  []graph.Edge
	loaded bool
}

func (c *change) events() []*eventv1.Event {
	if c.loaded {
		return graph.Loaded(c.edges)
	}
	return graph.Changed(c.edges)
}

// delta is what becomes of an account's counts, and on what condition.
type delta struct {
	graph.Counts
	// turn is set where the account's own follows change.
	turn bool
	// alive refuses the change if the account is gone.
	alive bool
	// limit refuses it if the account follows so many; 0 is no limit.
	limit int64
}

// about is the subject of a condition.
type about struct {
	kind    kind
	edge    graph.Edge
	account uuid.UUID
}

type kind int

const (
	// nothing is for writes without conditions.
	nothing kind = iota
	// apart: the edge must not stand, as it is to begin.
	apart
	// unmoved: the edge, or the block, must be as it was read.
	unmoved
	// unblocked: no block stands between the ends of the edge.
	unblocked
	// countable: the delta's conditions.
	countable
)

func (c *change) add(a about, w dynamo.Write) {
	w.Table = dynamo.Graph
	c.writes = append(c.writes, w)
	c.about = append(c.about, a)
}

// count is the delta of an account, to be added to.
func (c *change) count(account uuid.UUID) *delta {
	d := c.deltas[account]
	if d == nil {
		if c.deltas == nil {
			c.deltas = map[uuid.UUID]*delta{}
		}
		d = &delta{}
		c.deltas[account] = d
	}
	return d
}

const absent = "attribute_not_exists(pk)"

// begin makes an edge stand.
func (c *change) begin(e graph.Edge) {
	c.add(about{kind: apart, edge: e}, dynamo.Write{Key: followKey(e), Put: c.stamped(), If: absent})
	c.add(about{}, dynamo.Write{Key: followerKey(e, c.stamp), Put: c.stamped()})
	c.add(about{kind: unblocked, edge: e}, dynamo.Write{Key: blockKey(e.FollowerID, e.FolloweeID), If: absent})
	from, to := c.count(e.FollowerID), c.count(e.FolloweeID)
	from.Following++
	to.Followers++
	from.turn, from.alive, to.alive = true, true, true
	c.edges = append(c.edges, e)
}

// end ends an edge that has stood since then.
func (c *change) end(e graph.Edge, since dynamo.Stamp) {
	c.add(about{kind: unmoved, edge: e}, dynamo.Write{
		Key: followKey(e), Delete: true, If: "w = :since", Values: dynamo.Item{":since": since.Value()},
	})
	c.add(about{}, dynamo.Write{Key: followerKey(e, since), Delete: true})
	from, to := c.count(e.FollowerID), c.count(e.FolloweeID)
	from.Following--
	to.Followers--
	from.turn = true
	c.edges = append(c.edges, e)
}

// not holds that an edge that was not there is not there.
func (c *change) not(e graph.Edge) {
	c.add(about{kind: unmoved, edge: e}, dynamo.Write{Key: followKey(e), If: absent})
}

func (c *change) stamped() dynamo.Item { return dynamo.Item{"w": c.stamp.Value()} }

// close adds the writes of the counts, in the order of ids.
func (c *change) close() {
	for _, account := range slices.SortedFunc(maps.Keys(c.deltas), func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }) {
		c.add(about{kind: countable, account: account}, c.deltas[account].write(account, c.stamp))
	}
}

func (d *delta) write(account uuid.UUID, stamp dynamo.Stamp) dynamo.Write {
	w := dynamo.Write{
		Key: countsKey(account), Update: "SET w = :w ADD followers :r, following :g",
		Values: dynamo.Item{":w": stamp.Value(), ":r": dynamo.N(d.Followers), ":g": dynamo.N(d.Following)},
	}
	var conditions []string
	if d.turn {
		w.Update = "SET w = :w, f = :w ADD followers :r, following :g"
		conditions = append(conditions, "(attribute_not_exists(f) OR f < :w)")
	}
	if d.alive {
		conditions = append(conditions, "attribute_not_exists(gone)")
	}
	if d.limit > 0 {
		conditions = append(conditions, "(attribute_not_exists(following) OR following < :limit)")
		w.Values[":limit"] = dynamo.N(d.limit)
	}
	w.If = strings.Join(conditions, " AND ")
	return w
}

// refusal is why a change was not made.
type refusal struct {
	// stands and blocked are edges that stand already, or cannot.
	stands, blocked map[graph.Edge]bool
	gone            map[uuid.UUID]bool
	// full says that an account follows as many as it may.
	full bool
	// after is the stamp that the next one must be greater than.
	after dynamo.Stamp
}

// explain reads the conditions that did not hold. Of those that were only out of
// date, it says nothing: the change is to be made anew.
func (c *change) explain(u *dynamo.UnmetError) *refusal {
	r := &refusal{stands: map[graph.Edge]bool{}, blocked: map[graph.Edge]bool{}, gone: map[uuid.UUID]bool{}}
	for i, item := range u.Items {
		switch a := c.about[i]; a.kind {
		case apart:
			r.stands[a.edge] = true
		case unblocked:
			r.blocked[a.edge] = true
		case countable:
			r.explain(a.account, c.deltas[a.account], item)
		case nothing, unmoved:
		}
	}
	return r
}

func (r *refusal) explain(account uuid.UUID, d *delta, item dynamo.Item) {
	if d.alive && item.Bool(attrGone) {
		r.gone[account] = true
	}
	if d.limit > 0 && item.Int(attrFollowing) >= d.limit {
		r.full = true
	}
	if d.turn {
		r.after = max(r.after, dynamo.Stamp(max(0, item.Int(attrTurn))))
	}
}

// try makes the change that fill describes, and again as long as conditions did not
// hold and settle does not say that this is the end of it. A change of nothing is
// made at once.
func (s *Store) try(ctx context.Context, fill func(c *change) error, settle func(r *refusal) (done bool, err error)) error {
	defer s.sawNow(ctx)
	var after dynamo.Stamp
	for range maxTries {
		c := &change{stamp: max(s.db.Stamp(ctx), after+1)}
		if err := fill(c); err != nil {
			return err
		}
		r, err := s.commit(ctx, c)
		if err != nil || r == nil {
			return err
		}
		if done, err := settle(r); done || err != nil {
			return err
		}
		after = max(after, r.after)
	}
	return errBusy
}

// again settles nothing: what was read was out of date.
func again(*refusal) (bool, error) { return false, nil }

// commit makes a change, or says why it was not made.
func (s *Store) commit(ctx context.Context, c *change) (*refusal, error) {
	c.close()
	writes := c.writes
	for _, ev := range c.events() {
		w, err := outbox.Event(ctx, ev)
		if err != nil {
			return nil, err
		}
		writes = append(writes, w)
	}
	err := s.db.Transact(ctx, writes...)
	if u := dynamo.AsUnmet(err); u != nil {
		return c.explain(u), nil
	}
	return nil, err
}
