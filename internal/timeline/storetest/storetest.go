// Package storetest holds every adapter of timeline.Store to the promises that the
// engine's argument stands on.
//
// Each test names one promise, and says nothing of how it is kept. The last ones
// let everything happen at once and hold what reads find against what was posted
// (race.go).
package storetest

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/timeline"
)

// Fixture is a store that one test has to itself.
type Fixture struct {
	Store timeline.Store
	// Peers are the same as other processes have it, where that makes a difference.
	Peers []timeline.Store
	// Topics takes the messages out of the queue that were stored since the last
	// call, and answers their topics.
	Topics func(t *testing.T) []string
}

// Open makes a fixture.
type Open func(t *testing.T) Fixture

// Run runs the suite.
func Run(t *testing.T, open Open) {
	t.Helper()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := open(t)
			test(&suite{T: t, Fixture: f, moment: time.Now().Truncate(time.Microsecond)})
		})
	}
}

var tests = map[string]func(*suite){
	"a reader who is not known has an empty page":                               unknownReader,
	"an edge is read as pushed from its settlement on":                          pushedFromSettlement,
	"pages show entries newest first between the horizon and a place":           pageOfEntries,
	"a page's authors ascend":                                                   authorsAscend,
	"no edge counts in another epoch of its author":                             epochs,
	"flips change what is not so yet":                                           flips,
	"an explanation finds edges and entries":                                    explanations,
	"fan-outs write to what is on the way to push and to push":                  fanoutModes,
	"the pages of a fan-out reach everybody once":                               fanoutPages,
	"what comes after a page is stored only if there is more":                   fanoutNext,
	"a page that is repeated writes nothing twice":                              fanoutRepeated,
	"a review moves those who look too rarely":                                  fanoutReview,
	"edges are added once an incarnation":                                       addEdges,
	"nobody is promoted who is push already":                                    promoteEdges,
	"known edges alone are promoted":                                            promoteKnown,
	"an edge is settled only as it was promoted":                                settleGeneration,
	"an edge is settled only while its reader has lost nothing":                 settleVersion,
	"of two who promote an edge one settles it":                                 settleOnce,
	"demoted edges are pulled":                                                  demote,
	"deleted edges are neither read nor written to":                             deleteEdges,
	"a wake pushes what it promoted and pulls the rest":                         wake,
	"a wake fails if entries went meanwhile":                                    wakeAfterDeletion,
	"a wake fails if others settled an edge meanwhile":                          wakeAfterSettlement,
	"a wake leaves alone what others promoted meanwhile":                        wakeBesidePromotion,
	"who was promoted before a wake is not settled after it":                    settleAfterWake,
	"a reader who was woken can be woken again":                                 wakeAgain,
	"the right to wake a reader is given to one at a time":                      lease,
	"nobody gets the right to wake a warm reader":                               leaseWarm,
	"horizons are raised and never lowered":                                     raise,
	"what is below the horizon goes, and is noticed":                            deleteBelow,
	"copies pass over what is there":                                            copyEntries,
	"trims find everybody who has too much":                                     trimmed,
	"a reader who is forgotten keeps nothing":                                   forget,
	"posts are counted as policies count them":                                  countPosts,
	"views are counted as policies count them":                                  countViews,
	"a reader is due once, and his task is stored":                              dueOnce,
	"a policy sees edges with the rates of their authors":                       readerEdges,
	"authors who are pulled as a whole are listed":                              pulledAuthors,
	"an audience is counted up to a limit":                                      audience,
	"a switch counts on and brings its sweep":                                   switches,
	"costs are shared":                                                          costs,
	"walks over edges meet each once":                                           walks,
	"edges are counted":                                                         countEdges,
	"what is put into another store arrives cold":                               arrivesCold,
	"many readers and edges are taken out page by page":                         exportPages,
	"nothing is taken out of nothing":                                           exportNothing,
	"while everything happens at once a page misses nothing that was delivered": race,
}

// suite is one test with what it made.
type suite struct {
	*testing.T
	Fixture

	moment time.Time
}

// soon holds something of answers that may be some seconds old.
func (s *suite) soon(what string, holds func() bool) {
	s.Helper()
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for began := time.Now(); !holds(); <-poll.C {
		if time.Since(began) > 20*time.Second {
			s.Fatal("this never comes true: ", what)
		}
	}
}

func (s *suite) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// anyID is a fresh one; those that are made later are greater.
func (s *suite) anyID() uuid.UUID {
	u, err := uuid.NewV7()
	s.must(err)
	return u
}

// ids are fresh and ascend.
func (s *suite) ids(n int) []uuid.UUID {
	list := make([]uuid.UUID, n)
	for i := range list {
		list[i] = s.anyID()
	}
	slices.SortFunc(list, compare)
	return list
}

func compare(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }

// edge is a follow in its first incarnation.
func edge(author, reader uuid.UUID) timeline.Edge {
	return timeline.Edge{Author: author, Reader: reader, Since: 1}
}

// push moves edges to push, complete from the beginning.
func (s *suite) push(edges ...timeline.Edge) {
	s.Helper()
	generation, promoted, err := s.Store.PromoteEdges(s.Context(), edges)
	s.must(err)
	if n := s.settle(generation, promoted...); n != len(promoted) {
		s.Fatalf("%d of %d edges were settled", n, len(promoted))
	}
}

// settle settles with the versions of now.
func (s *suite) settle(generation int64, edges ...timeline.Edge) int {
	s.Helper()
	m := timeline.Settlement{Generation: generation, Edges: edges, PushedAfter: make([]uuid.UUID, len(edges)), Moment: s.moment}
	for _, e := range edges {
		m.Versions = append(m.Versions, s.state(e.Reader).Version)
	}
	n, err := s.Store.SettleEdges(s.Context(), m)
	s.must(err)
	return n
}

func (s *suite) state(reader uuid.UUID) timeline.ReaderState {
	s.Helper()
	found, err := s.Store.FindReaders(s.Context(), []uuid.UUID{reader})
	s.must(err)
	if len(found) != 1 {
		s.Fatalf("there are %d readers", len(found))
	}
	return found[0]
}

func (s *suite) page(reader uuid.UUID) timeline.Snapshot {
	s.Helper()
	snap, err := s.Store.ReadPage(s.Context(), reader, id.Max, 1000)
	s.must(err)
	return snap
}

// wantPushed holds the authors whom a reader reads as pushed against those wanted.
func (s *suite) wantPushed(reader uuid.UUID, want ...uuid.UUID) {
	s.Helper()
	slices.SortFunc(want, compare)
	if got := s.page(reader).Pushed; !slices.Equal(got, want) {
		s.Fatalf("read as pushed are %v, want %v", got, want)
	}
}

func (s *suite) wantEntries(reader uuid.UUID, newestFirst ...uuid.UUID) {
	s.Helper()
	if got := s.page(reader).PostIDs; !slices.Equal(got, newestFirst) {
		s.Fatalf("the entries are %v, want %v", got, newestFirst)
	}
}

// write copies posts of an author into a timeline.
func (s *suite) write(reader, author uuid.UUID, posts ...uuid.UUID) int64 {
	s.Helper()
	var rows timeline.EntryRows
	for _, p := range posts {
		rows.ReaderIDs, rows.PostIDs, rows.AuthorIDs = append(rows.ReaderIDs, reader), append(rows.PostIDs, p), append(rows.AuthorIDs, author)
	}
	n, err := s.Store.CopyEntries(s.Context(), rows)
	s.must(err)
	return n
}

// fanOut delivers a post and answers how many readers were looked at.
func (s *suite) fanOut(author, post uuid.UUID) int {
	s.Helper()
	readers := 0
	for p := (timeline.FanoutPage{Post: post, Author: author, Limit: 100}); ; {
		w, err := s.Store.WriteFanoutPage(s.Context(), p, nil)
		s.must(err)
		if readers += w.Readers; !w.More {
			return readers
		}
		p.AfterReader = w.Last
	}
}

// task is any message of the engine.
func task(topic string) queue.Task {
	return queue.Task{Topic: topic, Queue: queue.Moves, Message: &emptypb.Empty{}}
}

func (s *suite) wantTopics(want ...string) {
	s.Helper()
	got := s.Topics(s.T)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		s.Fatalf("the queue has %v, want %v", got, want)
	}
}
