package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"google.golang.org/protobuf/proto"
)

// reads are calls of one method over HTTP by readers of a database that stands still:
// `throng serve` as it comes against a bare handler, each in a process of its own.
type reads struct {
	// name and goal are the row's, profile is what files of profiles begin with.
	name, goal, profile string
	readers             []*reader
	ours, bare          *side
	// questions is how many there are, ask makes one of them, and answer the message that
	// its answer is read into.
	questions int
	ask       func(kind codec, i int) question
	answer    func() proto.Message
}

// pair measures both sides in turn, after both have answered the same.
func (v *reads) pair(ctx context.Context, o options, r *report, kind codec) error {
	if err := v.agree(kind); err != nil {
		return fmt.Errorf("%s: %w", v.name, err)
	}
	read := func(c *client, r *reader) error { return v.ask(kind, rand.IntN(v.questions)).asked(c, r) }
	loop := func(s *side) func() (float64, error) {
		return func() (float64, error) { return closedLoop(ctx, s.addr, v.readers, o.length, read) }
	}
	if _, err := inTurn(1, loop(v.ours), loop(v.bare)); err != nil {
		return fmt.Errorf("%s: %w", v.name, err)
	}
	if err := o.profiles(v.profile+"-"+kind.name, v.ours, v.bare); err != nil {
		return err
	}
	p, err := inTurn(o.rounds, loop(v.ours), loop(v.bare))
	if err != nil {
		return fmt.Errorf("%s: %w", v.name, err)
	}
	r.pair(v.name+", "+kind.name, "calls/s", v.goal, p)
	return nil
}

// agree asserts that both sides answer some questions, spread over all, in the same way.
func (v *reads) agree(kind codec) error {
	var conns []*client
	for _, s := range []*side{v.ours, v.bare} {
		c, err := dial(s.addr)
		if err != nil {
			return err
		}
		defer c.conn.Close()
		conns = append(conns, c)
	}
	said, asked := 0, min(compared, v.questions)
	for i := range asked {
		q := v.ask(kind, i*v.questions/asked)
		one, other := v.answer(), v.answer()
		if err := errors.Join(conns[0].fetch(v.readers[0], q, one), conns[1].fetch(v.readers[0], q, other)); err != nil {
			return err
		}
		if !proto.Equal(one, other) {
			return fmt.Errorf("the answers to %s differ:\n%v\n%v", q.message, one, other)
		}
		said = max(said, proto.Size(one))
	}
	if said == 0 {
		return errNothingSaid
	}
	return nil
}

var errNothingSaid = errors.New("both sides say nothing")

// signedOut are readers who are not signed in; they send consistency tokens.
func signedOut(n int) []*reader {
	all := make([]*reader, n)
	for i := range all {
		all[i] = &reader{}
	}
	return all
}
