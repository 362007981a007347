package folder_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/media"
	"github.com/throng-social/throng/internal/media/filetest"
	"github.com/throng-social/throng/internal/media/folder"
)

func open(t *testing.T, dir string) *folder.Folder {
	t.Helper()
	f, err := folder.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

func TestFolder(t *testing.T) {
	t.Parallel()
	filetest.Run(t, func(t *testing.T) media.Files { t.Helper(); return open(t, t.TempDir()) })
}

func TestWhatAFailedWriteLeavesIsSwept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := open(t, dir)
	old, fresh := filepath.Join(f.Spool(), uuid.NewString()), filepath.Join(f.Spool(), uuid.NewString())
	for _, name := range []string{old, fresh} {
		if err := os.WriteFile(name, []byte("half a file"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	yesterday := time.Now().Add(-24 * time.Hour)
	if err := os.Chtimes(old, yesterday, yesterday); err != nil {
		t.Fatal(err)
	}
	if err := f.Sweep(t.Context(), time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(old); !os.IsNotExist(err) {
		t.Errorf("the old one is there: %v", err)
	}
	if _, err := os.Stat(fresh); err != nil {
		t.Error(err)
	}
}

func TestKeepingLeavesNoSecondFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := open(t, dir)
	mediaID := uuid.New()
	for _, text := range []string{"one", "two"} {
		if _, err := f.Keep(t.Context(), mediaID, "image/png", []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	err := fs.WalkDir(os.DirFS(dir), ".", func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	})
	if err != nil || n != 1 {
		t.Errorf("%d files, %v", n, err)
	}
}

func TestAFileInPlaceOfTheFolderIsRefused(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if f, err := folder.Open(name); err == nil {
		t.Error("it was opened", f.Close())
	}
}
