package dynamostore_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/dynamo/dynamotest"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/post"
	"github.com/throng-social/throng/internal/post/dynamostore"
)

// A scan of many pages sees each at another moment, so posts that are liked meanwhile
// look wrong to it.
func TestPostsThatChangeDuringARecountAreCountedAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		changes int
		busy    bool
	}{"for a while": {changes: 60}, "all the time": {changes: 1 << 20, busy: true}} {
		tables := dynamotest.New(t)
		users := dynamostore.New(direct(t, tables))
		var posts []uuid.UUID
		for range 4 {
			postID, err := users.Create(t.Context(), post.Draft{Author: uuid.New(), Text: "hello", Key: uuid.NewString(), Hash: []byte("hello")})
			must(t, err)
			posts = append(posts, postID)
		}
		must(t, tables.Network.Set(dynamotest.Faults{Stale: time.Hour})) // half of the reads that are not strong
		config := tables.Config()
		config.Transport = &paged{tables.Network, func(page int) {
			if page < c.changes {
				_, _, err := users.Like(t.Context(), uuid.New(), posts[page%2])
				must(t, err)
			}
		}, 0}
		n, err := dynamostore.New(dial(t, config)).Recount(t.Context(), func(m post.Miscount) { t.Errorf("%s: %+v", name, m) })
		if n != 0 || fault.Is(err, fault.Unavailable) != c.busy || (err != nil) != c.busy {
			t.Errorf("%s: %d differences, %v", name, n, err)
		}
	}
}

// paged makes the pages of scans small, and lets something happen after each.
type paged struct {
	inner http.RoundTripper
	after func(page int)
	page  int
}

// RoundTrip implements http.RoundTripper.
func (p *paged) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".Scan") {
		return p.inner.RoundTrip(r)
	}
	var in map[string]any
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return nil, err
	}
	in["Limit"] = 3
	body, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	res, err := p.inner.RoundTrip(r)
	p.after(p.page)
	p.page++
	return res, err
}
