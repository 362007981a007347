package devstack

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// lockName is the file that marks a folder as ours, and that is locked while a process uses it.
const lockName = "throng.lock"

// A folder holds all that the servers of one stack keep. It belongs to the account that runs them, nobody else can enter
// it, and one process at a time has it open: the kernel drops the lock with the process.
type folder struct {
	path    string
	account account
	lock    *os.File
}

// openFolder makes the folder and its missing parents where needed, and locks it. It refuses a folder with something
// else in it, which would change owner otherwise.
func openFolder(path string) (*folder, error) {
	path, err := realPath(path)
	if err != nil {
		return nil, err
	}
	who, err := accountFor(path)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(who.enters(path), refuseForeign(path)); err != nil {
		return nil, err
	}
	if err := makeFolder(path); err != nil {
		return nil, err
	}
	f := &folder{path: path, account: who}
	if err := f.acquire(); err != nil {
		return nil, err
	}
	return f, nil
}

// realPath is absolute and free of links as far as it exists, since every folder on both ways would have to let the
// account pass.
func realPath(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if resolved, err := filepath.EvalSymlinks(path); err == nil || path == filepath.Dir(path) {
		return resolved, err
	}
	parent, err := realPath(filepath.Dir(path))
	return filepath.Join(parent, filepath.Base(path)), err
}

func refuseForeign(path string) error {
	entries, err := os.ReadDir(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := os.Lstat(filepath.Join(path, lockName)); err != nil {
		return fmt.Errorf("%s is neither empty nor a data folder of throng", path)
	}
	return nil
}

// makeFolder makes path, and its missing parents so that other accounts can pass through them whatever the umask is.
func makeFolder(path string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if err := makeFolder(filepath.Dir(path)); err != nil {
		return err
	}
	if err := os.Mkdir(path, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return os.Chmod(path, 0o755)
}

func (f *folder) acquire() error {
	lock, err := os.OpenFile(f.join(lockName), os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return err
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		holder, _ := os.ReadFile(lock.Name())
		return errors.Join(&InUseError{Path: f.path, Holder: strings.TrimSpace(string(holder))}, lock.Close())
	}
	f.lock = lock
	if err := errors.Join(f.markHolder(), f.take(lock, 0o600), f.takeSelf()); err != nil {
		return errors.Join(err, f.close())
	}
	return nil
}

func (f *folder) markHolder() error {
	if err := f.lock.Truncate(0); err != nil {
		return err
	}
	_, err := f.lock.WriteAt(fmt.Appendf(nil, "%d\n", os.Getpid()), 0)
	return err
}

func (f *folder) takeSelf() error {
	dir, err := os.Open(f.path)
	if err != nil {
		return err
	}
	return errors.Join(f.take(dir, 0o700), dir.Close())
}

// take gives an open file to the account, for its eyes only.
func (f *folder) take(file *os.File, mode fs.FileMode) error {
	return errors.Join(file.Chmod(mode), f.account.own(file))
}

// close lets another process have the folder. It unlocks in so many words, because a child that is just being started has
// a copy of the open file for a moment, and would hold the lock through it.
func (f *folder) close() error {
	return errors.Join(syscall.Flock(int(f.lock.Fd()), syscall.LOCK_UN), f.lock.Close())
}

func (f *folder) join(names ...string) string {
	return filepath.Join(append([]string{f.path}, names...)...)
}

// write puts a file in place as a whole. A new file replaces the old name, so a link that the account put there is
// replaced and never followed.
func (f *folder) write(name, text string) error {
	temp, err := os.CreateTemp(filepath.Dir(f.join(name)), "new-*")
	if err != nil {
		return err
	}
	_, err = temp.WriteString(text)
	if err = errors.Join(err, f.take(temp, 0o600), temp.Close()); err == nil {
		err = os.Rename(temp.Name(), f.join(name))
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", f.join(name), err), os.Remove(temp.Name()))
	}
	return nil
}

// An InUseError says that another process has the data folder open.
type InUseError struct{ Path, Holder string }

func (e *InUseError) Error() string {
	return fmt.Sprintf("%s is in use by process %s: end that one first, or choose another data folder", e.Path, e.Holder)
}

// ReachableDir returns preferred where servers can keep data there, and a stable folder below /var/lib/throng, a
// different one for every preferred path, where they cannot: as root in a home folder that other accounts may not enter.
// It creates nothing.
func ReachableDir(preferred string) (string, error) {
	path, err := realPath(preferred)
	if err != nil {
		return "", err
	}
	who, err := accountFor(path)
	if err != nil {
		return "", err
	}
	if who.enters(path) == nil {
		return path, nil
	}
	sum := sha256.Sum256([]byte(path))
	return filepath.Join("/var/lib/throng", filepath.Base(path)+"-"+hex.EncodeToString(sum[:4])), nil
}
