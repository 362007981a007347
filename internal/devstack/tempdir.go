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
	who, err := serverAccount()
	if err != nil {
		return "", err
	}
	root, err := firstEntered(who, os.TempDir(), "/tmp", "/var/tmp")
	if err != nil {
		return "", err
	}
	return tempDirIn(root, prefix)
}

const (
	// memoryRoot is where Linux has files in memory.
	memoryRoot = "/dev/shm"
	// leastMemory is how many bytes of it there must be for data of tests, which take one or
	// two gigabytes at a time.
	leastMemory = 8 << 30
)

// MemoryDir is TempDir for tests, which make and drop hundreds of databases: in memory
// where there is plenty. On a disk with ext4 whoever makes a file looks first at each
// that was deleted within the last minutes, which took a third of all processors.
func MemoryDir(prefix string) (string, error) {
	who, err := serverAccount()
	if err != nil {
		return "", err
	}
	if root, err := firstEntered(who, memoryRoot); err == nil && roomy(root) {
		return tempDirIn(root, prefix)
	}
	return TempDir(prefix)
}

// roomy says whether there is memory for files, and for those who use them.
func roomy(root string) bool {
	var files syscall.Statfs_t
	if err := syscall.Statfs(root, &files); err != nil || int64(files.Bavail)*int64(files.Bsize) < leastMemory { //nolint:gosec,unconvert // the types differ between systems
		return false
	}
	info, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(info), "MemAvailable:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return false
	}
	kilobytes, err := strconv.ParseInt(fields[0], 10, 64)
	return err == nil && kilobytes<<10 >= leastMemory
}

func tempDirIn(root, prefix string) (string, error) {
	sweep(root, prefix)
	dir, err := os.MkdirTemp(root, fmt.Sprintf("%s-%d-", prefix, os.Getpid()))
	if err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o755)
}

// serverAccount is the account that servers run under.
func serverAccount() (account, error) {
	if os.Geteuid() == 0 {
		return unprivileged()
	}
	return account{}, nil
}

// firstEntered is the first of some folders that an account may enter.
func firstEntered(who account, roots ...string) (string, error) {
	var errs []error
	for _, root := range roots {
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
