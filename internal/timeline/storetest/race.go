package storetest

import (
	"context"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/timeline"
)

const (
	// raceRounds is how often each of those who race does what he does.
	raceRounds = 40
	// raceCopies is how many posts of an author a move copies.
	raceCopies = 4
)

// race lets authors post to a reader whose edges are moved in every way there is,
// and whose entries are woken and cut, all at once, as the engine does it. Whatever
// a page says to be pushed must be there, as far as it was delivered before.
func race(s *suite) {
	r := &racers{suite: s, authors: s.ids(2), reader: s.anyID(), since: map[uuid.UUID]int64{}, log: map[uuid.UUID][]uuid.UUID{}, delivered: map[uuid.UUID]uuid.UUID{}}
	for _, a := range r.authors {
		r.since[a] = 1
		s.push(edge(a, r.reader))
	}
	var acting, reading sync.WaitGroup
	ctx, cancel := context.WithCancel(s.Context())
	for _, act := range []func(context.Context, *rand.Rand) error{
		r.post, r.post, r.promote, r.promote, r.promote, r.wake, r.wake, r.cut, r.demote, r.flip, r.follow,
	} {
		acting.Go(func() { r.run(ctx, act) })
	}
	for range 2 {
		reading.Go(func() {
			for ctx.Err() == nil {
				r.read(ctx)
			}
		})
	}
	acting.Wait()
	cancel()
	reading.Wait()
	if r.pages == 0 || r.held == 0 {
		s.Errorf("%d pages were read that held %d posts: nothing was tested", r.pages, r.held)
	}
	s.Logf("%d pages were read, %d posts had to be on them", r.pages, r.held)
}

type racers struct {
	*suite

	authors []uuid.UUID
	reader  uuid.UUID

	mu    sync.Mutex
	since map[uuid.UUID]int64
	// log has the posts of each author, oldest first; delivered maps those that were
	// delivered to their authors.
	log         map[uuid.UUID][]uuid.UUID
	delivered   map[uuid.UUID]uuid.UUID
	pages, held int
}

func (r *racers) run(ctx context.Context, act func(context.Context, *rand.Rand) error) {
	random := rand.New(rand.NewPCG(rand.Uint64(), 0))
	for range raceRounds {
		if err := act(ctx, random); err != nil {
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

func (r *racers) post(ctx context.Context, random *rand.Rand) error {
	author := r.anyone(random)
	r.mu.Lock()
	post := r.anyID()
	r.log[author] = append(r.log[author], post)
	r.mu.Unlock()
	for p := (timeline.FanoutPage{Post: post, Author: author, Limit: 1 + random.IntN(3)}); ; {
		w, err := r.Store.WriteFanoutPage(ctx, p, nil)
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
func (r *racers) promote(ctx context.Context, random *rand.Rand) error {
	begin := r.Store.PromoteEdges
	if random.IntN(2) == 0 {
		begin = r.Store.PromoteKnownEdges
	}
	generation, promoted, err := begin(ctx, r.follows())
	if err != nil || len(promoted) == 0 {
		return err
	}
	states, err := r.Store.FindReaders(ctx, []uuid.UUID{r.reader})
	if err != nil {
		return err
	}
	m := timeline.Settlement{Generation: generation, Edges: promoted, Moment: r.moment}
	var rows timeline.EntryRows
	for _, e := range promoted {
		after := r.copyTo(&rows, e.Author, states[0].Horizon)
		m.PushedAfter, m.Versions = append(m.PushedAfter, after), append(m.Versions, states[0].Version)
	}
	if _, err := r.Store.CopyEntries(ctx, rows); err != nil {
		return err
	}
	_, err = r.Store.SettleEdges(ctx, m)
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

func (r *racers) wake(ctx context.Context, random *rand.Rand) error {
	w, err := r.Store.BeginWake(ctx, r.reader, r.authors[:1+random.IntN(len(r.authors))])
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
	if _, err := r.Store.CopyEntries(ctx, rows); err != nil {
		return err
	}
	if horizon != uuid.Nil {
		horizon = successor(horizon)
	}
	_, err = r.Store.SettleReader(ctx, w, horizon, r.moment)
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
func (r *racers) cut(ctx context.Context, random *rand.Rand) error {
	to := id.Max
	if newest := r.newest(r.anyone(random), 3); len(newest) > 0 && random.IntN(3) > 0 {
		to = newest[len(newest)-1]
	}
	if err := r.Store.RaiseHorizons(ctx, []timeline.Raised{{Reader: r.reader, Horizon: to}}); err != nil {
		return err
	}
	return r.Store.DeleteBelow(ctx, []uuid.UUID{r.reader})
}

func (r *racers) demote(ctx context.Context, random *rand.Rand) error {
	_, err := r.Store.DemoteEdges(ctx, []timeline.Edge{{Author: r.anyone(random), Reader: r.reader}}, r.moment)
	return err
}

func (r *racers) flip(ctx context.Context, random *rand.Rand) error {
	_, err := r.Store.FlipAuthor(ctx, r.authors[0], random.IntN(3) == 0)
	return err
}

// follow ends a follow and begins it anew.
func (r *racers) follow(ctx context.Context, random *rand.Rand) error {
	author := r.anyone(random)
	r.mu.Lock()
	r.since[author]++
	e := timeline.Edge{Author: author, Reader: r.reader, Since: r.since[author]}
	r.mu.Unlock()
	if random.IntN(2) == 0 {
		if err := r.Store.DeleteEdges(ctx, []timeline.Edge{e}); err != nil {
			return err
		}
	}
	return r.Store.AddEdges(ctx, []timeline.Edge{e})
}

// read holds a page against what had been delivered before it was asked for.
func (r *racers) read(ctx context.Context) {
	r.mu.Lock()
	delivered := maps.Clone(r.delivered)
	r.mu.Unlock()
	began := time.Now()
	snap, err := r.Store.ReadPage(ctx, r.reader, id.Max, 10_000)
	if err != nil {
		if ctx.Err() == nil {
			r.Error(err)
		}
		return
	}
	held := 0
	for post, author := range delivered {
		i := slices.Index(snap.Pushed, author)
		if i < 0 || compare(post, snap.Horizon) < 0 || compare(post, snap.PushedAfter[i]) <= 0 {
			continue
		}
		if held++; !slices.Contains(snap.PostIDs, post) {
			r.Errorf("a page asked for at %v lacks post %v of %v: %+v", began, post, author, snap)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pages, r.held = r.pages+1, r.held+held
}
