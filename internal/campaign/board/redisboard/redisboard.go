// Package redisboard keeps boards in Redis, for all processes of a deployment.
//
// Each call is one script, so what it answers is of one position, and each takes a
// board from one state to another whole one. Loading goes to keys of its own in
// parts, so that no other call waits for long, and takes the board's place in one
// step. A board that nobody changes for a week goes; whoever asks finds it absent and
// loads it anew, as after a flush.
//
// The keys of a board are on one server of a cluster, by their tag in braces.
package redisboard

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/campaign/board"
	"github.com/throng-social/throng/internal/redis"
)

const (
	// writeTimeout bounds a call that writes: the greatest takes a tenth of a second or
	// two on a board of a million.
	writeTimeout = 500 * time.Millisecond
	// part is how many members are loaded by one call.
	part = 2000
	life = 7 * 24 * time.Hour
	// draftLife is for what is loaded and not yet a board.
	draftLife = time.Minute
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

// Load implements board.Board.
func (b *Boards) Load(ctx context.Context, k board.Key, position int64, entries []board.Entry) error {
	keys := b.keys(k)
	draft := uuid.NewString()
	keys = append(keys, keys[0]+":"+draft, keys[1]+":"+draft)
	for some := range slices.Chunk(entries, part) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := b.client.RunFor(ctx, writeTimeout, add, keys[3:], draftLife.Milliseconds(), members(some)); err != nil {
			return away(err)
		}
	}
	answer, err := b.client.RunFor(ctx, writeTimeout, put, keys, position, len(entries), life.Milliseconds())
	switch {
	case err != nil:
		return away(err)
	case answer == nil:
		// What was loaded was lost meanwhile, as by a flush.
		return board.ErrAbsent
	}
	return nil
}

// Apply implements board.Board.
func (b *Boards) Apply(ctx context.Context, k board.Key, from, to int64, changes []board.Entry) error {
	if len(changes) > board.MaxChanges {
		return board.ErrTooMany
	}
	answer, err := b.client.RunFor(ctx, writeTimeout, apply, b.keys(k), from, to, life.Milliseconds(), members(changes))
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
	ranked, after := "0", ""
	if q.Ranked {
		ranked = "1"
	}
	if q.After != nil {
		after = string(place(*q.After))
	}
	answer, err := b.client.Run(ctx, read, b.keys(k), q.N, after, subjects(q.Around), subjects(q.Find), ranked)
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
	name := b.prefix + "{" + k.Campaign.String() + ":" + strconv.Itoa(int(k.Scope)) + ":" + strconv.FormatInt(k.At, 10) + "}:"
	return []string{name + "order", name + "entries", name + "position"}
}

func away(err error) error { return fmt.Errorf("%w: %w", board.ErrAway, err) }

func members(entries []board.Entry) string {
	var b strings.Builder
	b.Grow(len(entries) * memberSize)
	for _, e := range entries {
		b.WriteString(member(e))
	}
	return b.String()
}

func subjects(ids []uuid.UUID) string {
	var b strings.Builder
	b.Grow(len(ids) * subjectSize)
	for _, u := range ids {
		b.Write(u[:])
	}
	return b.String()
}
