package media

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/mediadb"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/media/picture"
	"github.com/throng-social/throng/internal/postgres"
)

const (
	// maxArriving bounds the uploads under way in a process, and with it the disk
	// that unfinished ones take (8 MiB each).
	maxArriving = 128
	// maxInspecting bounds those in memory.
	maxInspecting = 4
	// arrivalTime is how long one upload may take.
	arrivalTime = 2 * time.Minute
)

// put takes the bytes of a picture. Sending the same again is harmless.
func (s *Service) put(w http.ResponseWriter, r *http.Request) error {
	mediaID, err := pathID(r)
	if err != nil {
		return err
	}
	if err := s.checkUploadURL(mediaID, r.URL.Query().Get("expires"), r.URL.Query().Get("signature")); err != nil {
		return err
	}
	select {
	case s.arriving <- struct{}{}:
		defer func() { <-s.arriving }()
	default:
		return errBusy
	}
	announced, err := s.q.GetUpload(r.Context(), s.db.Writer(r.Context()), mediaID)
	if err != nil {
		return err
	}
	if err := compareHeader(r, announced); err != nil {
		return err
	}
	if err := s.take(w, r, mediaID, announced); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// compareHeader refuses before the bytes what the header gives away.
func compareHeader(r *http.Request, announced mediadb.GetUploadRow) error {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err != nil || kind != announced.ContentType:
		return errWrongType
	case r.ContentLength > announced.AnnouncedSize:
		return errTooLarge
	case r.ContentLength >= 0 && r.ContentLength < announced.AnnouncedSize:
		return errTooShort
	}
	return nil
}

// take brings the bytes from the connection to their place, by way of two
// temporary files: as they came, and cleaned.
func (s *Service) take(w http.ResponseWriter, r *http.Request, mediaID uuid.UUID, announced mediadb.GetUploadRow) error {
	raw, err := s.files.temporary()
	if err != nil {
		return err
	}
	defer s.files.discard(raw)
	// A server without deadlines, as in tests, is no reason to refuse.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(arrivalTime))
	digest, err := receive(raw, http.MaxBytesReader(w, r.Body, announced.AnnouncedSize), announced.AnnouncedSize)
	if err != nil {
		return err
	}
	clean, err := s.files.temporary()
	if err != nil {
		return err
	}
	defer s.files.discard(clean)
	p, err := s.inspect(r.Context(), raw, clean, announced)
	if err != nil {
		return err
	}
	return s.finish(r.Context(), mediaID, clean, mediadb.FinishUploadParams{
		ID: mediaID, Size: int64(len(p.Data)), Width: int32(p.Width), Height: int32(p.Height), Digest: digest, //nolint:gosec // at most picture.MaxSide
	})
}

// receive writes the body to a file and answers its SHA-256.
func receive(to io.Writer, body io.Reader, size int64) ([]byte, error) {
	digest := sha256.New()
	n, err := io.Copy(io.MultiWriter(onlyDisk{to}, digest), body)
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, errTooLarge
	}
	if _, ok := errors.AsType[*diskError](err); ok {
		return nil, err
	}
	if err != nil {
		return nil, errCutOff
	}
	if n < size {
		return nil, errTooShort
	}
	return digest.Sum(nil), nil
}

// onlyDisk marks the errors that are ours and not the client's.
type onlyDisk struct{ io.Writer }

type diskError struct{ error }

func (d onlyDisk) Write(b []byte) (int, error) {
	n, err := d.Writer.Write(b)
	if err != nil {
		return n, &diskError{err}
	}
	return n, nil
}

// inspect checks what came and writes it down cleaned, to disk and not only to
// its cache.
func (s *Service) inspect(ctx context.Context, raw, clean *os.File, announced mediadb.GetUploadRow) (picture.Picture, error) {
	select {
	case s.inspecting <- struct{}{}:
		defer func() { <-s.inspecting }()
	case <-ctx.Done():
		return picture.Picture{}, postgres.Fault(ctx.Err())
	}
	data := make([]byte, announced.AnnouncedSize)
	if _, err := raw.ReadAt(data, 0); err != nil {
		return picture.Picture{}, err
	}
	if kind := picture.Sniff(data); kind != "" && kind != announced.ContentType {
		return picture.Picture{}, errWrongType
	}
	p, err := picture.Clean(data)
	switch {
	case errors.Is(err, picture.ErrTooLarge):
		return p, errManyPixels
	case err != nil:
		return p, errNoPicture
	}
	if _, err := clean.Write(p.Data); err != nil {
		return p, err
	}
	return p, clean.Sync()
}

// finish puts the file in its place and says so in the row, whose lock decides
// between uploads at the same time. The file comes first: a crash between the two
// leaves an open upload, which may be sent again and whose file nobody is shown.
func (s *Service) finish(ctx context.Context, mediaID uuid.UUID, clean *os.File, done mediadb.FinishUploadParams) error {
	placed := false
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		row, err := s.q.LockUpload(ctx, tx, mediaID)
		switch {
		case fault.Is(err, fault.NotFound):
			return errUnknown
		case err != nil:
			return err
		case row.State == "uploaded" && subtle.ConstantTimeCompare(row.Digest, done.Digest) == 1:
			return nil
		case row.State == "uploaded":
			return errOther
		}
		if !placed {
			if err := s.files.place(clean, mediaID); err != nil {
				return err
			}
			placed = true
		}
		return s.q.FinishUpload(ctx, tx, done)
	})
}
