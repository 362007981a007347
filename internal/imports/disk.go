package imports

import (
	"os"
	"syscall"
)

// bytesPerFollow is what a follow takes on disk with its indexes, its share of
// accounts and counts, the events about it and the log, as measured.
const bytesPerFollow = 600

const (
	// shortestLine is what a line of a file of follows has at least, about.
	shortestLine = 8
	// gzipRatio is how many times smaller such a file is when gzipped, about.
	gzipRatio = 4
)

// FreeDisk is how many bytes an ordinary process may still write below dir.
func FreeDisk(dir string) (int64, error) {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return 0, &os.PathError{Op: "statfs", Path: dir, Err: err}
	}
	return int64(fs.Bavail) * int64(fs.Bsize), nil //nolint:gosec,unconvert // the types differ between systems
}

// FollowsDisk estimates, rather too high than too low, how many bytes of disk the
// server needs to import a file of follows.
func FollowsDisk(name string) (int64, error) {
	l, err := openLines(name)
	if err != nil {
		return 0, err
	}
	text := l.size
	if l.zipped {
		text *= gzipRatio
	}
	return text / shortestLine * bytesPerFollow, l.Close()
}
