package id_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
)

func TestTimeOfAnIDIsWhenItWasMadeToTheMillisecond(t *testing.T) {
	t.Parallel()
	// The example of RFC 9562, appendix A.6.
	u := uuid.MustParse("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")
	if got, want := id.Time(u), time.Date(2022, 2, 22, 19, 22, 22, 0, time.UTC); got != want {
		t.Errorf("it was made at %v, want %v", got, want)
	}
	before := time.Now().Truncate(time.Millisecond)
	now := id.Time(uuid.Must(uuid.NewV7()))
	if now.Before(before) || now.After(time.Now()) {
		t.Errorf("an id made after %v says %v", before, now)
	}
}

func TestIDsSurviveTheWayThroughAMessage(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SliceOf(anyID()).Draw(t, "ids")
		got, err := id.ParseAll("ids", id.Strings(ids))
		if err != nil || len(got) != len(ids) {
			t.Fatalf("%d ids came back as %d, %v", len(ids), len(got), err)
		}
		for i, u := range ids {
			one, err := id.Parse("id", id.String(u))
			if got[i] != u || one != u || err != nil {
				t.Fatalf("%v came back as %v and %v, %v", u, got[i], one, err)
			}
			if bytesGreater(u, id.Max) {
				t.Fatalf("%v is greater than the greatest", u)
			}
		}
	})
}

func TestNoIDIsTheEmptyString(t *testing.T) {
	t.Parallel()
	u, err := id.Parse("reply_to_id", "")
	if u != uuid.Nil || err != nil || id.String(u) != "" {
		t.Errorf("the empty string is read as %v, %v and written as %q", u, err, id.String(u))
	}
}

func TestWhatIsNoIDNamesItsField(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"1", "017f22e2-79b0-7cc3-98c4-dc0c0c07398", "017f22e2-79b0-7cc3-98c4-dc0c0c07398g", " "} {
		_, one := id.Parse("post_id", s)
		_, all := id.ParseAll("post_id", []string{s})
		for _, err := range []error{one, all} {
			f, ok := errors.AsType[*fault.Error](err)
			if !ok || f.Kind != fault.Invalid || f.Field != "post_id" || f.Reason != "id_invalid" {
				t.Errorf("%q is answered with %+v", s, err)
			}
		}
	}
}

func anyID() *rapid.Generator[uuid.UUID] {
	return rapid.Custom(func(t *rapid.T) uuid.UUID {
		return uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id"))
	})
}

func bytesGreater(a, b uuid.UUID) bool { return string(a[:]) > string(b[:]) }
