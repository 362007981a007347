package page_test

import (
	"bytes"
	"encoding/base64"
	"math"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/page"
)

var sealer = page.NewSealer([]byte("a deployment's secret"))

func TestTokenOpensToTheCursorThatWasSealed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.String().Draw(t, "list")
		sealed := anyCursor().Draw(t, "cursor")
		opened, err := sealer.Open(list, sealer.Seal(list, sealed), page.Cursor{})
		if err != nil {
			t.Fatal(err)
		}
		if !same(sealed, opened) {
			t.Fatalf("sealed %+v, opened %+v", sealed, opened)
		}
	})
}

func TestTimesOfCursorsAreKeptToTheMicrosecondAndInUTC(t *testing.T) {
	t.Parallel()
	kathmandu := time.FixedZone("odd", 5*3600+45*60)
	sealed := page.Cursor{Time: time.Date(2026, 3, 1, 0, 15, 0, 123_456_789, kathmandu)}
	opened, err := sealer.Open("list", sealer.Seal("list", sealed), page.Cursor{})
	if err != nil {
		t.Fatal(err)
	}
	if want := time.Date(2026, 2, 28, 18, 30, 0, 123_456_000, time.UTC); opened.Time != want {
		t.Errorf("opened %v, want %v", opened.Time, want)
	}
}

func TestEmptyTokenIsTheFirstPage(t *testing.T) {
	t.Parallel()
	first := page.Cursor{Rank: math.Inf(1), ID: uuid.Max}
	if got, err := sealer.Open("list", "", first); err != nil || got != first {
		t.Errorf("opened %+v, %v", got, err)
	}
}

func TestTokenOfAnotherListOrDeploymentIsRefused(t *testing.T) {
	t.Parallel()
	token := sealer.Seal("followers/1", page.Cursor{ID: uuid.Max})
	other := page.NewSealer([]byte("another deployment's secret"))
	for name, open := range map[string]func() (page.Cursor, error){
		"another kind of list":       func() (page.Cursor, error) { return sealer.Open("following/1", token, page.Cursor{}) },
		"the list of somebody else":  func() (page.Cursor, error) { return sealer.Open("followers/2", token, page.Cursor{}) },
		"a list with a longer name":  func() (page.Cursor, error) { return sealer.Open("followers/12", token, page.Cursor{}) },
		"a list of no name":          func() (page.Cursor, error) { return sealer.Open("", token, page.Cursor{}) },
		"a deployment of other keys": func() (page.Cursor, error) { return other.Open("followers/1", token, page.Cursor{}) },
	} {
		_, err := open()
		assertRefused(t, name, err)
	}
}

func TestChangedTokenIsRefused(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		token := sealer.Seal("list", anyCursor().Draw(t, "cursor"))
		changed := change(t, token)
		if changed == token || changed == "" {
			t.Skip("nothing was changed")
		}
		_, err := sealer.Open("list", changed, page.Cursor{})
		assertRefused(t, changed, err)
	})
}

// change flips a bit, cuts something off, or puts something in.
func change(t *rapid.T, token string) string {
	switch rapid.IntRange(0, 2).Draw(t, "change") {
	case 0:
		raw, err := base64.RawURLEncoding.DecodeString(token)
		if err != nil {
			t.Fatal(err)
		}
		bit := rapid.IntRange(0, len(raw)*8-1).Draw(t, "bit")
		raw[bit/8] ^= 1 << (bit % 8)
		return base64.RawURLEncoding.EncodeToString(raw)
	case 1:
		return token[:rapid.IntRange(0, len(token)-1).Draw(t, "length")]
	default:
		at := rapid.IntRange(0, len(token)).Draw(t, "at")
		return token[:at] + rapid.StringMatching(`[A-Za-z\r\n= ]{1,4}`).Draw(t, "put in") + token[at:]
	}
}

func TestBytesOpenAsTheyWereSealedAndInTheirListAlone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.SliceOfN(rapid.Byte(), 40, 40).Draw(t, "raw")
		token := sealer.SealBytes("board", raw)
		opened, err := sealer.OpenBytes("board", token, len(raw))
		if err != nil || !bytes.Equal(opened, raw) {
			t.Fatalf("opened %v, %v", opened, err)
		}
		_, err = sealer.OpenBytes("board", token, len(raw)-8)
		assertRefused(t, "a token of another length", err)
		_, err = sealer.OpenBytes("another", token, len(raw))
		assertRefused(t, "a token of another list", err)
		_, err = sealer.OpenBytes("board", change(t, token)+"A", len(raw))
		assertRefused(t, "a changed token", err)
	})
}

func TestPageSizeHasADefault(t *testing.T) {
	t.Parallel()
	for requested, want := range map[int32]int32{0: page.DefaultSize, 1: 1, 100: 100} {
		if got := page.Size(requested); got != want {
			t.Errorf("a request for %d gets %d, want %d", requested, got, want)
		}
	}
}

// What is not a token of the list is refused, and what is has one spelling only.
func FuzzOpen(f *testing.F) {
	f.Add("list", "")
	f.Add("list", "not a token")
	f.Add("list", sealer.Seal("list", page.Cursor{Rank: 0.5, Time: time.UnixMicro(1), ID: uuid.Max}))
	f.Add("list", sealer.Seal("list", page.Cursor{})+"\n")
	f.Add("other", sealer.Seal("list", page.Cursor{}))
	f.Fuzz(func(t *testing.T, list, token string) {
		c, err := sealer.Open(list, token, page.Cursor{})
		switch {
		case err != nil:
			assertRefused(t, token, err)
		case token != "" && sealer.Seal(list, c) != token:
			t.Errorf("%q opens to a cursor whose token is another", token)
		}
	})
}

func anyCursor() *rapid.Generator[page.Cursor] {
	return rapid.Custom(func(t *rapid.T) page.Cursor {
		c := page.Cursor{Rank: rapid.Float64().Draw(t, "rank")}
		if us := rapid.Int64Range(-1<<50, 1<<50).Draw(t, "time"); us != 0 {
			c.Time = time.UnixMicro(us).UTC()
		}
		copy(c.ID[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id"))
		return c
	})
}

func same(a, b page.Cursor) bool {
	return math.Float64bits(a.Rank) == math.Float64bits(b.Rank) && a.Time.Equal(b.Time) && bytes.Equal(a.ID[:], b.ID[:])
}

func assertRefused(t interface {
	Helper()
	Errorf(format string, args ...any)
}, what string, err error,
) {
	t.Helper()
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("%q is answered with %v, want invalid input", what, err)
	}
}
