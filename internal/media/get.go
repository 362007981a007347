package media

import (
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"time"
)

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
	file, err := s.files.open(mediaID)
	if errors.Is(err, fs.ErrNotExist) {
		s.log.WarnContext(r.Context(), "the bytes of a picture are not there", slog.String("media_id", mediaID.String()))
		return errUnknown
	}
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	h := w.Header()
	h.Set("Content-Type", row.ContentType)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("ETag", `"`+mediaID.String()+`"`)
	http.ServeContent(w, r, "", time.Time{}, file)
	return nil
}
