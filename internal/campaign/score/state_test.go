package score

import (
	"encoding/binary"
	"math/rand/v2"
	"runtime"
	"testing"
	"unsafe"

	"github.com/google/uuid"
)

func TestACheckInTakesThirtyTwoBytes(t *testing.T) {
	t.Parallel()
	if size := unsafe.Sizeof(checkIn{}); size != 32 {
		t.Errorf("a check-in takes %d bytes", size)
	}
}

// What came to be out of date is dropped, though it never comes to the top.
func TestTheHeapsOfATeamDoNotGrowWithItsCheckIns(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		who      func(i int) int
		earliest int64
	}{
		"the eldest never comes again, so none of the others is on top of the earliest": {func(i int) int { return min(i, 1+i%9) }, 0},
		"whoever comes is the eldest, so all that is out of date is below the latest":   {func(i int) int { return i % 10 }, 99_990},
	} {
		s, team := New(Rules{Scoring: Togetherness}), numbered(1)
		for i := range 10 {
			s.Apply([]Fact{{Kind: Joined, User: numbered(100 + i), Subject: team}})
		}
		for i := range 100_000 {
			s.Apply([]Fact{{ID: int64(i), Kind: CheckedIn, User: numbered(100 + c.who(i)), Subject: numbered(1000 + i), Moment: int64(i), Day: int32(i / 1000)}})
		}
		members := s.teams[team]
		if most := 2*10 + spare + 10; len(members.earliest) > most || len(members.latest) > most {
			t.Errorf("%s: the heaps have %d and %d entries, the team 10 members", name, len(members.earliest), len(members.latest))
		}
		if earliest, latest := members.spread(); earliest != c.earliest || latest != 99_999 {
			t.Errorf("%s: the spread is from %d to %d", name, earliest, latest)
		}
	}
}

func numbered(n int) (id uuid.UUID) {
	binary.BigEndian.PutUint64(id[8:], uint64(n))
	return id
}

// rush is 10,000 people in 500 teams, and so many check-ins over a week.
func rush(checkIns int) []Fact {
	r := rand.New(rand.NewPCG(1, 2))
	facts := make([]Fact, 0, 10_000+checkIns)
	for i := range 10_000 {
		facts = append(facts, Fact{ID: int64(len(facts)), Kind: Joined, User: numbered(1000 + i), Subject: numbered(i % 500), Returning: i%3 == 0})
	}
	for i := range checkIns {
		moment := int64(i) * 7 * 86_400_000_000 / int64(checkIns)
		facts = append(facts, Fact{
			ID: int64(len(facts)), Kind: CheckedIn, User: numbered(1000 + r.IntN(10_000)), Subject: numbered(1_000_000 + i), Moment: moment, Day: int32(moment / 86_400_000_000),
		})
	}
	return facts
}

func BenchmarkApply(b *testing.B) {
	for name, rules := range map[string]Rules{"points": {Scoring: Points, Points: 10, DailyCap: 50}, "togetherness": {Scoring: Togetherness}} {
		b.Run(name, func(b *testing.B) {
			facts := rush(100_000)
			for b.Loop() {
				New(rules).Apply(facts)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(facts)), "ns/fact")
		})
	}
}

// BenchmarkMemory tells what a million check-ins take, and what the state believes.
func BenchmarkMemory(b *testing.B) {
	for name, rules := range map[string]Rules{"points": {Scoring: Points, Points: 10, DailyCap: 50}, "togetherness": {Scoring: Togetherness}} {
		b.Run(name, func(b *testing.B) {
			facts := rush(1_000_000)
			before := inUse()
			s := New(rules)
			s.Apply(facts)
			after := inUse()
			b.ReportMetric(float64(after-before)/1_000_000, "B/check-in")
			b.ReportMetric(float64(s.Bytes())/1_000_000, "believed_B/check-in")
			runtime.KeepAlive(s)
			runtime.KeepAlive(facts)
		})
	}
}

func inUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
