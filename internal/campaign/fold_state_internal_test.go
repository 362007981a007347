package campaign

import (
	"testing"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/campaign/score"
)

// stateOfSize has so many people who have checked in.
func stateOfSize(people int) *folded {
	f := &folded{State: score.New(score.Rules{Scoring: score.Points, Points: 1})}
	for i := range people {
		f.Apply([]score.Fact{{Kind: score.CheckedIn, User: uuid.UUID{14: byte(i >> 8), 15: byte(i)}}})
	}
	return f
}

func TestStatesAreBoundedByTheirSizeAndTheLastOneStays(t *testing.T) {
	t.Parallel()
	small := stateOfSize(10)
	s := newStates(3 * small.Bytes())
	ids := []uuid.UUID{{1}, {2}, {3}, {4}, {5}}
	for _, id := range ids[:3] {
		s.put(id, stateOfSize(10))
	}
	s.put(ids[0], s.take(ids[0]))
	s.put(ids[3], stateOfSize(10))
	if s.take(ids[1]) != nil || s.take(ids[0]) == nil {
		t.Error("it is not the one that was counted longest ago that went")
	}
	s.put(ids[4], stateOfSize(1000))
	if s.recent.Len() != 1 || s.take(ids[4]) == nil {
		t.Error("a state that is too large for all others was not kept by itself")
	}
	if s.bytes != 0 || len(s.byID) != 0 || s.recent.Len() != 0 {
		t.Errorf("%d bytes are counted in an empty store", s.bytes)
	}
	if s.take(ids[4]) != nil {
		t.Error("a state was taken twice")
	}
}
