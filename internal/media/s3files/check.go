package s3files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/media"
)

// Check goes the way of a picture with a few bytes and leaves none: it arrives as
// clients send it, is read, kept, read again and taken away. It says what does not
// work.
func (f *Files) Check(ctx context.Context) error {
	mediaID, err := uuid.NewV7()
	if err != nil {
		return err
	}
	data := []byte("a picture of nothing")
	err = f.pass(ctx, mediaID, data)
	if gone := f.Remove(ctx, []uuid.UUID{mediaID}); err == nil && gone != nil {
		return fmt.Errorf("removing: %w", gone)
	}
	return err
}

func (f *Files) pass(ctx context.Context, mediaID uuid.UUID, data []byte) error {
	if err := f.send(ctx, mediaID, data); err != nil {
		return fmt.Errorf("sending to a signed address: %w", err)
	}
	if _, err := f.Arrived(ctx, mediaID, int64(len(data))); err != nil {
		return fmt.Errorf("reading what was sent: %w", err)
	}
	if _, err := f.Keep(ctx, mediaID, "image/png", data); err != nil {
		return fmt.Errorf("keeping: %w", err)
	}
	kept, err := f.Keep(ctx, mediaID, "image/png", []byte("another"))
	if err != nil {
		return fmt.Errorf("keeping what is kept already: %w", err)
	}
	if !bytes.Equal(kept, data) {
		return errors.New("the store does not heed If-None-Match, without which pictures could change")
	}
	return nil
}

// send does as a client does, with the machine's own clock.
func (f *Files) send(ctx context.Context, mediaID uuid.UUID, data []byte) error {
	from := time.Now().Truncate(time.Second)
	address, err := f.Address(ctx, media.Upload{MediaID: mediaID, ContentType: "image/png", Size: int64(len(data)), From: from, Until: from.Add(time.Minute)})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, address, bytes.NewReader(data))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "image/png")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		why, _ := io.ReadAll(io.LimitReader(res.Body, 1<<10))
		return fmt.Errorf("it answers %s: %s", res.Status, why)
	}
	return nil
}
