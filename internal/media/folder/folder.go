// Package folder keeps the bytes of pictures in files of a folder, which all
// processes that serve media share.
//
// A picture is written to a temporary file, brought to disk, and only then given
// its name, which no second file can take. So whatever crashes, a name has a whole
// picture or does not exist. Nothing arrives here: the service takes the bytes of
// clients itself.
package folder

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/media"
)

const (
	// temporaryDir is in the same folder, so that a file gets its name in one step.
	temporaryDir = "temporary"
	sweepPage    = 1000
)

var errNotThere = fault.New(fault.NotFound, "media_not_found", "this picture does not exist")

// Folder implements media.Files. Names are made of ids alone, and the root
// confines them all the same.
type Folder struct {
	root *os.Root
	dir  string
}

var _ media.Files = (*Folder)(nil)

// Open uses a folder, which it makes where it is missing.
func Open(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the folder for pictures: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("the folder for pictures: %w", err)
	}
	f := &Folder{root: root, dir: dir}
	if err := root.MkdirAll(temporaryDir, 0o700); err != nil {
		return nil, errors.Join(fmt.Errorf("the folder for pictures: %w", err), f.Close())
	}
	return f, nil
}

// Close lets go of the folder.
func (f *Folder) Close() error { return f.root.Close() }

// Spool is where uploads under way may wait; Sweep takes away what they leave.
func (f *Folder) Spool() string { return filepath.Join(f.dir, temporaryDir) }

// Address implements media.Files: clients cannot reach a folder.
func (f *Folder) Address(context.Context, media.Upload) (string, error) { return "", nil }

// Arrived implements media.Files.
func (f *Folder) Arrived(context.Context, uuid.UUID, int64) ([]byte, error) { return nil, errNotThere }

// Discard implements media.Files.
func (f *Folder) Discard(context.Context, uuid.UUID) error { return nil }

// Keep implements media.Files.
func (f *Folder) Keep(_ context.Context, mediaID uuid.UUID, _ string, data []byte) ([]byte, error) {
	temporary := path.Join(temporaryDir, uuid.NewString())
	// It stays under its other name, if it gets one.
	defer func() { _ = f.root.Remove(temporary) }()
	if err := f.write(temporary, data); err != nil {
		return nil, err
	}
	dir, name := placeOf(mediaID)
	if err := f.root.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	err := f.root.Link(temporary, path.Join(dir, name))
	if errors.Is(err, fs.ErrExist) {
		if data, err = f.read(mediaID); err != nil {
			return nil, err
		}
	}
	if err != nil {
		return nil, err
	}
	return data, f.syncDirs(dir)
}

// write brings a new file to disk and not only to its cache.
func (f *Folder) write(name string, data []byte) error {
	file, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

func (f *Folder) read(mediaID uuid.UUID) ([]byte, error) {
	file, err := f.open(mediaID)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return io.ReadAll(file)
}

// syncDirs sees to it that a new name is on disk, too.
func (f *Folder) syncDirs(dir string) error {
	for _, changed := range []string{dir, path.Dir(dir), "."} {
		if err := f.syncDir(changed); err != nil {
			return err
		}
	}
	return nil
}

func (f *Folder) syncDir(dir string) error {
	d, err := f.root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Open implements media.Files.
func (f *Folder) Open(_ context.Context, mediaID uuid.UUID, _ int64) (io.ReadSeekCloser, error) {
	file, err := f.open(mediaID)
	if err != nil {
		return nil, err
	}
	return file, nil
}

func (f *Folder) open(mediaID uuid.UUID) (*os.File, error) {
	dir, name := placeOf(mediaID)
	file, err := f.root.Open(path.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errNotThere.Because(err)
	}
	return file, err
}

// Remove implements media.Files.
func (f *Folder) Remove(_ context.Context, ids []uuid.UUID) error {
	for _, mediaID := range ids {
		dir, name := placeOf(mediaID)
		if err := f.root.Remove(path.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Sweep implements media.Files: it removes temporary files that a crash has left.
func (f *Folder) Sweep(_ context.Context, before time.Time) error {
	dir, err := f.root.Open(temporaryDir)
	if err != nil {
		return err
	}
	defer func() { _ = dir.Close() }()
	entries, err := dir.ReadDir(sweepPage)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || info.ModTime().After(before) {
			continue
		}
		if err := f.root.Remove(path.Join(temporaryDir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// placeOf spreads pictures over 65,536 folders by the random end of their ids.
func placeOf(mediaID uuid.UUID) (dir, name string) {
	return fmt.Sprintf("%02x/%02x", mediaID[15], mediaID[14]), mediaID.String()
}
