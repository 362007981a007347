package load

import (
	"context"
	"math/rand/v2"

	"connectrpc.com/connect"
	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/consistency"
)

// Person is somebody whose program remembers how much it has seen. He does one thing
// at a time.
type Person struct {
	// ID and Token are empty for whoever is not signed in.
	ID     uuid.UUID
	Token  string
	Random *rand.Rand
	// Seen is what answers must be as fresh as.
	Seen consistency.Position
}

// NewPerson is one of several, each of whom has chances of his own.
func NewPerson(seed, number uint64) *Person {
	return &Person{Random: rand.New(rand.NewPCG(seed, number))}
}

// Call prepares a call of the person's, with what he has seen. saw takes in what the
// answer shows, and answers the position that came with it.
func (p *Person) Call(ctx context.Context) (c context.Context, saw func() consistency.Position) {
	ctx, info := connect.NewClientContext(ctx)
	if p.Token != "" {
		info.RequestHeader().Set("Authorization", "Bearer "+p.Token)
	}
	if p.Seen != (consistency.Position{}) {
		info.RequestHeader().Set(consistency.Header, p.Seen.Token())
	}
	return ctx, func() consistency.Position {
		at := consistency.Parse(info.ResponseHeader().Get(consistency.Header))
		p.Seen = p.Seen.Max(at)
		return at
	}
}

// Crowd has those who have nothing to do at present.
type Crowd chan *Person

// Gather makes a crowd of people.
func Gather(all []*Person) Crowd {
	c := make(Crowd, len(all))
	for _, p := range all {
		c <- p
	}
	return c
}

// Lend has the one act who has waited longest. Nobody is kept waiting where there are
// more of them than calls at once.
func (c Crowd) Lend(ctx context.Context, act func(*Person) error) error {
	select {
	case p := <-c:
		defer func() { c <- p }()
		return act(p)
	case <-ctx.Done():
		return ctx.Err()
	}
}
