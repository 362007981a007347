package app_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"connectrpc.com/connect"

	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/postgres/pgtest"
)

func TestPlainHTTPSpeaksToTheAPI(t *testing.T) {
	t.Parallel()
	d := deploy(t, pgtest.New(t), seams[0])
	ann := d.signUp(t)
	t.Run("JSON by POST", func(t *testing.T) {
		body := fetch(t, http.MethodPost, d.base+"/throng.user.v1.UserService/GetUser", `{"handle":"`+ann.handle+`"}`)
		if user, _ := body["user"].(map[string]any); user["id"] != ann.id {
			t.Fatal(body)
		}
	})
	t.Run("a read by GET", func(t *testing.T) {
		query := url.Values{"connect": {"v1"}, "encoding": {"json"}, "message": {`{"handle":"` + ann.handle + `"}`}}
		body := fetch(t, http.MethodGet, d.base+"/throng.user.v1.UserService/GetUser?"+query.Encode(), "")
		if user, _ := body["user"].(map[string]any); user["id"] != ann.id {
			t.Fatal(body)
		}
	})
	t.Run("who may keep an answer", func(t *testing.T) {
		query := url.Values{"connect": {"v1"}, "encoding": {"json"}, "message": {`{"handle":"` + ann.handle + `"}`}}
		for token, want := range map[string]string{"": "public, max-age=2", ann.tokens.GetAccessToken(): "no-store"} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.base+"/throng.user.v1.UserService/GetUser?"+query.Encode(), nil)
			if err != nil {
				t.Fatal(err)
			}
			if token != "" {
				req.Header.Set("Authorization", "Bearer "+token)
			}
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			if err := res.Body.Close(); err != nil || res.Header.Get("Cache-Control") != want {
				t.Errorf("signed in %t: %q, want %q", token != "", res.Header.Get("Cache-Control"), want)
			}
		}
	})
	t.Run("a method that there is not", func(t *testing.T) {
		_, err := connect.NewClient[userv1.GetMeRequest, userv1.GetMeResponse](http.DefaultClient, d.base+"/throng.user.v1.NoService/GetMe").
			CallUnary(t.Context(), connect.NewRequest(&userv1.GetMeRequest{}))
		if connect.CodeOf(err) != connect.CodeUnimplemented {
			t.Error("got", err)
		}
	})
	t.Run("the key set", func(t *testing.T) {
		if keys, _ := fetch(t, http.MethodGet, d.base+"/.well-known/jwks.json", "")["keys"].([]any); len(keys) == 0 {
			t.Fatal("no keys")
		}
	})
	t.Run("metrics", func(t *testing.T) {
		res, err := http.Get(d.base + "/ops/metrics")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		if err != nil || !strings.Contains(string(text), `throng_rpc_duration_seconds_count{code="ok",procedure="/throng.user.v1.UserService/Register"}`) {
			t.Fatal(err, string(text))
		}
	})
}

func fetch(t *testing.T, method, url, body string) map[string]any {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var out map[string]any
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil || res.StatusCode != http.StatusOK {
		t.Fatal(res.Status, out, err)
	}
	return out
}

// TestBufCurlSpeaksEveryProtocol goes by reflection alone, as a developer does.
func TestBufCurlSpeaksEveryProtocol(t *testing.T) {
	t.Parallel()
	buf, err := filepath.Abs("../../.bin/buf")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(buf); err != nil {
		t.Fatal("buf is not built: run `make tools`")
	}
	d := deploy(t, pgtest.New(t), seams[0])
	ann := d.signUp(t)
	for _, protocol := range []string{"connect", "grpc", "grpcweb"} {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), buf, "curl", "--protocol", protocol, "--http2-prior-knowledge",
				"-d", `{"handle":"`+ann.handle+`"}`, d.base+"/throng.user.v1.UserService/GetUser")
			cmd.Env = append(os.Environ(), "BUF_CACHE_DIR="+t.TempDir())
			out, err := cmd.CombinedOutput()
			if err != nil || !strings.Contains(string(out), ann.id) {
				t.Fatalf("%v\n%s", err, out)
			}
		})
	}
}
