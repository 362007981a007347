// Package consistency keeps promises about time: everybody reads his own
// writes, and nobody's reads go backwards, whichever server or cache answers.
//
// A position is how much somebody has seen: a place in the log of the database,
// and a time up to which he has seen writes to stores that have no log. A client
// sends the newest one it holds; a read demands that whatever answers has come at
// least that far in both. Every response carries a position back that is not older
// than anything the request has seen. Between the two stands one Session a request, in the
// context: it carries the demand to the pools and caches and collects from them
// what was touched.
//
// Two bounds are kept of what a request read. The floor is what its answers are
// surely not older than, known before they were read: what a cache entry made
// of them may promise. The ceiling is what they are surely not newer than, asked
// for after they were read, or brought along by what was read: what the client must
// not fall behind from then on.
package consistency

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"math"
	"sync"
)

// Header carries positions in both directions.
const Header = "Throng-Consistency-Token"

// Position is how far something has come; the zero Position is the beginning,
// which everything meets. Positions are only partly ordered: of two, each may be
// the later one in a part.
type Position struct {
	// Log is a place in the log of Postgres, in bytes.
	Log uint64
	// Clock is a time of the deployment's clocks, in microseconds since 1970: stores
	// without a log stamp writes with it.
	Clock uint64
}

// Always is the part of a floor that says nothing about what it is not asked for:
// what was read from Postgres alone never becomes older by Clock.
const Always = math.MaxUint64

// Reaches says whether p has come as far as q in both parts.
func (p Position) Reaches(q Position) bool { return p.Log >= q.Log && p.Clock >= q.Clock }

// Max is the least position that reaches both.
func (p Position) Max(q Position) Position {
	return Position{Log: max(p.Log, q.Log), Clock: max(p.Clock, q.Clock)}
}

// Min is the greatest position that both reach.
func (p Position) Min(q Position) Position {
	return Position{Log: min(p.Log, q.Log), Clock: min(p.Clock, q.Clock)}
}

// Token is the opaque form that clients hold.
func (p Position) Token() string {
	switch {
	case p == Position{}:
		return ""
	case p.Clock == 0:
		raw := binary.BigEndian.AppendUint64([]byte{tokenOfLog}, p.Log)
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	raw := binary.BigEndian.AppendUint64([]byte{tokenOfBoth}, p.Log)
	return base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint64(raw, p.Clock))
}

// The forms of tokens, by their first byte.
const (
	tokenOfLog  = 1
	tokenOfBoth = 2
)

// Parse reads a token. What cannot be read demands nothing: a token is a hint of
// what the client has seen, and a garbled one is no reason to refuse a read.
func Parse(token string) Position {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	switch {
	case err != nil || len(raw) == 0:
		return Position{}
	case raw[0] == tokenOfLog && len(raw) == 9:
		return Position{Log: binary.BigEndian.Uint64(raw[1:])}
	case raw[0] == tokenOfBoth && len(raw) == 17:
		return Position{Log: binary.BigEndian.Uint64(raw[1:]), Clock: binary.BigEndian.Uint64(raw[9:])}
	}
	return Position{}
}

// Source is a server that was read from or written to. Position answers one that
// is not older than anything that the server had shown before the call.
type Source interface {
	Position(ctx context.Context) (Position, error)
}

// Session is what one request demands and has seen. It is safe for concurrent
// use; a nil Session demands nothing and forgets everything.
type Session struct {
	demand Position
	// wider is the session that this one is a part of; it hears of all that is seen.
	wider *Session

	mu      sync.Mutex
	floor   Position
	floored bool
	ceiling Position
	sources map[Source]struct{}
}

type key struct{}

// Begin starts a session that demands at least p.
func Begin(ctx context.Context, p Position) (context.Context, *Session) {
	s := &Session{demand: p}
	return context.WithValue(ctx, key{}, s), s
}

// With carries a session into another context, as the seam between nouns does.
func With(ctx context.Context, s *Session) context.Context {
	return context.WithValue(ctx, key{}, s)
}

// Demanding is a part of the session that demands at least p; what it sees, the
// session has seen.
func Demanding(ctx context.Context, p Position) context.Context {
	s := From(ctx)
	if s.Demand().Reaches(p) {
		return ctx
	}
	return With(ctx, &Session{demand: p.Max(s.Demand()), wider: s})
}

// From finds the session; nil where there is none, as in workers.
func From(ctx context.Context) *Session {
	s, _ := ctx.Value(key{}).(*Session)
	return s
}

// Demand is the position that answers must have reached.
func (s *Session) Demand() Position {
	if s == nil {
		return Position{}
	}
	return s.demand
}

// Touch notes that src is about to be read, and that it has reached floor.
func (s *Session) Touch(src Source, floor Position) {
	if s == nil {
		return
	}
	s.wider.Touch(src, floor)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sources == nil {
		s.sources = make(map[Source]struct{}, 2)
	}
	s.sources[src] = struct{}{}
	s.lower(floor)
}

// Saw notes an answer whose bounds are known already: one from a cache, or from
// another process.
func (s *Session) Saw(floor, ceiling Position) {
	if s == nil {
		return
	}
	s.wider.Saw(floor, ceiling)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lower(floor)
	s.ceiling = s.ceiling.Max(ceiling)
}

// lower is called with the lock held.
func (s *Session) lower(floor Position) {
	if s.floored {
		floor = floor.Min(s.floor)
	}
	s.floor, s.floored = floor, true
}

// Floor is the position that everything read so far had surely reached; the zero
// one where nothing was read. A demand alone proves nothing: clients make it up.
func (s *Session) Floor() Position {
	if s == nil {
		return Position{}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.floor
}

// Ceiling asks every touched source where it is now, so it must be called after
// the last read. The answer is not older than anything the session saw.
func (s *Session) Ceiling(ctx context.Context) (Position, error) {
	if s == nil {
		return Position{}, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for src := range s.sources {
		p, err := src.Position(ctx)
		if err != nil {
			return s.ceiling, err
		}
		s.ceiling = s.ceiling.Max(p)
		delete(s.sources, src)
	}
	return s.ceiling, nil
}
