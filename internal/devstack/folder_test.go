package devstack

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func TestFolderIsMadeWithParentsThatOthersMayPass(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	f, err := openFolder(filepath.Join(dir, "a", "b"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.close() })
	for path, want := range map[string]os.FileMode{dir: 0o755, filepath.Join(dir, "a"): 0o755, f.path: 0o700} {
		if got := mode(t, path); got != want {
			t.Errorf("%s has mode %v, want %v", path, got, want)
		}
	}
	info, err := os.Stat(f.path)
	if err != nil {
		t.Fatal(err)
	}
	if uid, _ := owner(info); f.account.other && uid != f.account.uid {
		t.Errorf("folder belongs to %d, want %d", uid, f.account.uid)
	}
}

func TestFolderWithSomethingElseInItIsRefusedAndLeftAlone(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	if err := makeFolder(dir); err != nil {
		t.Fatal(err)
	}
	mustWrite(t, filepath.Join(dir, "thesis.txt"), "")
	if _, err := openFolder(dir); err == nil || !strings.Contains(err.Error(), "neither empty") {
		t.Errorf("opened: %v", err)
	}
	if got := mode(t, dir); got != 0o755 {
		t.Errorf("its mode is now %v", got)
	}
}

func TestFolderOutOfReachNamesTheParentAndHasASubstitute(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root runs servers as another account")
	}
	private := filepath.Join(newDir(t), "private")
	if err := errors.Join(makeFolder(private), os.Chmod(private, 0o700)); err != nil {
		t.Fatal(err)
	}
	_, err := openFolder(filepath.Join(private, "data"))
	var unreachable *UnreachableError
	if !errors.As(err, &unreachable) || unreachable.Parent != private {
		t.Errorf("opened: %v, want %s named", err, private)
	}
	substitute, err := ReachableDir(filepath.Join(private, "data"))
	if err != nil || !strings.HasPrefix(substitute, "/var/lib/throng/data-") {
		t.Errorf("substitute is %s, %v", substitute, err)
	}
	open := filepath.Join(filepath.Dir(private), "open")
	if dir, err := ReachableDir(open); err != nil || dir != open {
		t.Errorf("for a folder in reach: %s, %v", dir, err)
	}
}

func TestWritingReplacesALinkAndDoesNotFollowIt(t *testing.T) {
	t.Parallel()
	f, err := openFolder(newDir(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.close() })
	victim := filepath.Join(filepath.Dir(f.path), "victim")
	mustWrite(t, victim, "untouched")
	link(t, victim, f.join("password"))
	if err := f.write("password", "secret"); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(victim); err != nil || string(text) != "untouched" {
		t.Errorf("the link's target is %q, %v", text, err)
	}
}

func TestTemporaryFoldersOfDeadProcessesAreSwept(t *testing.T) {
	t.Parallel()
	root := newDir(t)
	gone := exitedPid(t)
	paths := map[string]bool{ // and whether they stay
		"sweep-" + gone + "-1":                      false,
		"sweep-" + gone + "-2":                      true, // in use, see below
		"sweep-" + strconv.Itoa(1) + "-1":           true,
		"sweep-notapid-1":                           true,
		"sweep-more-" + gone + "-1":                 true,
		"another-sweep-" + gone + "-1":              true,
		"sweep-" + gone:                             true,
		"sweep-" + strconv.Itoa(os.Getpid()) + "-1": true,
	}
	for name := range paths {
		if err := makeFolder(filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	used, err := openFolder(filepath.Join(root, "sweep-"+gone+"-2", "data"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = used.close() })
	sweep(root, "sweep")
	for name, stays := range paths {
		if _, err := os.Stat(filepath.Join(root, name)); (err == nil) != stays {
			t.Errorf("%s: %v, want to stay: %v", name, err, stays)
		}
	}
}

func TestPortIsTheWantedElseTheLastElseAFreeOne(t *testing.T) {
	t.Parallel()
	f, err := openFolder(newDir(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.close() })
	last, err := freePort()
	if err := errors.Join(err, f.rememberPort("primary", last)); err != nil {
		t.Fatal(err)
	}
	if got, err := f.port("primary", 0); err != nil || got != last {
		t.Errorf("port %d, %v, want that of last time, %d", got, err, last)
	}
	if got, err := f.port("replica1", 0); err != nil || got < lowestPort || got > highestPort {
		t.Errorf("port %d, %v, want a free one", got, err)
	}
	mustWrite(t, f.join("primary.port"), "nonsense")
	if got, err := f.port("primary", 0); err != nil || got < lowestPort {
		t.Errorf("port %d, %v after nonsense, want a free one", got, err)
	}
}

func mode(t *testing.T, path string) os.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}
