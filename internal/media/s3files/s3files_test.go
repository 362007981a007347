package s3files_test

import (
	"os"
	"testing"

	"github.com/throng-social/throng/internal/media"
	"github.com/throng-social/throng/internal/media/filetest"
	"github.com/throng-social/throng/internal/media/s3files"
	"github.com/throng-social/throng/internal/media/s3files/s3test"
)

func TestMain(m *testing.M) { os.Exit(s3test.Tests(m).Run()) }

func open(t *testing.T, c s3files.Config) *s3files.Files {
	t.Helper()
	f, err := s3files.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestS3(t *testing.T) {
	t.Parallel()
	filetest.Run(t, func(t *testing.T) media.Files { t.Helper(); return open(t, s3test.New(t).Config) })
}
