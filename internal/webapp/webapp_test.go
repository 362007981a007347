package webapp

import (
	"compress/gzip"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const index = "<!doctype html><title>Throng</title>"

var (
	script = strings.Repeat("export const throng = 1;\n", 200)
	built  = &Handler{policy: policyWith(nil), files: map[string]file{
		"index.html":           newFile("index.html", []byte(index)),
		"icon.svg":             newFile("icon.svg", []byte("<svg/>")),
		"site.webmanifest":     newFile("site.webmanifest", []byte("{}")),
		"assets/app-1a2b.js":   newFile("app-1a2b.js", []byte(script)),
		"assets/text-3c.woff2": newFile("text-3c.woff2", []byte("wOF2")),
	}}
)

func TestFilesAreServedAsWhatTheyAreAndThePageEverywhereElse(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]struct {
		code                  int
		kind, cache, contains string
	}{
		"/":                        {200, "text/html; charset=utf-8", "no-cache", index},
		"/index.html":              {200, "text/html; charset=utf-8", "no-cache", index},
		"/@ada":                    {200, "text/html; charset=utf-8", "no-cache", index},
		"/posts/0190-1":            {200, "text/html; charset=utf-8", "no-cache", index},
		"/../../etc/passwd":        {200, "text/html; charset=utf-8", "no-cache", index},
		"/icon.svg":                {200, "image/svg+xml", "no-cache", "<svg/>"},
		"/site.webmanifest":        {200, "application/manifest+json", "no-cache", "{}"},
		"/assets/app-1a2b.js":      {200, "text/javascript; charset=utf-8", immutable, "export const"},
		"/assets/text-3c.woff2":    {200, "font/woff2", immutable, "wOF2"},
		"/assets/of-last-build.js": {404, "text/plain; charset=utf-8", "", "not found"},
		"/assets/../icon.svg":      {200, "image/svg+xml", "no-cache", "<svg/>"},
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			res, body := get(t, built, path, nil)
			head := res.Header
			if res.StatusCode != want.code || head.Get("Content-Type") != want.kind || head.Get("Cache-Control") != want.cache || !strings.Contains(body, want.contains) {
				t.Errorf("answered %d, %q, cached %q: %.60s", res.StatusCode, head.Get("Content-Type"), head.Get("Cache-Control"), body)
			}
		})
	}
}

func TestThePageMayLoadNothingFromElsewhereAndMayNotBeFramed(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/", "/@ada", "/assets/app-1a2b.js"} {
		res, _ := get(t, built, path, nil)
		rules := res.Header.Get("Content-Security-Policy")
		for _, rule := range []string{"default-src 'self'", "connect-src 'self';", "frame-ancestors 'none'", "base-uri 'none'", "object-src 'none'"} {
			if !strings.Contains(rules, rule) {
				t.Errorf("%s: %q lacks %q", path, rules, rule)
			}
		}
		if strings.Contains(rules, "unsafe") || strings.Contains(rules, "http") {
			t.Errorf("%s: %q lets something in from elsewhere", path, rules)
		}
		if res.Header.Get("X-Content-Type-Options") != "nosniff" || res.Header.Get("Referrer-Policy") == "" {
			t.Errorf("%s: the headers are %v", path, res.Header)
		}
	}
}

func TestThePageMaySendUploadsWhereItIsTold(t *testing.T) {
	t.Parallel()
	rules := policyWith([]string{"https://media.s3.test"})
	if !strings.Contains(rules, "connect-src 'self' https://media.s3.test; img-src 'self' ") || strings.Count(rules, "http") != 1 {
		t.Error(rules)
	}
}

func TestLargeFilesAreCompressedForThoseWhoUnderstandIt(t *testing.T) {
	t.Parallel()
	zipped, _ := get(t, built, "/assets/app-1a2b.js", http.Header{"Accept-Encoding": {"br, gzip"}})
	if zipped.Header.Get("Content-Encoding") != "gzip" || zipped.Header.Get("Vary") != "Accept-Encoding" {
		t.Errorf("answered with %v", zipped.Header)
	}
	plain, body := get(t, built, "/assets/app-1a2b.js", nil)
	if plain.Header.Get("Content-Encoding") != "" || body != script || plain.Header.Get("Vary") != "Accept-Encoding" {
		t.Errorf("answered with %v", plain.Header)
	}
	small, _ := get(t, built, "/icon.svg", http.Header{"Accept-Encoding": {"gzip"}})
	if small.Header.Get("Content-Encoding") != "" {
		t.Error("a file that gains nothing was compressed")
	}
}

func TestCompressedFilesAreWhole(t *testing.T) {
	t.Parallel()
	rec := httptest.NewRecorder()
	req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/assets/app-1a2b.js", nil)
	req.Header.Set("Accept-Encoding", "gzip")
	built.ServeHTTP(rec, req)
	r, err := gzip.NewReader(rec.Body)
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(r); string(body) != script || err != nil {
		t.Errorf("%d of %d bytes came, %v", len(body), len(script), err)
	}
}

func TestFilesCanOnlyBeRead(t *testing.T) {
	t.Parallel()
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions} {
		rec := httptest.NewRecorder()
		built.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), method, "/", nil))
		if rec.Code != http.StatusMethodNotAllowed || rec.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("%s is answered %d", method, rec.Code)
		}
	}
	rec := httptest.NewRecorder()
	built.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodHead, "/icon.svg", nil))
	if rec.Code != http.StatusOK || rec.Body.Len() != 0 {
		t.Errorf("HEAD is answered %d with %d bytes", rec.Code, rec.Body.Len())
	}
}

func TestABinaryWithoutTheAppSaysSo(t *testing.T) {
	t.Parallel()
	res, body := get(t, &Handler{}, "/", nil)
	if res.StatusCode != http.StatusNotFound || !strings.Contains(body, "make build") {
		t.Errorf("answered %d: %s", res.StatusCode, body)
	}
}

// Whether the app was built before the tests is not for them to say; either way
// New must tell the truth.
func TestWhatWasBuiltInIsServed(t *testing.T) {
	t.Parallel()
	h, err := New()
	_, there := h.files[page]
	if there != (err == nil) || (err != nil && !errors.Is(err, ErrNotBuilt)) {
		t.Errorf("the page is there: %v, and the error is %v", there, err)
	}
}

// get asks without the compression that Go's client adds by itself.
func get(t *testing.T, h http.Handler, path string, header http.Header) (*http.Response, string) {
	t.Helper()
	rec := httptest.NewRecorder()
	req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://throng.example"+path, nil)
	maps.Copy(req.Header, header)
	h.ServeHTTP(rec, req)
	res := rec.Result()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}
