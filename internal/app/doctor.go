package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/throng-social/throng/internal/media/s3files"
	"github.com/throng-social/throng/internal/migration"
	"github.com/throng-social/throng/internal/postgres"
)

const doctorTime = 5 * time.Second

var errUnwell = errors.New("something is wrong with this deployment")

// Doctor checks the parts that the settings name and says what is wrong with
// each.
func Doctor(ctx context.Context, s Settings, out io.Writer) error {
	s = s.Shaped()
	checks := []struct {
		part  string
		check func(context.Context, Settings) error
	}{
		{"settings", func(_ context.Context, s Settings) error { return s.check() }},
		{"database", checkDatabase},
		{"schema", func(ctx context.Context, s Settings) error { return migration.Check(ctx, s.URL) }},
		{"replicas", checkReplicas},
		{"redis", checkRedis},
		{"tables", checkTables},
		{"queue", checkCarrier},
		{"media", checkMedia},
		{"server", checkServer},
	}
	healthy := true
	for _, c := range checks {
		ctx, cancel := context.WithTimeout(ctx, doctorTime)
		err := c.check(ctx, s)
		cancel()
		if err != nil {
			healthy = false
			fmt.Fprintf(out, "✗ %s: %v\n", c.part, err)
			continue
		}
		fmt.Fprintf(out, "✓ %s\n", c.part)
	}
	if !healthy {
		return errUnwell
	}
	return nil
}

func checkDatabase(ctx context.Context, s Settings) error {
	return ping(ctx, s.URL)
}

func checkReplicas(ctx context.Context, s Settings) error {
	for i, url := range s.Readers {
		if err := ping(ctx, url); err != nil {
			return fmt.Errorf("replica %d: %w", i+1, err)
		}
	}
	return nil
}

func ping(ctx context.Context, url string) error {
	db, err := postgres.Open(ctx, postgres.Config{WriterURL: url, MaxConns: 1}, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer db.Close()
	return db.Ping(ctx)
}

func checkMedia(ctx context.Context, s Settings) error {
	if s.MediaStore == mediaS3 {
		files, err := s3files.Open(ctx, s.S3)
		if err != nil {
			return err
		}
		return files.Check(ctx)
	}
	f, err := os.CreateTemp(s.MediaDir, ".doctor-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

func checkServer(ctx context.Context, s Settings) error {
	url := "http://" + s.Addr + "/ops/readyz"
	if s.OpsAddr != "" {
		url = "http://" + s.OpsAddr + "/readyz"
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusNoContent {
		return fmt.Errorf("readiness answers %s", res.Status)
	}
	return nil
}
