package watch

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/throng-social/throng/internal/lab/process"
)

// serve starts the server and waits until it is ready.
func (s *stage) serve(ctx context.Context) (err error) {
	s.server, err = process.Serve(ctx, process.Options{
		Command: s.Serve, Log: filepath.Join(s.dir, "serve.log"),
		Settings: []string{
			"THRONG_DB_URL=" + s.settings.URL,
			"THRONG_DB_READERS=" + strings.Join(s.settings.Readers, ","),
			"THRONG_SECRET=" + s.settings.Secret,
			"THRONG_MEDIA_DIR=" + s.settings.MediaDir,
			"THRONG_RATE_LIMITS=false",
			"THRONG_CONCURRENCY=off",
			"THRONG_LOG_LEVEL=warn",
		},
	})
	return err
}
