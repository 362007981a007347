package media

import (
	"context"
	"crypto/sha256"
	"errors"
	"log/slog"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/throng-social/throng/gen/db/mediadb"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/media/picture"
)

// settle looks at what has arrived of those uploads that are still open. It answers
// whether there are uploads of these ids at all, in which case they may be pictures
// by now, through whomever: look again. What has not arrived stays open. Every step
// may be done twice, or by several processes at the same time.
func (s *Service) settle(ctx context.Context, ids []uuid.UUID) (bool, error) {
	uploads, err := s.q.ListUploads(ctx, s.db.Writer(ctx), ids)
	if err != nil {
		return false, err
	}
	g, gctx := errgroup.WithContext(ctx)
	for _, up := range uploads {
		if up.State == "open" {
			g.Go(func() error { return s.settleOne(gctx, up) })
		}
	}
	err = g.Wait()
	// Somebody may be asking since before there was a picture.
	s.known.Invalidate(ids...)
	return len(uploads) > 0, err
}

// settleOne has the bytes in memory while it works.
func (s *Service) settleOne(ctx context.Context, up mediadb.ListUploadsRow) error {
	release, err := s.hold(ctx)
	if err != nil {
		return err
	}
	defer release()
	raw, err := s.files.Arrived(ctx, up.ID, up.AnnouncedSize)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	p, err := inspect(raw, up.ContentType)
	if why, ok := errors.AsType[*problem](err); ok {
		s.log.InfoContext(ctx, "an upload was refused", slog.String("media_id", up.ID.String()), slog.String("why", why.code))
		return s.q.RefuseUpload(ctx, s.db.Writer(ctx), mediadb.RefuseUploadParams{ID: up.ID, Now: s.now()})
	}
	if err != nil {
		return err
	}
	digest := sha256.Sum256(raw)
	return s.settled(ctx, up.ID, s.finish(ctx, up.ID, p, digest[:]))
}

// settled forgets what arrived, once there is a picture, be it of these bytes or of
// those of another upload to the same address. If that fails, sweeping does it.
func (s *Service) settled(ctx context.Context, mediaID uuid.UUID, err error) error {
	if err != nil && !errors.Is(err, errOther) && !errors.Is(err, errUnknown) {
		return err
	}
	if err := s.files.Discard(ctx, mediaID); err != nil {
		s.log.WarnContext(ctx, "an upload was kept and not discarded", slog.String("media_id", mediaID.String()), slog.Any("error", err))
	}
	return nil
}

// hold takes one of the places for pictures in memory.
func (s *Service) hold(ctx context.Context) (release func(), err error) {
	select {
	case s.inspecting <- struct{}{}:
		return func() { <-s.inspecting }, nil
	case <-ctx.Done():
		return nil, fault.New(fault.TimedOut, "deadline_exceeded", "the call took too long").Because(ctx.Err())
	}
}

// inspect checks what came and cleans it.
func inspect(raw []byte, contentType string) (picture.Picture, error) {
	if kind := picture.Sniff(raw); kind != "" && kind != contentType {
		return picture.Picture{}, errWrongType
	}
	p, err := picture.Clean(raw)
	switch {
	case errors.Is(err, picture.ErrTooLarge):
		return p, errManyPixels
	case err != nil:
		return p, errNoPicture
	}
	return p, nil
}
