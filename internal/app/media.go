package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"

	"github.com/throng-social/throng/internal/cache"
	"github.com/throng-social/throng/internal/media"
	"github.com/throng-social/throng/internal/media/folder"
	"github.com/throng-social/throng/internal/media/s3files"
	"github.com/throng-social/throng/internal/postgres"
)

// The media stores by their names in the settings.
const (
	mediaFolder = "folder"
	mediaS3     = "s3"
)

// pictures are a media service with what it stands on.
type pictures struct {
	*media.Service

	close func() error
}

func newPictures(ctx context.Context, s Settings, db *postgres.DB, caches *cache.Group, log *slog.Logger) (*pictures, error) {
	deps := media.Deps{DB: db, Secret: s.secret(), Caches: caches, Log: log}
	if s.MediaStore == mediaS3 {
		files, err := s3files.Open(ctx, s.S3)
		deps.Files = files
		return &pictures{Service: media.New(deps), close: func() error { return nil }}, err
	}
	files, err := folder.Open(s.MediaDir)
	if err != nil {
		return nil, err
	}
	deps.Files, deps.Spool = files, files.Spool()
	return &pictures{Service: media.New(deps), close: files.Close}, nil
}

// uploadOrigins are where the web app sends pictures to beside this deployment.
func (s *Settings) uploadOrigins(ctx context.Context) ([]string, error) {
	if s.MediaStore != mediaS3 {
		return nil, nil
	}
	files, err := s3files.Open(ctx, s.S3)
	if err != nil {
		return nil, err
	}
	origin, err := files.Origin(ctx)
	if err != nil {
		return nil, fmt.Errorf("where pictures are sent to: %w", err)
	}
	return []string{origin}, nil
}

// checkMedia refuses a store that cannot be reached with these settings.
func (s *Settings) checkMedia() error {
	switch s.MediaStore {
	case "", mediaFolder:
		return nil
	case mediaS3:
		return s.checkS3()
	}
	return fmt.Errorf("THRONG_MEDIA_STORE is %q, and must be folder or s3", s.MediaStore)
}

func (s *Settings) checkS3() error {
	var errs []error
	if s.S3.Bucket == "" || s.S3.Region == "" {
		errs = append(errs, errors.New("pictures in S3 need THRONG_S3_BUCKET and THRONG_S3_REGION"))
	}
	if (s.S3.AccessKey == "") != (s.S3.SecretKey == "") {
		errs = append(errs, errors.New("THRONG_S3_ACCESS_KEY and THRONG_S3_SECRET_KEY go together: set both, or none for what AWS's own variables, files and roles give"))
	}
	if u, err := url.Parse(s.S3.Endpoint); s.S3.Endpoint != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		errs = append(errs, errors.New("THRONG_S3_ENDPOINT must be the URL of a server, as browsers reach it too"))
	}
	return errors.Join(errs...)
}
