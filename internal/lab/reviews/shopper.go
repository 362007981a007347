package reviews

import (
	"context"
	"math/rand/v2"

	"connectrpc.com/connect"
	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/consistency"
)

// shopper is somebody whose program remembers how much it has seen. He does one thing
// at a time.
type shopper struct {
	// id and token are empty for whoever is not signed in.
	id     uuid.UUID
	token  string
	random *rand.Rand
	// seen is what answers must be as fresh as.
	seen consistency.Position
}

func newShopper(seed, number uint64) *shopper {
	return &shopper{random: rand.New(rand.NewPCG(seed, number))}
}

// call prepares a call of the shopper's, with what he has seen. saw takes in what the
// answer shows, and answers the position that came with it.
func (s *shopper) call(ctx context.Context) (c context.Context, saw func() consistency.Position) {
	ctx, info := connect.NewClientContext(ctx)
	if s.token != "" {
		info.RequestHeader().Set("Authorization", "Bearer "+s.token)
	}
	if s.seen != (consistency.Position{}) {
		info.RequestHeader().Set(consistency.Header, s.seen.Token())
	}
	return ctx, func() consistency.Position {
		at := consistency.Parse(info.ResponseHeader().Get(consistency.Header))
		s.seen = s.seen.Max(at)
		return at
	}
}

// crowd has those who have nothing to do at present.
type crowd chan *shopper

func gather(all []*shopper) crowd {
	c := make(crowd, len(all))
	for _, s := range all {
		c <- s
	}
	return c
}

// lend has the one act who has waited longest. Nobody is kept waiting where there are
// more of them than calls at once.
func (c crowd) lend(ctx context.Context, act func(*shopper) error) error {
	select {
	case s := <-c:
		defer func() { c <- s }()
		return act(s)
	case <-ctx.Done():
		return ctx.Err()
	}
}
