package fanout

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/throng-social/throng/internal/lab/process"
)

// serve starts a server on a database and waits until it is ready.
func (s *stage) serve(ctx context.Context, v Variant, url string) (*process.Server, error) {
	settings := []string{
		"THRONG_DB_URL=" + url,
		"THRONG_SECRET=" + s.secret,
		"THRONG_MEDIA_DIR=" + s.mediaDir(),
		"THRONG_RATE_LIMITS=false",
		"THRONG_CONCURRENCY=off", // strategies are compared by what they cost, not by what is refused
		"THRONG_TIMELINE_STRATEGY=" + v.Strategy,
	}
	if v.Threshold > 0 {
		settings = append(settings, fmt.Sprintf("THRONG_TIMELINE_THRESHOLD=%d", v.Threshold))
	}
	return process.Serve(ctx, process.Options{Command: s.Serve, Settings: settings, Log: filepath.Join(s.dir, "serve.log")})
}
