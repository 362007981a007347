package load_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/throng-social/throng/internal/lab/load"
)

func TestOnlyThisMachineIsLoaded(t *testing.T) {
	t.Parallel()
	for server, want := range map[string]bool{
		"http://127.0.0.1:8080":          true,
		"http://localhost:8080":          true,
		"http://[::1]:8080":              true,
		"http://[::ffff:127.0.0.1]:8080": true,
		"http://192.0.2.1:8080":          false,
		"http://10.0.0.7":                false,
		"http://[2001:db8::1]:8080":      false,
		"http://0.0.0.0:8080":            false,
		"127.0.0.1:8080":                 false,
		"/only/a/path":                   false,
	} {
		if err := load.CheckLoopback(t.Context(), server); (err == nil) != want {
			t.Errorf("%s: %v", server, err)
		}
	}
}

func TestTheClientReachesThisMachineAndNoOther(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/away" {
			http.Redirect(w, r, "http://192.0.2.1:9/", http.StatusFound)
		}
	}))
	defer server.Close()
	client := load.NewClient(2)
	defer client.CloseIdleConnections()
	res, err := client.Get(server.URL)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("this machine answers %v, %v", res, err)
	}
	res.Body.Close()
	for _, url := range []string{"http://192.0.2.1:9/", server.URL + "/away"} {
		if _, err := client.Get(url); err == nil || !strings.Contains(err.Error(), "this machine alone") {
			t.Errorf("%s: %v", url, err)
		}
	}
}
