package devstack

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// TempDir makes a folder for data that need not outlive this process, where servers can reach it: below the system's
// temporary folder, or /tmp or /var/tmp when that one is private to root. It is named PREFIX-PID-RANDOM; folders of that
// prefix whose process is gone are removed on this occasion. Call RemoveTempDir when done.
func TempDir(prefix string) (string, error) {
	root, err := tempRoot()
	if err != nil {
		return "", err
	}
	sweep(root, prefix)
	dir, err := os.MkdirTemp(root, fmt.Sprintf("%s-%d-", prefix, os.Getpid()))
	if err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o755)
}

func tempRoot() (string, error) {
	who := account{}
	if os.Geteuid() == 0 {
		var err error
		if who, err = unprivileged(); err != nil {
			return "", err
		}
	}
	var errs []error
	for _, root := range []string{os.TempDir(), "/tmp", "/var/tmp"} {
		root, err := realPath(root)
		if err == nil {
			err = who.enters(filepath.Join(root, "x"))
		}
		if err == nil {
			return root, nil
		}
		errs = append(errs, err)
	}
	return "", errors.Join(errs...)
}

// sweep removes what killed processes left. It takes only folders of this account, and none that anybody uses.
func sweep(root, prefix string) {
	dirs, _ := filepath.Glob(filepath.Join(root, prefix+"-*-*"))
	for _, dir := range dirs {
		rest := strings.TrimPrefix(filepath.Base(dir), prefix+"-")
		pid, err := strconv.Atoi(rest[:strings.IndexByte(rest, '-')])
		if err != nil || commandOf(pid) != "" {
			continue
		}
		info, err := os.Lstat(dir)
		if err != nil || !info.IsDir() {
			continue
		}
		if uid, _ := owner(info); uid == os.Geteuid() {
			_ = RemoveTempDir(dir)
		}
	}
}

// RemoveTempDir removes a folder that TempDir made, with the data folders directly in it. It ends servers that still run
// there without anybody to use them, and fails where a data folder is in use.
func RemoveTempDir(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if err := abandon(filepath.Join(dir, entry.Name())); err != nil {
			return err
		}
	}
	return os.RemoveAll(dir)
}

// abandon ends the orphans of a data folder.
func abandon(dir string) error {
	_, err := os.Stat(filepath.Join(dir, lockName))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil
	}
	if err != nil {
		return err
	}
	f, err := openFolder(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.endOrphans(context.Background()), f.endEmulators(context.Background()), f.close())
}
