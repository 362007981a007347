package devstack

import (
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
)

// logHalf is half of what a server's messages may take on disk.
const logHalf = 4 << 20

// A logFile takes a server's messages. When it has grown to its half, it becomes FILE.old in place of the one before and
// starts anew, so that the newest half at least is always there.
type logFile struct {
	path string
	half int64
	own  func(*os.File) error

	mu   sync.Mutex
	file *os.File
	size int64
}

func (f *folder) openLog(server string) (*logFile, error) {
	l := &logFile{path: f.join(server + ".log"), half: logHalf, own: f.account.own}
	return l, l.open()
}

func (l *logFile) open() error {
	file, err := os.OpenFile(l.path, os.O_RDWR|os.O_CREATE|os.O_APPEND|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err = errors.Join(err, l.own(file)); err != nil {
		return errors.Join(err, file.Close())
	}
	l.file, l.size = file, info.Size()
	return nil
}

// Write appends a message. It never fails: a server must not end because its log cannot be written.
func (l *logFile) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file != nil && l.size > 0 && l.size+int64(len(p)) > l.half {
		l.rotate()
	}
	if l.file != nil {
		n, _ := l.file.Write(p)
		l.size += int64(n)
	}
	return len(p), nil
}

func (l *logFile) rotate() {
	_ = l.file.Close()
	l.file = nil
	if os.Rename(l.path, l.path+".old") == nil {
		_ = l.open()
	}
}

func (l *logFile) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	err := l.file.Close()
	l.file = nil
	return err
}

// tail is the end of the messages, to show in an error.
func (l *logFile) tail() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return ""
	}
	from := max(0, l.size-1500)
	text, err := io.ReadAll(io.NewSectionReader(l.file, from, l.size-from))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}
