package media

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"time"

	"github.com/google/uuid"
)

const (
	// temporaryDir is in the same folder, so that a file moves in one step.
	temporaryDir = "temporary"
	// temporaryLifetime is when nobody can be writing a temporary file any more.
	temporaryLifetime = time.Hour
	sweepPage         = 1000
)

// folder keeps the bytes of pictures in files. Names are made of ids alone, and
// the root confines them all the same.
type folder struct{ root *os.Root }

func openFolder(dir string) (*folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the folder for pictures: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("the folder for pictures: %w", err)
	}
	f := &folder{root}
	if err := root.MkdirAll(temporaryDir, 0o700); err != nil {
		return nil, errors.Join(fmt.Errorf("the folder for pictures: %w", err), f.close())
	}
	return f, nil
}

func (f *folder) close() error { return f.root.Close() }

// temporary makes a file for writing and reading; discard takes it away.
func (f *folder) temporary() (*os.File, error) {
	return f.root.OpenFile(path.Join(temporaryDir, uuid.NewString()), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
}

// discard closes a temporary file and removes it, if it was not placed.
func (f *folder) discard(file *os.File) {
	_ = file.Close()
	_ = f.root.Remove(path.Join(temporaryDir, path.Base(file.Name())))
}

// place moves a temporary file, which is on disk, to where the picture belongs,
// and sees to it that the move is on disk, too.
func (f *folder) place(file *os.File, mediaID uuid.UUID) error {
	dir, name := placeOf(mediaID)
	if err := f.root.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := f.root.Rename(path.Join(temporaryDir, path.Base(file.Name())), path.Join(dir, name)); err != nil {
		return err
	}
	for _, changed := range []string{dir, path.Dir(dir), "."} {
		if err := f.syncDir(changed); err != nil {
			return err
		}
	}
	return nil
}

func (f *folder) syncDir(dir string) error {
	d, err := f.root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// open reads a picture.
func (f *folder) open(mediaID uuid.UUID) (*os.File, error) {
	return f.root.Open(path.Join(placeOf(mediaID)))
}

// remove takes a picture away; one that is not there is no error.
func (f *folder) remove(mediaID uuid.UUID) error {
	err := f.root.Remove(path.Join(placeOf(mediaID)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// sweep removes temporary files that a crash has left.
func (f *folder) sweep(now time.Time) error {
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
		if err != nil || now.Sub(info.ModTime()) < temporaryLifetime {
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
