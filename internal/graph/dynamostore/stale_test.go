package dynamostore_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/dynamo/dynamotest"
	"github.com/throng-social/throng/internal/graph"
	"github.com/throng-social/throng/internal/graph/dynamostore"
)

// lateness is far more than the test takes, so that a copy that is old stays so.
const lateness = time.Minute

// If reads that must be strong are answered by any copy, as they would be without
// ConsistentRead, somebody misses what he has written or was told of; with it nobody
// does. So these tests can tell.
func TestStrongReadsAreWhatKeepsReadsFromGoingBackwards(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func(ctx context.Context, s *dynamostore.Store, e graph.Edge) (stands bool, err error){
		"checks":        checked,
		"followed ids":  listed,
		"followers":     among,
		"relationships": related,
		"counts":        counted,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if n := backwards(t, dynamotest.Faults{Seed: 1, Stale: lateness}, read); n != 0 {
				t.Errorf("%d of %d reads went backwards", n, turns)
			}
			if n := backwards(t, dynamotest.Faults{Seed: 1, Stale: lateness, Weak: true}, read); n == 0 {
				t.Error("nobody noticed that strong reads were none")
			}
		})
	}
}

const turns = 20

// backwards counts how often another process answers with less than the writer's
// token demands. Checks demand all, whatever the token.
func backwards(t *testing.T, f dynamotest.Faults, read func(context.Context, *dynamostore.Store, graph.Edge) (bool, error)) (n int) {
	t.Helper()
	tables := dynamotest.New(t)
	writer, reader := dynamostore.New(tables.Open(t)), dynamostore.New(tables.Open(t))
	// Writes read as well, and weakly they would not come far.
	strong := f
	strong.Weak = false
	e := graph.Edge{FollowerID: uuid.Must(uuid.NewV7()), FolloweeID: uuid.Must(uuid.NewV7())}
	for turn := range turns {
		set(t, tables, strong)
		wrote, session := consistency.Begin(t.Context(), consistency.Position{})
		change := func() error { return second(writer.Follow(wrote, e, 1)) }
		if turn%2 == 1 {
			change = func() error { return second(writer.Unfollow(wrote, e)) }
		}
		if err := change(); err != nil {
			t.Fatal(err)
		}
		position, err := session.Ceiling(wrote)
		if err != nil {
			t.Fatal(err)
		}
		f.Seed++
		set(t, tables, f)
		demanding, _ := consistency.Begin(t.Context(), position)
		stands, err := read(demanding, reader, e)
		if err != nil {
			t.Fatal(err)
		}
		if stands != (turn%2 == 0) {
			n++
		}
	}
	return n
}

func set(t *testing.T, tables *dynamotest.Tables, f dynamotest.Faults) {
	t.Helper()
	if err := tables.Network.Set(f); err != nil {
		t.Fatal(err)
	}
}

func checked(ctx context.Context, s *dynamostore.Store, e graph.Edge) (bool, error) {
	since, err := s.CheckEdges(consistency.With(ctx, nil), []graph.Edge{e})
	return err == nil && !since[0].IsZero(), err
}

func listed(ctx context.Context, s *dynamostore.Store, e graph.Edge) (bool, error) {
	ids, err := s.ListFollowingIDs(ctx, e.FollowerID, uuid.Nil, 10)
	return holds(ids, e.FolloweeID), err
}

func among(ctx context.Context, s *dynamostore.Store, e graph.Edge) (bool, error) {
	ids, err := s.ListFollowers(ctx, e.FolloweeID, graph.Newest, 10)
	return holds(ids, e.FollowerID), err
}

func related(ctx context.Context, s *dynamostore.Store, e graph.Edge) (bool, error) {
	found, err := s.Relationships(ctx, e.FollowerID, []uuid.UUID{e.FolloweeID})
	return err == nil && found[0].Following, err
}

func counted(ctx context.Context, s *dynamostore.Store, e graph.Edge) (bool, error) {
	c, err := s.Counts(ctx, e.FolloweeID)
	return c.Followers == 1, err
}

func holds(follows []graph.Follow, id uuid.UUID) bool {
	return slices.ContainsFunc(follows, func(f graph.Follow) bool { return f.UserID == id })
}

// Who has seen that a follow is gone holds a token that says so, though nothing is
// left that has a stamp: the counts vouch for it.
func TestWhoSawThatAFollowHasEndedNeverSeesItAgain(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func(ctx context.Context, s *dynamostore.Store, e graph.Edge) (stands bool, err error){
		"followed ids": listed, "followers": among, "relationships": related, "counts": counted,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tables := dynamotest.New(t)
			s := dynamostore.New(tables.Open(t))
			e := graph.Edge{FollowerID: uuid.Must(uuid.NewV7()), FolloweeID: uuid.Must(uuid.NewV7())}
			if err := second(s.Follow(t.Context(), e, 1)); err != nil {
				t.Fatal(err)
			}
			// The other copy has the follow, and for long.
			set(t, tables, dynamotest.Faults{Seed: 3, Stale: lateness})
			if err := second(s.Unfollow(t.Context(), e)); err != nil {
				t.Fatal(err)
			}
			position := consistency.Position{Clock: 1}
			for range 10 {
				ctx, session := consistency.Begin(t.Context(), position)
				stands, err := read(ctx, s, e)
				if err != nil {
					t.Fatal(err)
				}
				if stands {
					continue // answered by the other copy
				}
				if position, err = session.Ceiling(ctx); err != nil {
					t.Fatal(err)
				}
				again, _ := consistency.Begin(t.Context(), position)
				for range 10 {
					if stands, err := read(again, s, e); stands || err != nil {
						t.Fatalf("the follow stands again: %v", err)
					}
				}
			}
		})
	}
}

// A write that finds nothing to do has read that something is not there.
func TestWhoseWriteFoundNothingToDoNeverSeesOtherwise(t *testing.T) {
	t.Parallel()
	tables := dynamotest.New(t)
	s, other := dynamostore.New(tables.Open(t)), dynamostore.New(tables.Open(t))
	e := graph.Edge{FollowerID: uuid.Must(uuid.NewV7()), FolloweeID: uuid.Must(uuid.NewV7())}
	if err := second(other.Follow(t.Context(), e, 1)); err != nil {
		t.Fatal(err)
	}
	set(t, tables, dynamotest.Faults{Seed: 5, Stale: lateness})
	if err := second(other.Unfollow(t.Context(), e)); err != nil {
		t.Fatal(err)
	}
	ctx, session := consistency.Begin(t.Context(), consistency.Position{})
	if r, err := s.Unfollow(ctx, e); err != nil || r.Following {
		t.Fatal(r, err)
	}
	position, err := session.Ceiling(ctx)
	if err != nil {
		t.Fatal(err)
	}
	demanding, _ := consistency.Begin(t.Context(), position)
	for range 10 {
		if stands, err := listed(demanding, s, e); stands || err != nil {
			t.Fatalf("the follow stands again: %v", err)
		}
	}
}
