package devstack

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// An account runs servers. The zero value is whoever runs this program; root uses another one, because Postgres refuses
// to work as root.
type account struct {
	name     string
	uid, gid int
	other    bool // not the account of this process
}

// accountFor chooses who runs the servers of a data folder. As root that is the folder's owner where it has one, so that
// a folder which somebody made before stays theirs, then postgres, then nobody.
func accountFor(dir string) (account, error) {
	if os.Geteuid() != 0 {
		return account{}, nil
	}
	if info, err := os.Stat(dir); err == nil {
		if uid, gid := owner(info); uid != 0 {
			return account{name: "uid " + strconv.Itoa(uid), uid: uid, gid: gid, other: true}, nil
		}
	}
	return unprivileged()
}

// unprivileged is the account that root hands new servers to.
func unprivileged() (account, error) {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.Atoi(u.Uid)
		gid, gidErr := strconv.Atoi(u.Gid)
		if err := errors.Join(uidErr, gidErr); err != nil {
			return account{}, fmt.Errorf("account %s: %w", name, err)
		}
		return account{name: name, uid: uid, gid: gid, other: true}, nil
	}
	return account{}, errors.New("servers do not run as root, and there is neither an account postgres nor nobody to run them as")
}

// credential is what a process of this account is started with; nil keeps that of this program.
func (a account) credential() *syscall.Credential {
	if !a.other {
		return nil
	}
	return &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)} //nolint:gosec // the system's ids have 32 bits
}

// own gives an open file to the account. It works on the open file, not on a name, as the account may change names.
func (a account) own(f *os.File) error {
	if !a.other {
		return nil
	}
	return f.Chown(a.uid, a.gid)
}

// enters tells whether the account can pass through every folder above path, and names the first that it cannot. Folders
// that do not exist yet are not held against it.
func (a account) enters(path string) error {
	if !a.other {
		return nil
	}
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return err
		case !a.mayEnter(info):
			return &UnreachableError{Path: path, Parent: dir, Account: a.name}
		}
		if dir == filepath.Dir(dir) {
			return nil
		}
	}
}

// mayEnter reads the search bit that applies to the account. Access lists beyond the mode are not looked at.
func (a account) mayEnter(info fs.FileInfo) bool {
	bit := fs.FileMode(0o001)
	switch uid, gid := owner(info); {
	case uid == a.uid:
		bit = 0o100
	case gid == a.gid:
		bit = 0o010
	}
	return info.Mode().Perm()&bit != 0
}

// An UnreachableError says that the account which runs the servers cannot get to a path.
type UnreachableError struct {
	Path, Parent, Account string
}

func (e *UnreachableError) Error() string {
	return fmt.Sprintf("%s is out of reach of the account %s, which runs the servers when this program is root: "+
		"%s does not let it pass (chmod o+x %[3]s, or choose another folder)", e.Path, e.Account, e.Parent)
}

func owner(info fs.FileInfo) (uid, gid int) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0
	}
	return int(stat.Uid), int(stat.Gid)
}
