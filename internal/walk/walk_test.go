package walk_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/throng-social/throng/internal/walk"
)

// listOf is a list of such keys, which notes what was taken.
func listOf(keys []walk.Key, taken *[]walk.Key) walk.List {
	return func(_ context.Context, after walk.Key, most int) (last walk.Key, more bool, err error) {
		last = after
		n := 0
		for _, k := range keys {
			if compare(k, after) <= 0 {
				continue
			}
			if n == most {
				return last, true, nil
			}
			*taken, last, n = append(*taken, k), k, n+1
		}
		return last, false, nil
	}
}

func compare(a, b walk.Key) int {
	if c := bytes.Compare(a[0][:], b[0][:]); c != 0 {
		return c
	}
	return bytes.Compare(a[1][:], b[1][:])
}

func TestAWalkMeetsEachEntryOfEachListOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var want, got []walk.Key
		var lists []walk.List
		for _, n := range rapid.SliceOfN(rapid.IntRange(0, 7), 1, 4).Draw(t, "lengths") {
			keys := make([]walk.Key, n)
			for i := range keys {
				keys[i] = walk.Key{uuid.New(), uuid.New()}
			}
			slices.SortFunc(keys, compare)
			want, lists = append(want, keys...), append(lists, listOf(keys, &got))
		}
		most := rapid.IntRange(1, 4).Draw(t, "most")
		place, pages := "", 0
		for {
			var err error
			if place, err = walk.Page(context.Background(), place, most, lists...); err != nil {
				t.Fatal(err)
			}
			if pages++; place == "" {
				break
			}
			if pages > 100 {
				t.Fatal("the walk does not end")
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("met %v, want %v", got, want)
		}
	})
}

func TestAWalkRefusesWhatIsNoPlace(t *testing.T) {
	t.Parallel()
	var taken []walk.Key
	list := listOf(nil, &taken)
	id := uuid.NewString()
	for _, place := range []string{"0", "x/" + id + "/" + id, "1/" + id + "/" + id, "-1/" + id + "/" + id, "0/" + id + "/y", "0/" + id + "/" + id + "/"} {
		if _, err := walk.Page(t.Context(), place, 1, list); err == nil {
			t.Errorf("%q is taken for a place", place)
		}
	}
}

func TestAListThatFailsEndsThePage(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	_, err := walk.Page(t.Context(), "", 1, func(context.Context, walk.Key, int) (walk.Key, bool, error) { return walk.Key{}, true, broken })
	if !errors.Is(err, broken) {
		t.Error("got", err)
	}
}
