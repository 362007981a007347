// Package redisboard keeps boards in Redis, for all processes of a deployment.
//
// Each call is one script, so what it answers is of one position, and each takes a
// board from one state to another whole one. Loading goes to keys of its own by plain
// commands in parts, so that no other call waits for long, and takes the board's place
// in one step. A board that nobody changes for a week goes; whoever asks finds it
// absent and loads it anew, as after a flush.
//
// What scripts are given is cut into pieces here already, as they hand lists on to
// Redis at a fraction of the cost of cutting strings.
//
// The keys of a board are on one server of a cluster, by their tag in braces.
package redisboard

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/campaign/board"
	"github.com/throng-social/throng/internal/redis"
)

const (
	// writeTimeout bounds a call that writes: the greatest takes a tenth of a second or
	// two on a board of a million.
	writeTimeout = 500 * time.Millisecond
	life         = 7 * 24 * time.Hour
	// form is that of what the keys hold. Processes that know another one have boards
	// of their own while both run.
	form = "2"
)

// Boards implements board.Board.
type Boards struct {
	client *redis.Client
	prefix string
}

var _ board.Board = (*Boards)(nil)

// New keeps boards under keys that begin with prefix.
func New(client *redis.Client, prefix string) *Boards { return &Boards{client, prefix} }

// Position implements board.Board.
func (b *Boards) Position(ctx context.Context, k board.Key) (int64, error) {
	answer, err := b.client.Run(ctx, stand, b.keys(k))
	switch said, ok := answer.(string); {
	case err != nil:
		return 0, away(err)
	case !ok:
		return 0, board.ErrAbsent
	default:
		return strconv.ParseInt(said, 10, 64)
	}
}

// Apply implements board.Board.
func (b *Boards) Apply(ctx context.Context, k board.Key, from, to int64, changes []board.Entry) error {
	if len(changes) > board.MaxChanges {
		return board.ErrTooMany
	}
	answer, err := b.client.RunFor(ctx, writeTimeout, apply, b.keys(k), stepArgs(from, to, changes)...)
	switch {
	case err != nil:
		return away(err)
	case answer == nil:
		return board.ErrAbsent
	case answer != int64(1):
		return board.ErrElsewhere
	}
	return nil
}

// Read implements board.Board.
func (b *Boards) Read(ctx context.Context, k board.Key, q board.Query) (board.Answer, error) {
	answer, err := b.client.Run(ctx, read, b.keys(k), readArgs(q)...)
	switch {
	case err != nil:
		return board.Answer{}, away(err)
	case answer == nil:
		return board.Answer{}, board.ErrAbsent
	}
	a, err := decode(answer)
	if err != nil {
		return a, away(err)
	}
	return a, nil
}

// keys are those of a board, in the order in which scripts know them.
func (b *Boards) keys(k board.Key) []string {
	name := b.prefix + "{" + k.Campaign.String() + ":" + strconv.Itoa(int(k.Scope)) + ":" + strconv.FormatInt(k.At, 10) + "}:" + form + ":"
	return []string{name + "order", name + "entries", name + "position"}
}

func away(err error) error { return fmt.Errorf("%w: %w", board.ErrAway, err) }

// stepArgs are what apply is given.
func stepArgs(from, to int64, changes []board.Entry) []any {
	gone, there := []any{}, make([]any, 0, 2*len(changes))
	for _, e := range changes {
		if e.Score == 0 {
			gone = append(gone, string(e.SubjectID[:]))
			continue
		}
		m := member(e)
		there = append(there, subjectOf(m), m)
	}
	args := append(make([]any, 0, 4+len(gone)+len(there)), from, to, life.Milliseconds(), len(gone))
	return append(append(args, gone...), there...)
}

// readArgs are what read is given.
func readArgs(q board.Query) []any {
	ranked, after := 0, ""
	if q.Ranked {
		ranked = 1
	}
	if q.After != nil {
		after = string(place(*q.After))
	}
	args := append(make([]any, 0, 4+len(q.Around)+len(q.Find)), q.N, after, ranked, len(q.Around))
	for _, subjects := range [][]uuid.UUID{q.Around, q.Find} {
		for _, u := range subjects {
			args = append(args, string(u[:]))
		}
	}
	return args
}
