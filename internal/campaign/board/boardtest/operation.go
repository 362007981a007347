package boardtest

import (
	"context"
	"slices"

	"github.com/throng-social/throng/internal/campaign/board"
)

// tester is what tests and property tests have in common.
type tester interface {
	Helper()
	Fatalf(format string, args ...any)
}

func contextOf(t any) context.Context {
	if c, ok := t.(interface{ Context() context.Context }); ok {
		return c.Context()
	}
	return context.Background()
}

// load replaces a board and its model. What has no score is no entry.
func load(t tester, b board.Board, k board.Key, m *Model, position int64, entries ...board.Entry) {
	t.Helper()
	entries = positive(slices.Clone(entries))
	m.Load(position, entries)
	if err := b.Load(contextOf(t), k, position, entries); err != nil {
		t.Fatalf("load: %v", err)
	}
}

// step takes both to a position.
func step(t tester, b board.Board, k board.Key, m *Model, to int64, changes ...board.Entry) {
	t.Helper()
	if err := b.Apply(contextOf(t), k, m.Position, to, changes); err != nil {
		t.Fatalf("a step from %d to %d: %v", m.Position, to, err)
	}
	m.Apply(to, changes)
}

func at(t tester, b board.Board, k board.Key, want int64) {
	t.Helper()
	if got, err := b.Position(contextOf(t), k); err != nil || got != want {
		t.Fatalf("it stands at %d, %v; want %d", got, err, want)
	}
}
