package timeline

import (
	"slices"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/throng-social/throng/gen/db/timelinedb"
)

func anyID(n byte) uuid.UUID { return uuid.UUID{15: n} }

// newestFirst draws a list of distinct posts, newest first.
func newestFirst(t *rapid.T, name string, pulled bool) []entry {
	ids := rapid.SliceOfNDistinct(rapid.Byte(), 0, 12, rapid.ID[byte]).Draw(t, name)
	slices.Sort(ids)
	slices.Reverse(ids)
	entries := make([]entry, len(ids))
	for i, n := range ids {
		entries[i] = entry{post: anyID(n), pulled: pulled}
	}
	return entries
}

func TestAMergeHasTheNewestOfBothListsEachOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		written, logs := newestFirst(t, "written", false), newestFirst(t, "logs", true)
		limit := rapid.IntRange(1, 20).Draw(t, "limit")
		byPost := map[uuid.UUID]entry{}
		for _, e := range slices.Concat(logs, written) {
			byPost[e.post] = e
		}
		want := make([]entry, 0, len(byPost))
		for _, e := range byPost {
			want = append(want, e)
		}
		slices.SortFunc(want, func(a, b entry) int { return compare(b.post, a.post) })
		want = want[:min(limit, len(want))]
		if got := merge(written, logs, limit); !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

func TestAnAuthorIsPulledUnlessPushedInThisIncarnation(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) []follow {
			list := make([]follow, 0, 12)
			for _, n := range rapid.SliceOfNDistinct(rapid.ByteMax(15), 0, 12, rapid.ID[byte]).Draw(t, name) {
				list = append(list, follow{author: anyID(n), since: rapid.Int64Range(1, 2).Draw(t, "since")})
			}
			slices.SortFunc(list, func(a, b follow) int { return compare(a.author, b.author) })
			return list
		}
		following, edges := draw("following"), draw("edges")
		snap := timelinedb.ReadPageRow{}
		for _, e := range edges {
			snap.Pushed, snap.PushedSince = append(snap.Pushed, e.author), append(snap.PushedSince, e.since)
		}
		var want []uuid.UUID
		for _, f := range following {
			if !slices.Contains(edges, f) {
				want = append(want, f.author)
			}
		}
		if got := notPushed(following, snap); !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

func FuzzResume(f *testing.F) {
	viewer := anyID(7)
	good := &watch{viewer: viewer, since: anyID(1), delivered: map[uuid.UUID]bool{anyID(2): true, anyID(3): true}}
	f.Add(good.token())
	f.Add("")
	f.Add("AAAA")
	f.Fuzz(func(t *testing.T, token string) {
		w := &watch{viewer: viewer, delivered: map[uuid.UUID]bool{}}
		if err := w.resume(token); err != nil {
			return
		}
		again := &watch{viewer: viewer, delivered: map[uuid.UUID]bool{}}
		if err := again.resume(w.token()); err != nil || again.since != w.since || len(again.delivered) != len(w.delivered) {
			t.Fatalf("a token of %v does not read back: %v", w, err)
		}
	})
}

func TestATokenOfAnotherViewerIsRefused(t *testing.T) {
	t.Parallel()
	theirs := &watch{viewer: anyID(1), delivered: map[uuid.UUID]bool{}}
	mine := &watch{viewer: anyID(2), delivered: map[uuid.UUID]bool{}}
	if err := mine.resume(theirs.token()); err == nil {
		t.Fatal("it was taken")
	}
}
