package cache

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"sync"
	"time"

	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/redis"
)

const (
	// tokenBytes begin what stands under a key: the token of the load that put it
	// there, or of one that is under way, and is then all there is.
	tokenBytes  = 16
	headerBytes = tokenBytes + 4*8
	// leaseLife outlives a load.
	leaseLife = loadTimeout + time.Second
	// mostOwed bounds the keys that are to be dropped when Redis is back.
	mostOwed = 10_000
)

// lookUp answers what stands under keys, and how long it will. Where nothing does,
// it puts the caller's token, under which he may put what he loads.
var lookUp = redis.NewScript(`
local found = {}
for i, key in ipairs(KEYS) do
  local kept = redis.call('GET', key)
  if not kept then
    kept = ARGV[1]
    redis.call('SET', key, kept, 'PX', ARGV[2])
  end
  found[2 * i - 1] = kept
  found[2 * i] = redis.call('PTTL', key)
end
return found
`)

// replace puts values, or nothing, under those keys where the token that was found
// stands still.
var replace = redis.NewScript(`
for i, key in ipairs(KEYS) do
  if redis.call('GETRANGE', key, 0, 15) == ARGV[2 * i] then
    if ARGV[2 * i + 1] == '' then
      redis.call('DEL', key)
    else
      redis.call('SET', key, ARGV[2 * i + 1], 'PX', ARGV[1])
    end
  end
end
`)

var remove = redis.NewScript(`for _, key in ipairs(KEYS) do redis.call('DEL', key) end`)

// second is the level in Redis, which all processes share. It is never the only
// copy of anything.
//
// Nobody may put there what he read before a write that has been acknowledged
// since. So a load begins by looking up its keys, which leaves a token under those
// that have nothing, and what it loaded replaces that very token, or the very entry
// that was too old for it, and nothing else. A write drops the key before it is
// acknowledged, and with it the token: the loads that began before find another
// token or none, also when Redis was emptied meanwhile.
//
// A key that could not be dropped because Redis was away is dropped before this
// process looks anything up again. Until then others may find it, for as long as an
// entry lives at most, and only if they have not seen the write: an entry's
// positions bind here as they do in memory.
type second struct {
	client *redis.Client
	prefix string
	life   time.Duration

	mu sync.Mutex
	// owed are keys to be dropped, with the number of the failure that left each.
	owed     map[string]uint64
	failures uint64
	// blind is until when nothing is looked up, because too much is owed.
	blind time.Time
}

func newSecond(client *redis.Client, prefix string, life time.Duration) *second {
	return &second{client: client, prefix: prefix, life: life, owed: map[string]uint64{}}
}

// kept is what stands under a key. One that has no raw value has a token alone.
type kept struct {
	token          string
	floor, ceiling consistency.Position
	raw            []byte
	life           time.Duration
}

// find looks keys up. It answers nil where nothing can be said.
func (s *second) find(ctx context.Context, names []string) []kept {
	if !s.settle(ctx) {
		return nil
	}
	token := make([]byte, tokenBytes)
	_, _ = rand.Read(token) // never fails
	answer, err := s.client.Run(ctx, lookUp, s.keys(names), token, leaseLife.Milliseconds())
	list, ok := answer.([]any)
	if err != nil || !ok || len(list) != 2*len(names) {
		return nil
	}
	all := make([]kept, len(names))
	for i := range all {
		text, _ := list[2*i].(string)
		millis, _ := list[2*i+1].(int64)
		all[i] = parse([]byte(text), time.Duration(millis)*time.Millisecond)
	}
	return all
}

func (s *second) keys(names []string) []string {
	keys := make([]string, len(names))
	for i, name := range names {
		keys[i] = s.prefix + name
	}
	return keys
}

func parse(text []byte, life time.Duration) kept {
	if len(text) < tokenBytes {
		return kept{}
	}
	k := kept{token: string(text[:tokenBytes]), life: life}
	if len(text) < headerBytes {
		return k
	}
	part := func(i int) uint64 { return binary.BigEndian.Uint64(text[tokenBytes+8*i:]) }
	k.floor = consistency.Position{Log: part(0), Clock: part(1)}
	k.ceiling = consistency.Position{Log: part(2), Clock: part(3)}
	k.raw = text[headerBytes:]
	return k
}

// change is a value to be put under a key where a token stands, or nothing.
type change struct {
	name, token string
	value       []byte
}

func format(floor, ceiling consistency.Position, raw []byte) []byte {
	text := make([]byte, tokenBytes, headerBytes+len(raw))
	_, _ = rand.Read(text) // never fails
	for _, part := range []uint64{floor.Log, floor.Clock, ceiling.Log, ceiling.Clock} {
		text = binary.BigEndian.AppendUint64(text, part)
	}
	return append(text, raw...)
}

// put makes changes. Those that fail are none: tokens go by themselves.
func (s *second) put(ctx context.Context, changes []change, life time.Duration) {
	if len(changes) == 0 {
		return
	}
	names, args := make([]string, len(changes)), []any{max(life.Milliseconds(), 1)}
	for i, c := range changes {
		names[i] = c.name
		args = append(args, c.token, c.value)
	}
	_, _ = s.client.Run(ctx, replace, s.keys(names), args...)
}

// drop forgets keys, now or when Redis is back.
func (s *second) drop(names []string) {
	ctx := context.Background()
	if _, err := s.client.Run(ctx, remove, s.keys(names)); err != nil {
		s.owe(names)
	}
}

func (s *second) owe(names []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures++
	for _, name := range names {
		s.owed[name] = s.failures
	}
	if len(s.owed) > mostOwed {
		clear(s.owed)
		s.blind = time.Now().Add(s.life * 5 / 4)
	}
}

// settle drops what is owed, and says whether nothing is left.
func (s *second) settle(ctx context.Context) bool {
	s.mu.Lock()
	if time.Now().Before(s.blind) || len(s.owed) == 0 {
		seeing := !time.Now().Before(s.blind)
		s.mu.Unlock()
		return seeing
	}
	names, failure := make([]string, 0, len(s.owed)), s.failures
	for name := range s.owed {
		names = append(names, name)
	}
	s.mu.Unlock()
	if _, err := s.client.Run(ctx, remove, s.keys(names)); err != nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range names {
		if s.owed[name] <= failure {
			delete(s.owed, name)
		}
	}
	return len(s.owed) == 0
}
