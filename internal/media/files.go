package media

import (
	"context"
	"io"
	"time"

	"github.com/google/uuid"
)

// Files keeps the bytes of pictures. For every id there are two places: one where
// an upload arrives, from which nobody is shown anything, and one where the
// picture is kept. An id is never used for a second picture.
//
// Errors are faults: NotFound where there are no such bytes, Unavailable where the
// store is away or slow. A call that failed may have happened, and may be made
// again.
type Files interface {
	// Address answers where a client sends an upload with the method PUT, past this
	// service, to arrive. The address holds him to type, size and time. It is empty
	// where nothing can arrive in this way and the service has to take the bytes.
	Address(ctx context.Context, u Upload) (string, error)
	// Arrived reads the bytes of the last whole upload, which has so many. What was cut
	// off on its way has not arrived.
	Arrived(ctx context.Context, mediaID uuid.UUID, size int64) ([]byte, error)
	// Discard takes away what has arrived; to find nothing is no error.
	Discard(ctx context.Context, mediaID uuid.UUID) error
	// Keep stores a picture, whole and for good or not at all, and answers the bytes
	// that are kept from then on: of several calls the first one wins, and the others
	// are told what it has stored.
	Keep(ctx context.Context, mediaID uuid.UUID, contentType string, data []byte) ([]byte, error)
	// Open reads a kept picture, whose size is known. That it is not there may come
	// out at the first Read. The context bounds the reading too.
	Open(ctx context.Context, mediaID uuid.UUID, size int64) (io.ReadSeekCloser, error)
	// Remove takes away all there is of these ids, at most 500; what is not there
	// is no error.
	Remove(ctx context.Context, ids []uuid.UUID) error
	// Sweep takes away a bounded number of what was begun before that time and is of
	// no use to anybody: half a write of a process that crashed, an upload that
	// arrived when its id was gone or kept. It may run in several processes.
	Sweep(ctx context.Context, before time.Time) error
}

// Upload is what a client may send.
type Upload struct {
	MediaID     uuid.UUID
	ContentType string
	Size        int64
	// From and Until are whole seconds.
	From, Until time.Time
}
