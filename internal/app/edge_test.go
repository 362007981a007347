package app_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/throng-social/throng/internal/postgres/pgtest"
)

// Also where nouns reach one another over a socket: that is another listener.
func TestInternalServicesAreNotServedToClients(t *testing.T) {
	t.Parallel()
	d := deploy(t, pgtest.New(t), seams[1])
	for _, procedure := range []string{
		"/throng.user.v1.UserInternalService/ResolveHandles",
		"/throng.graph.v1.GraphInternalService/ListFollowingIds",
		"/throng.post.v1.PostInternalService/ListLog",
		"/throng.media.v1.MediaInternalService/Claim",
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.base+procedure, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusMethodNotAllowed && res.StatusCode != http.StatusNotFound {
			t.Errorf("%s answers %s", procedure, res.Status)
		}
	}
}
