package media

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
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
	// maxInspecting bounds the pictures that are held in memory (16 MiB each, as they
	// came and cleaned), while they are looked at and kept.
	maxInspecting = 6
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

// take brings the bytes from the connection to where they are kept, by way of a
// file, as slow clients must not fill the memory.
func (s *Service) take(w http.ResponseWriter, r *http.Request, mediaID uuid.UUID, announced mediadb.GetUploadRow) error {
	raw, err := s.openSpool()
	if err != nil {
		return err
	}
	defer func() { _ = raw.Close() }()
	// A server without deadlines, as in tests, is no reason to refuse.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(arrivalTime))
	digest, err := receive(raw, http.MaxBytesReader(w, r.Body, announced.AnnouncedSize), announced.AnnouncedSize)
	if err != nil {
		return err
	}
	release, err := s.hold(r.Context())
	if err != nil {
		return err
	}
	defer release()
	data := make([]byte, announced.AnnouncedSize)
	if _, err := raw.ReadAt(data, 0); err != nil {
		return err
	}
	p, err := inspect(data, announced.ContentType)
	if err != nil {
		return err
	}
	return s.finish(r.Context(), mediaID, p, digest)
}

// openSpool makes a file that has no name, so that it goes with its last user.
func (s *Service) openSpool() (*os.File, error) {
	f, err := os.CreateTemp(s.spool, "upload-*")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
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

// finish keeps a picture and says so in its row, whose lock decides between uploads
// at the same time. The bytes come first: a crash between the two leaves an open
// upload, whose bytes nobody is shown and whose next picture must be the same. A
// write that was given up and is done late can change nothing either, as the first
// one has won.
func (s *Service) finish(ctx context.Context, mediaID uuid.UUID, p picture.Picture, digest []byte) error {
	var other bool
	err := s.db.InTx(ctx, func(tx postgres.Tx) error {
		row, err := s.q.LockUpload(ctx, tx, mediaID)
		switch {
		case fault.Is(err, fault.NotFound):
			return errUnknown
		case err != nil:
			return err
		case row.State == "uploaded":
			other = subtle.ConstantTimeCompare(row.Digest, digest) != 1
			return nil
		}
		done, err := s.keep(ctx, mediaID, p, digest)
		if err != nil {
			return err
		}
		other = !bytes.Equal(done.Digest, digest)
		return s.q.FinishUpload(ctx, tx, done)
	})
	if err == nil && other {
		return errOther
	}
	return err
}

// keep describes what is kept, which is another picture than p if a crash came
// between that one and its row.
func (s *Service) keep(ctx context.Context, mediaID uuid.UUID, p picture.Picture, digest []byte) (mediadb.FinishUploadParams, error) {
	kept, err := s.files.Keep(ctx, mediaID, p.Type, p.Data)
	if err != nil {
		return mediadb.FinishUploadParams{}, err
	}
	if !bytes.Equal(kept, p.Data) {
		if p, err = picture.Clean(kept); err != nil {
			return mediadb.FinishUploadParams{}, fmt.Errorf("what is kept is no picture: %w", err)
		}
		// What it was before it was cleaned, nobody knows any more.
		sum := sha256.Sum256(kept)
		digest = sum[:]
	}
	return mediadb.FinishUploadParams{
		ID: mediaID, Size: int64(len(kept)), Width: int32(p.Width), Height: int32(p.Height), Digest: digest, //nolint:gosec // at most picture.MaxSide
	}, nil
}
