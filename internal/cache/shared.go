package cache

import (
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	"github.com/throng-social/throng/internal/consistency"
)

// Shared says how the caches of a kind in several processes speak of the same
// things.
type Shared[K comparable, V any] struct {
	// Name is of the kind, without blanks, the same in all processes. It changes
	// where what Encode writes does.
	Name string
	// Key writes a key, without blanks, and Parse reads it.
	Key   func(K) string
	Parse func(string) (K, error)
	// Encode and Decode are for the second level; without them there is none.
	Encode func(V) ([]byte, error)
	Decode func([]byte) (V, error)
}

// ByID is for values that stay in the process.
func ByID[V any](name string) Shared[uuid.UUID, V] {
	return Shared[uuid.UUID, V]{Name: name, Key: uuid.UUID.String, Parse: uuid.Parse}
}

// Messages is for messages that may stand in the second level as well.
func Messages[M proto.Message](name string, empty func() M) Shared[uuid.UUID, M] {
	s := ByID[M](name)
	s.Encode = func(m M) ([]byte, error) { return proto.Marshal(m) }
	s.Decode = func(raw []byte) (M, error) {
		m := empty()
		return m, proto.Unmarshal(raw, m)
	}
	return s
}

// NewShared makes a cache that is one of a group; without a group it is by itself.
func NewShared[K comparable, V any](c Config, g *Group, s Shared[K, V]) *Cache[K, V] {
	made := New[K, V](c)
	if g == nil {
		return made
	}
	made.group, made.shared = g, s
	if g.Redis != nil && s.Encode != nil {
		made.second = newSecond(g.Redis, g.Prefix+s.Name+":", c.Lifetime)
	}
	g.join(s.Name, member{outdate: made.outdateAll, clear: made.Clear})
	return made
}

// names are keys as all processes write them.
func (c *Cache[K, V]) names(keys []K) []string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = c.shared.Key(k)
	}
	return names
}

// outdateAll is outdate for keys that another process wrote. What cannot be read
// is no key of this process's.
func (c *Cache[K, V]) outdateAll(at consistency.Position, names []string) {
	for _, name := range names {
		if k, err := c.shared.Parse(name); err == nil {
			c.outdate(at, k)
		}
	}
}

// outdate forgets what was read of a key before a position, and leaves a mark: who
// loads it anew demands that position, as a replica may be behind the message that
// spoke of it. The mark stays as long as anything could that was read before.
func (c *Cache[K, V]) outdate(at consistency.Position, k K) {
	s := c.stripe(k)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes++
	delete(s.flights, k)
	if e, ok := c.entries.GetIfPresent(k); ok {
		if !e.mark && e.floor.Reaches(at) {
			return
		}
		if e.mark {
			at = at.Max(e.floor)
		}
	}
	c.entries.Set(k, &entry[V]{mark: true, floor: at, expires: time.Now().Add(c.lifetime * 5 / 4)})
}

// marked is the least position from which a key may be loaded.
func (c *Cache[K, V]) marked(k K, now time.Time) consistency.Position {
	if e, ok := c.entries.GetIfPresent(k); ok && e.mark && now.Before(e.expires) {
		return e.floor
	}
	return consistency.Position{}
}
