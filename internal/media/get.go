package media

import (
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/throng-social/throng/gen/db/mediadb"
	"github.com/throng-social/throng/internal/fault"
)

// showTime is how long one answer may take: a client that reads slower is given up.
const showTime = 2 * time.Minute

// get shows a picture. What it answers never changes, and no browser may take it
// for anything but a picture.
func (s *Service) get(w http.ResponseWriter, r *http.Request) error {
	mediaID, err := pathID(r)
	if err != nil {
		return err
	}
	row, err := s.find(r.Context(), mediaID)
	if err != nil {
		return err
	}
	err = s.show(w, r, row)
	if fault.Is(err, fault.NotFound) {
		s.log.WarnContext(r.Context(), "the bytes of a picture are not there", slog.String("media_id", mediaID.String()))
	}
	return err
}

// show answers the bytes, or has written nothing when it fails.
func (s *Service) show(w http.ResponseWriter, r *http.Request, row mediadb.ListUploadedRow) error {
	control := http.NewResponseController(w)
	_ = control.SetWriteDeadline(time.Now().Add(showTime))
	// The connection's next answer has its own time.
	defer func() { _ = control.SetWriteDeadline(time.Time{}) }()
	file, err := s.files.Open(r.Context(), row.ID, row.Size)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	h := http.Header{}
	h.Set("Content-Type", row.ContentType)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("ETag", `"`+row.ID.String()+`"`)
	if strings.Contains(r.Header.Get("Range"), ",") {
		// Nobody needs many parts of a picture, and each would be a call to the store.
		r = r.Clone(r.Context())
		r.Header.Del("Range")
	}
	late := &late{ResponseWriter: w, header: h}
	source := &source{ReadSeeker: file}
	http.ServeContent(late, r, "", time.Time{}, source)
	switch {
	case source.err == nil:
		late.begin()
		return nil
	case !late.begun:
		return source.err
	}
	// The answer must not look complete, as it would be kept for good.
	panic(http.ErrAbortHandler)
}

// late holds an answer's header back until the first bytes are there, so that an
// error may still be answered.
type late struct {
	http.ResponseWriter

	header http.Header
	status int
	begun  bool
}

func (l *late) Header() http.Header { return l.header }

func (l *late) WriteHeader(status int) { l.status = status }

func (l *late) Write(b []byte) (int, error) {
	l.begin()
	return l.ResponseWriter.Write(b)
}

func (l *late) begin() {
	if l.begun {
		return
	}
	l.begun = true
	maps.Copy(l.ResponseWriter.Header(), l.header)
	l.ResponseWriter.WriteHeader(l.status)
}

// source remembers why reading failed, which http.ServeContent does not tell.
type source struct {
	io.ReadSeeker

	err error
}

func (s *source) Read(b []byte) (int, error) {
	n, err := s.ReadSeeker.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}
