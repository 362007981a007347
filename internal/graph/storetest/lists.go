package storetest

import (
	"bytes"
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/graph"
)

// reader is one of the two lists that are newest first.
type reader = func(ctx context.Context, account uuid.UUID, before graph.Follow, most int) ([]graph.Follow, error)

// pages reads a whole list, and calls between after each page but the last.
func (w world) pages(list reader, account uuid.UUID, size int, between func()) []graph.Follow {
	w.t.Helper()
	var all []graph.Follow
	for before := graph.Newest; ; {
		page := must(w, func(ctx context.Context) ([]graph.Follow, error) { return list(ctx, account, before, size) })
		all = append(all, page...)
		if len(page) < size {
			return all
		}
		before = page[size-1]
		between()
	}
}

func idsOf(follows []graph.Follow) []uuid.UUID {
	ids := make([]uuid.UUID, len(follows))
	for i, f := range follows {
		ids[i] = f.UserID
	}
	return ids
}

var lists = []test{
	{"lists are newest first and complete under writes", func(w world) {
		p := people(40)
		star, fan := p[0], p[1]
		var want []uuid.UUID
		for _, other := range p[2:20] {
			w.follow(other, star)
			w.follow(fan, other)
			want = append(want, other)
		}
		slices.Reverse(want)
		late := p[20:]
		between := func() {
			w.follow(late[0], star)
			w.follow(fan, late[0])
			late = late[1:]
		}
		if got := idsOf(w.pages(w.ListFollowers, star, 5, between)); !slices.Equal(got, want) {
			w.t.Errorf("followers are %v, want %v", got, want)
		}
		for _, other := range p[20:] {
			w.unfollow(fan, other)
		}
		if got := idsOf(w.pages(w.ListFollowing, fan, 7, between)); !slices.Equal(got, want) {
			w.t.Errorf("followed are %v, want %v", got, want)
		}
		if got := w.pages(w.ListFollowing, star, 5, between); len(got) != 0 {
			w.t.Error("who follows nobody follows", got)
		}
	}},
	{"follows of one moment are paged by id", func(w world) {
		p := people(15)
		var in, out []graph.Edge
		for _, other := range p[1:] {
			in, out = append(in, edge(other, p[0])), append(out, edge(p[0], other))
		}
		w.store(false, rows(in...)...)
		w.store(false, rows(out...)...)
		for name, list := range map[string]reader{"followers": w.ListFollowers, "followed": w.ListFollowing} {
			got := w.pages(list, p[0], 4, func() {})
			if len(got) != len(in) || !slices.IsSortedFunc(got, newestFirst) {
				w.t.Errorf("%s are %v", name, got)
			}
		}
	}},
	{"what ended is in no list", func(w world) {
		p := people(4)
		for _, other := range p[1:] {
			w.follow(other, p[0])
			w.follow(p[0], other)
		}
		w.unfollow(p[2], p[0])
		w.unfollow(p[0], p[2])
		w.block(p[3], p[0])
		for name, list := range map[string]reader{"followers": w.ListFollowers, "followed": w.ListFollowing} {
			if got := idsOf(w.pages(list, p[0], 10, func() {})); !slices.Equal(got, p[1:2]) {
				w.t.Errorf("%s are %v, want %v", name, got, p[1:2])
			}
		}
		if got := idsOf(w.followed(p[0], 10)); !slices.Equal(got, p[1:2]) {
			w.t.Errorf("followed ids are %v", got)
		}
	}},
	{"followed ids ascend page by page and name the same moments", func(w world) {
		p := people(12)
		var edges []graph.Edge
		for i := range 11 {
			w.follow(p[0], p[11-i])
			edges = append(edges, edge(p[0], p[i+1]))
		}
		got := w.followed(p[0], 4)
		if !slices.Equal(idsOf(got), p[1:]) {
			w.t.Fatalf("got %v, want %v", idsOf(got), p[1:])
		}
		listed := map[uuid.UUID]graph.Follow{}
		for _, f := range w.pages(w.ListFollowing, p[0], 100, func() {}) {
			listed[f.UserID] = f
		}
		for i, since := range w.checked(edges...) {
			if !since.Equal(got[i].Since) || !since.Equal(listed[got[i].UserID].Since) {
				w.t.Errorf("a check says %v, one list %v, the other %v", since, got[i].Since, listed[got[i].UserID].Since)
			}
		}
	}},
	{"relationships and checks come in the order asked for", func(w world) {
		p := people(5)
		w.follow(p[0], p[1])
		w.follow(p[2], p[0])
		w.block(p[0], p[3])
		w.block(p[4], p[0])
		asked := []uuid.UUID{p[3], uuid.New(), p[2], p[1], p[2], p[4]}
		got := must(w, func(ctx context.Context) ([]graph.Relationship, error) { return w.Relationships(ctx, p[0], asked) })
		want := []graph.Relationship{{Blocking: true}, {}, {FollowedBy: true}, {Following: true}, {FollowedBy: true}, {}}
		if !slices.Equal(got, want) {
			w.t.Errorf("got %v, want %v", got, want)
		}
		since := w.checked(edge(p[1], p[0]), edge(p[0], p[1]), edge(p[2], p[0]), edge(p[0], p[1]))
		if !since[0].IsZero() || since[1].IsZero() || since[2].IsZero() || !since[3].Equal(since[1]) {
			w.t.Error("began at", since)
		}
		w.stands(uuid.New(), 0, 0)
	}},
}

// newestFirst orders follows as the lists do.
func newestFirst(a, b graph.Follow) int {
	if c := b.Since.Compare(a.Since); c != 0 {
		return c
	}
	return bytes.Compare(b.UserID[:], a.UserID[:])
}

// followed reads all that one follows, as timelines do.
func (w world) followed(account uuid.UUID, size int) []graph.Follow {
	w.t.Helper()
	var all []graph.Follow
	for after := uuid.Nil; ; {
		page := must(w, func(ctx context.Context) ([]graph.Follow, error) {
			return w.ListFollowingIDs(ctx, account, after, size)
		})
		all = append(all, page...)
		if len(page) < size {
			return all
		}
		after = page[size-1].UserID
	}
}
