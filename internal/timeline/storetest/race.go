package storetest

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/timeline"
)

const (
	// raceRounds is how often each of those who race does what he does.
	raceRounds = 40
	// raceCopies is how many posts of an author a move copies.
	raceCopies = 4
)

// race holds what Race finds.
func race(s *suite) {
	complaints, held := Race(s.T, s.Fixture)
	for _, c := range complaints {
		s.Error(c)
	}
	if held == 0 {
		s.Error("no post had to be on any page: nothing was tested")
	}
	s.Logf("%d posts had to be on pages", held)
}

// Race lets authors post to a reader whose edges are moved in every way there is,
// and whose entries are woken and cut, all at once, as the engine does it. Whatever
// a page says to be pushed must be there, as far as it was delivered before. It
// answers what was missing, and how many posts were looked for.
func Race(t *testing.T, f Fixture) (complaints []string, held int) {
	t.Helper()
	s := &suite{T: t, Fixture: f, moment: time.Now()}
	r := &racers{
		suite: s, stores: append([]timeline.Store{f.Store}, f.Peers...), authors: s.ids(2), reader: s.anyID(),
		since: map[uuid.UUID]int64{}, log: map[uuid.UUID][]uuid.UUID{}, delivered: map[uuid.UUID]uuid.UUID{},
	}
	for _, a := range r.authors {
		r.since[a] = 1
		s.push(edge(a, r.reader))
	}
	var acting, reading sync.WaitGroup
	ctx, cancel := context.WithCancel(s.Context())
	defer cancel()
	for _, act := range []action{r.post, r.post, r.promote, r.promote, r.promote, r.wake, r.wake, r.cut, r.demote, r.flip, r.follow} {
		acting.Go(func() { r.run(ctx, act) })
	}
	for range 2 {
		reading.Go(func() {
			for random := source(); ctx.Err() == nil; {
				r.read(ctx, r.stores[random.IntN(len(r.stores))])
			}
		})
	}
	acting.Wait()
	cancel()
	reading.Wait()
	return r.complaints, r.held
}

// action is what somebody does, as some process.
type action func(ctx context.Context, store timeline.Store, random *rand.Rand) error

func source() *rand.Rand { return rand.New(rand.NewPCG(rand.Uint64(), 0)) }

type racers struct {
	*suite

	// stores are those of the processes.
	stores  []timeline.Store
	authors []uuid.UUID
	reader  uuid.UUID

	mu    sync.Mutex
	since map[uuid.UUID]int64
	// log has the posts of each author, oldest first; delivered maps those that were
	// delivered to their authors.
	log        map[uuid.UUID][]uuid.UUID
	delivered  map[uuid.UUID]uuid.UUID
	complaints []string
	held       int
}

func (r *racers) run(ctx context.Context, act action) {
	random := source()
	for range raceRounds {
		err := act(ctx, r.stores[random.IntN(len(r.stores))], random)
		if fault.Is(err, fault.Unavailable) || fault.Is(err, fault.TimedOut) {
			// Others were in the way: the queue would try again.
			continue
		}
		if err != nil {
			r.Error(err)
			return
		}
	}
}

func (r *racers) anyone(random *rand.Rand) uuid.UUID { return r.authors[random.IntN(len(r.authors))] }

// follows are the edges as the graph has them.
func (r *racers) follows() []timeline.Edge {
	r.mu.Lock()
	defer r.mu.Unlock()
	edges := make([]timeline.Edge, len(r.authors))
	for i, a := range r.authors {
		edges[i] = timeline.Edge{Author: a, Reader: r.reader, Since: r.since[a]}
	}
	return edges
}

// newest are posts of an author as they are stored now, newest first.
func (r *racers) newest(author uuid.UUID, n int) []uuid.UUID {
	r.mu.Lock()
	defer r.mu.Unlock()
	posts := slices.Clone(r.log[author][max(len(r.log[author])-n, 0):])
	slices.Reverse(posts)
	return posts
}

func (r *racers) post(ctx context.Context, store timeline.Store, random *rand.Rand) error {
	author := r.anyone(random)
	r.mu.Lock()
	post := r.anyID()
	r.log[author] = append(r.log[author], post)
	r.mu.Unlock()
	for p := (timeline.FanoutPage{Post: post, Author: author, Limit: 1 + random.IntN(3)}); ; {
		w, err := store.WriteFanoutPage(ctx, p, nil)
		if err != nil {
			return err
		}
		if p.AfterReader = w.Last; !w.More {
			break
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.delivered[post] = author
	return nil
}

// promote is a move of single edges.
func (r *racers) promote(ctx context.Context, store timeline.Store, random *rand.Rand) error {
	begin := store.PromoteEdges
	if random.IntN(2) == 0 {
		begin = store.PromoteKnownEdges
	}
	generation, promoted, err := begin(ctx, r.follows())
	if err != nil || len(promoted) == 0 {
		return err
	}
	states, err := store.FindReaders(ctx, []uuid.UUID{r.reader})
	if err != nil {
		return err
	}
	m := timeline.Settlement{Generation: generation, Edges: promoted, Moment: r.moment}
	var rows timeline.EntryRows
	for _, e := range promoted {
		after := r.copyTo(&rows, e.Author, states[0].Horizon)
		m.PushedAfter, m.Versions = append(m.PushedAfter, after), append(m.Versions, states[0].Version)
	}
	if _, err := store.CopyEntries(ctx, rows); err != nil {
		return err
	}
	_, err = store.SettleEdges(ctx, m)
	return err
}

// copyTo adds what a move copies of an author and answers the place after which
// that is all.
func (r *racers) copyTo(rows *timeline.EntryRows, author, horizon uuid.UUID) (after uuid.UUID) {
	for i, post := range r.newest(author, raceCopies+1) {
		if i == raceCopies || compare(post, horizon) < 0 {
			return post
		}
		rows.ReaderIDs, rows.PostIDs, rows.AuthorIDs = append(rows.ReaderIDs, r.reader), append(rows.PostIDs, post), append(rows.AuthorIDs, author)
	}
	return uuid.Nil
}

func (r *racers) wake(ctx context.Context, store timeline.Store, random *rand.Rand) error {
	w, err := store.BeginWake(ctx, r.reader, r.authors[:1+random.IntN(len(r.authors))])
	if err != nil {
		return err
	}
	var rows timeline.EntryRows
	horizon := uuid.Nil
	for _, a := range w.Authors {
		if after := r.copyTo(&rows, a, uuid.Nil); compare(after, horizon) > 0 {
			horizon = after
		}
	}
	if _, err := store.CopyEntries(ctx, rows); err != nil {
		return err
	}
	if horizon != uuid.Nil {
		horizon = successor(horizon)
	}
	_, err = store.SettleReader(ctx, w, horizon, r.moment)
	return err
}

// successor is the least id above one.
func successor(u uuid.UUID) uuid.UUID {
	for i := len(u) - 1; i >= 0; i-- {
		if u[i]++; u[i] != 0 {
			break
		}
	}
	return u
}

// cut is a trim, or the whole of what was written going.
func (r *racers) cut(ctx context.Context, store timeline.Store, random *rand.Rand) error {
	to := id.Max
	if newest := r.newest(r.anyone(random), 3); len(newest) > 0 && random.IntN(3) > 0 {
		to = newest[len(newest)-1]
	}
	if err := store.RaiseHorizons(ctx, []timeline.Raised{{Reader: r.reader, Horizon: to}}); err != nil {
		return err
	}
	return store.DeleteBelow(ctx, []uuid.UUID{r.reader})
}

func (r *racers) demote(ctx context.Context, store timeline.Store, random *rand.Rand) error {
	_, err := store.DemoteEdges(ctx, []timeline.Edge{{Author: r.anyone(random), Reader: r.reader}}, r.moment)
	return err
}

func (r *racers) flip(ctx context.Context, store timeline.Store, random *rand.Rand) error {
	_, err := store.FlipAuthor(ctx, r.authors[0], random.IntN(3) == 0)
	return err
}

// follow ends a follow and begins it anew.
func (r *racers) follow(ctx context.Context, store timeline.Store, random *rand.Rand) error {
	author := r.anyone(random)
	r.mu.Lock()
	r.since[author]++
	e := timeline.Edge{Author: author, Reader: r.reader, Since: r.since[author]}
	r.mu.Unlock()
	if random.IntN(2) == 0 {
		if err := store.DeleteEdges(ctx, []timeline.Edge{e}); err != nil {
			return err
		}
	}
	return store.AddEdges(ctx, []timeline.Edge{e})
}

// read holds a page against what had been delivered before it was asked for.
func (r *racers) read(ctx context.Context, store timeline.Store) {
	r.mu.Lock()
	delivered := maps.Clone(r.delivered)
	r.mu.Unlock()
	began := time.Now()
	snap, err := store.ReadPage(ctx, r.reader, id.Max, 10_000)
	if err != nil {
		if ctx.Err() == nil && !fault.Is(err, fault.Unavailable) && !fault.Is(err, fault.TimedOut) {
			r.Error(err)
		}
		return
	}
	held, missing := 0, []string{}
	for post, author := range delivered {
		i := slices.Index(snap.Pushed, author)
		if i < 0 || compare(post, snap.Horizon) < 0 || compare(post, snap.PushedAfter[i]) <= 0 {
			continue
		}
		if held++; !slices.Contains(snap.PostIDs, post) {
			missing = append(missing, fmt.Sprintf("a page asked for at %v lacks post %v of %v: %+v", began, post, author, snap))
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.complaints, r.held = append(r.complaints, missing...), r.held+held
}
