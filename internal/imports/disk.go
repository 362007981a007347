package imports

import (
	"io/fs"
	"os"
	"path/filepath"
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
	// reviewsRatio is how many times more than their files reviews take on disk, with
	// indexes, sums and the log.
	reviewsRatio = 4
	// coursesRatio is the same of courses and instructors, which are little beside their
	// indexes.
	coursesRatio = 8
	// weatherRatio is how many times more than their file observations take on disk, with
	// their index, sums and the log.
	weatherRatio = 5
)

// FreeDisk is how many bytes an ordinary process may still write below dir.
func FreeDisk(dir string) (int64, error) {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(dir, &disk); err != nil {
		return 0, &os.PathError{Op: "statfs", Path: dir, Err: err}
	}
	return int64(disk.Bavail) * int64(disk.Bsize), nil //nolint:gosec,unconvert // the types differ between systems
}

// FollowsDisk estimates, rather too high than too low, how many bytes of disk the
// server needs to import a file of follows.
func FollowsDisk(name string) (int64, error) {
	text, err := textSize(name)
	return text / shortestLine * bytesPerFollow, err
}

// ReviewsDisk estimates the same of reviews, in a file or a folder.
func ReviewsDisk(path string) (int64, error) {
	text, err := textBelow(path)
	return text * reviewsRatio, err
}

// CoursesDisk estimates the same of courses and instructors.
func CoursesDisk(path string) (int64, error) {
	text, err := textBelow(path)
	return text * coursesRatio, err
}

// textBelow is about how many bytes a file has, or the files in a folder.
func textBelow(path string) (text int64, err error) {
	err = filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		size, err := textSize(name)
		text += size
		return err
	})
	return text, err
}

// WeatherDisk estimates the same of observations.
func WeatherDisk(name string) (int64, error) {
	text, err := textSize(name)
	return text * weatherRatio, err
}

// textSize is about how many bytes a file has when it is not gzipped.
func textSize(name string) (int64, error) {
	l, err := openLines(name, longestFollow)
	if err != nil {
		return 0, err
	}
	size := l.size
	if l.zipped {
		size *= gzipRatio
	}
	return size, l.Close()
}
