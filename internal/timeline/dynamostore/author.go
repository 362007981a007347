package dynamostore

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/timeline"
)

// Attributes of an author, besides epoch and stamp.
const (
	attrPulled = "p"
	// attrFlipped is when he was flipped last, attrFlip the number of that flip.
	attrFlipped = "f"
	attrFlip    = "x"
	attrPosted  = "po"
	attrBurst   = "bu"
	attrCounted = "ca"
	attrRevised = "rv"
	// attrRegistered says that he is in the register.
	attrRegistered = "r"
	// attrCount counts all flips.
	attrCount = "c"
)

// author is the item of one.
type author struct {
	epoch, flip int64
	pulled      bool
	flippedAt   time.Time
	registered  bool
}

func authorOf(i dynamo.Item) author {
	return author{
		epoch: i.Int(attrEpoch), flip: i.Int(attrFlip), pulled: i.Bool(attrPulled), flippedAt: timeOf(i, attrFlipped),
		registered: i.Bool(attrRegistered),
	}
}

func (s *Store) author(ctx context.Context, id uuid.UUID) (author, error) {
	i, err := s.db.Get(ctx, dynamo.Primary, dynamo.Timeline, authorKey(id))
	return authorOf(i), err
}

// lingers says that reads may still count on what is written to edges of an epoch
// before.
func (s *Store) lingers(a author) bool { return time.Since(a.flippedAt) < s.config.Linger }

// FindAuthor implements timeline.Store.
func (s *Store) FindAuthor(ctx context.Context, id uuid.UUID) (timeline.AuthorState, error) {
	a, err := s.author(ctx, id)
	return timeline.AuthorState{Pulled: a.pulled, Unread: a.pulled && !s.lingers(a)}, err
}

// FlipAuthor implements timeline.Store.
func (s *Store) FlipAuthor(ctx context.Context, id uuid.UUID, pulled bool) (flipped bool, err error) {
	err = again(ctx, func() (bool, error) {
		items, err := s.db.BatchGet(ctx, dynamo.Primary, dynamo.Timeline, []dynamo.Key{authorKey(id), {PK: flips, SK: self}})
		if err != nil {
			return false, err
		}
		old := items[authorKey(id)]
		if old.Bool(attrPulled) == pulled {
			return true, nil
		}
		next := author{epoch: authorOf(old).epoch + 1, pulled: pulled, flippedAt: time.Now()}
		err = s.flip(ctx, id, old, items[dynamo.Key{PK: flips, SK: self}], next)
		if unmet(err) {
			return false, nil
		}
		flipped = err == nil
		return true, err
	})
	return flipped, err
}

// flip is one transaction: the author's epoch, the number of the flip, and its item in
// place of the author's last one.
func (s *Store) flip(ctx context.Context, id uuid.UUID, old, count dynamo.Item, next author) error {
	defer s.epochs.end()
	ctx, cancel := context.WithTimeout(ctx, s.config.FlipTime)
	defer cancel()
	stamp, was, n := s.db.Stamp(ctx), authorOf(old), count.Int(attrCount)+1
	epoch, pulled := dynamo.N(next.epoch), dynamo.Bool(next.pulled)
	state := write(authorKey(id))
	state.Update = "SET e = :e, p = :p, f = :f, x = :x, w = :w"
	state.Values = dynamo.Item{":e": epoch, ":p": pulled, ":f": micros(next.flippedAt), ":x": dynamo.N(n), ":w": stamp.Value()}
	state.If = "attribute_not_exists(x)"
	if old.Has(attrFlip) {
		state.If, state.Values[":old"] = "x = :old", dynamo.N(was.flip)
	}
	number := write(dynamo.Key{PK: flips, SK: self})
	number.Update, number.If = "SET c = :n", "attribute_not_exists(c)"
	number.Values = dynamo.Item{":n": dynamo.N(n)}
	if n > 1 {
		number.If, number.Values[":old"] = "c = :old", dynamo.N(n-1)
	}
	news := write(flipKey(n))
	news.Put = dynamo.Item{attrAuthor: dynamo.S(id.String()), attrEpoch: epoch, attrPulled: pulled, "w": stamp.Value()}
	writes := []dynamo.Write{state, number, news}
	if was.flip > 0 {
		last := write(flipKey(was.flip))
		last.Delete = true
		writes = append(writes, last)
	}
	return s.db.Transact(ctx, writes...)
}

// ListPulledAuthors implements timeline.Store.
func (s *Store) ListPulledAuthors(ctx context.Context, after uuid.UUID, limit int) ([]timeline.PulledAuthor, error) {
	known, err := s.epochs.latest(ctx)
	if err != nil {
		return nil, err
	}
	var pulled []timeline.PulledAuthor
	for id, e := range known {
		if e.pulled && compare(id, after) > 0 {
			pulled = append(pulled, timeline.PulledAuthor{Author: id})
		}
	}
	slices.SortFunc(pulled, func(a, b timeline.PulledAuthor) int { return compare(a.Author, b.Author) })
	pulled = pulled[:min(limit, len(pulled))]
	keys := make([]dynamo.Key, len(pulled))
	for i, p := range pulled {
		keys[i] = authorKey(p.Author)
	}
	items, err := s.db.BatchGet(ctx, dynamo.Primary, dynamo.Timeline, keys, attrBurst, attrCounted)
	for i, k := range keys {
		if items[k].Has(attrCounted) {
			pulled[i].Burst, pulled[i].CountedAt = items[k].Float(attrBurst), timeOf(items[k], attrCounted)
		}
	}
	return pulled, err
}

func compare(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }

const (
	// largeAudience is from how many edges on a count is kept, for audienceLife; at
	// most knownAudiences are.
	largeAudience  = 1000
	audienceLife   = 5 * time.Minute
	knownAudiences = 10_000
)

// audiences are large ones, which are counted by reading all their edges.
type audiences struct {
	mu      sync.Mutex
	counted map[uuid.UUID]audience
}

type audience struct {
	n, atMost int
	at        time.Time
}

func (a *audiences) find(id uuid.UUID, atMost int) (n int, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	found := a.counted[id]
	fresh := time.Since(found.at) < audienceLife && (found.n < found.atMost || atMost <= found.n)
	return min(found.n, atMost), fresh
}

func (a *audiences) keep(id uuid.UUID, n, atMost int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.counted == nil || len(a.counted) >= knownAudiences {
		a.counted = map[uuid.UUID]audience{}
	}
	a.counted[id] = audience{n: n, atMost: atMost, at: time.Now()}
}

// CountAudience implements timeline.Store.
func (s *Store) CountAudience(ctx context.Context, id uuid.UUID, atMost int) (int, error) {
	if n, ok := s.audiences.find(id, atMost); ok {
		return n, nil
	}
	n := 0
	q := dynamo.Query{Table: dynamo.Timeline, PK: followers(id), Attributes: []string{attrMode}, Limit: atMost}
	for _, err := range s.db.Each(ctx, dynamo.Reader, q) {
		if err != nil {
			return 0, err
		}
		if n++; n == atMost {
			break
		}
	}
	if n >= largeAudience {
		s.audiences.keep(id, n, atMost)
	}
	return n, nil
}
