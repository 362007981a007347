package throng

import (
	"net/http"
	"testing"
)

func TestWhatIsHeldReachesAllThatAnswersCarriedInBothParts(t *testing.T) {
	t.Parallel()
	m := &memory{}
	for _, seen := range []position{{log: 5}, {log: 3, clock: 8}, {log: 6, clock: 7}, {log: 4}} {
		h := http.Header{}
		h.Set(positionHeader, seen.token())
		m.see(h)
	}
	h := http.Header{}
	m.see(http.Header{positionHeader: {"of another make"}})
	m.send(h)
	if got, ok := parse(h.Get(positionHeader)); !ok || got != (position{log: 6, clock: 8}) {
		t.Errorf("it sends %v", got)
	}
}
