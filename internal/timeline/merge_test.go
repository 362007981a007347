package timeline

import (
	"slices"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"
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
		flying := anyID(rapid.ByteMax(15).Draw(t, "in flight"))
		snap := Snapshot{}
		after := map[follow]uuid.UUID{}
		for _, e := range edges {
			after[e] = anyID(rapid.ByteMax(2).Draw(t, "after"))
			snap.Pushed, snap.PushedSince, snap.PushedAfter = append(snap.Pushed, e.author), append(snap.PushedSince, e.since), append(snap.PushedAfter, after[e])
		}
		var wantPulled []uuid.UUID
		var wantLate []lateEdge
		for _, f := range following {
			place, pushed := after[f]
			switch {
			case !pushed || f.author == flying:
				wantPulled = append(wantPulled, f.author)
			case place != uuid.Nil:
				wantLate = append(wantLate, lateEdge{f.author, place})
			}
		}
		pulled, late := unpushed(following, snap, []uuid.UUID{flying})
		if !slices.Equal(pulled, wantPulled) || !slices.Equal(late, wantLate) {
			t.Fatalf("got %v and %v, want %v and %v", pulled, late, wantPulled, wantLate)
		}
	})
}
