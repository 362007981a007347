// Package webapp serves the web app that is built into the binary.
//
// Files with a hash in their name never change and may be kept for good; the
// page itself is asked for each time. Every path that is no file answers the
// page, as the app has addresses of its own. The page may load nothing from
// elsewhere and may not be framed; it may send to where it is told uploads go.
package webapp

import (
	"bytes"
	"compress/gzip"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed all:dist
var dist embed.FS

const (
	page      = "index.html"
	immutable = "public, max-age=31536000, immutable"
	policy    = "default-src 'self'; connect-src %s; img-src 'self' blob: data:; style-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)

// ErrNotBuilt says that the binary was made without the web app.
var ErrNotBuilt = errors.New("this binary was built without the web app: run `make build`")

// file is one file, as it is and compressed.
type file struct {
	plain, zipped []byte
	kind          string
}

// Handler serves the app.
type Handler struct {
	files  map[string]file
	policy string
}

// New reads the files that were built in. The page may send to these origins beside
// its own.
func New(origins ...string) (*Handler, error) {
	h := &Handler{files: map[string]file{}, policy: policyWith(origins)}
	err := fs.WalkDir(dist, "dist", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := dist.ReadFile(name)
		h.files[strings.TrimPrefix(name, "dist/")] = newFile(name, raw)
		return err
	})
	if _, ok := h.files[page]; err == nil && !ok {
		return h, ErrNotBuilt
	}
	return h, err
}

func policyWith(origins []string) string {
	return fmt.Sprintf(policy, strings.Join(append([]string{"'self'"}, origins...), " "))
}

func newFile(name string, raw []byte) file {
	f := file{plain: raw, kind: kindOf(path.Ext(name))}
	var buf bytes.Buffer
	w, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err != nil {
		return f
	}
	if _, err := w.Write(raw); err != nil || w.Close() != nil {
		return f
	}
	if buf.Len() < len(raw)*9/10 {
		f.zipped = buf.Bytes()
	}
	return f
}

// kindOf does not depend on what the machine knows of types: browsers are told
// not to guess, so a file of no type would not be used.
func kindOf(extension string) string {
	switch extension {
	case ".webmanifest":
		return "application/manifest+json"
	case ".woff2":
		return "font/woff2"
	}
	if kind := mime.TypeByExtension(extension); kind != "" {
		return kind
	}
	return "application/octet-stream"
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	f, ok := h.files[name]
	switch {
	case ok && strings.HasPrefix(name, "assets/"):
		w.Header().Set("Cache-Control", immutable)
	case strings.HasPrefix(name, "assets/"):
		http.NotFound(w, r)
		return
	default:
		w.Header().Set("Cache-Control", "no-cache")
		if !ok {
			f, ok = h.files[page]
		}
	}
	if !ok {
		http.Error(w, ErrNotBuilt.Error(), http.StatusNotFound)
		return
	}
	h.serve(w, r, f)
}

func (h *Handler) serve(w http.ResponseWriter, r *http.Request, f file) {
	head := w.Header()
	head.Set("Content-Type", f.kind)
	head.Set("Content-Security-Policy", h.policy)
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "same-origin")
	head.Set("Vary", "Accept-Encoding")
	content := f.plain
	if f.zipped != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		head.Set("Content-Encoding", "gzip")
		content = f.zipped
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}
