package devstack

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// A program is an executable of one file, beside Postgres, which has a folder of them.
type program struct {
	name string
	// variable names the file; when set it is the only place.
	variable string
	// npm is its place among npm's packages; one without is built into .bin.
	npm string
}

// inCheckout are the places where it may be in a checkout.
func (p program) inCheckout() []string {
	if p.npm == "" {
		return []string{filepath.Join(".bin", p.name)}
	}
	var found []string
	for _, packages := range npmFolders {
		found = append(found, filepath.Join(packages, p.npm))
	}
	return found
}

// find returns the first place where the account can run it: as the variable says, on
// the PATH, or in its place here and above.
func (p program) find(who account) (string, error) { return p.search(who, true) }

// file is find for what another program runs.
func (p program) file(who account) (string, error) { return p.search(who, false) }

func (p program) search(who account, runs bool) (string, error) {
	places := p.places()
	tried := make([]string, 0, len(places))
	for _, place := range places {
		path, err := usable(place, who, runs)
		if err == nil {
			return path, nil
		}
		tried = append(tried, err.Error())
	}
	return "", fmt.Errorf("%s not found (%s). Looked in $%s, $PATH and %s here and above. To install it: scripts/install %s",
		p.name, cmp.Or(strings.Join(tried, "; "), "nothing there"), p.variable, p.inCheckout()[0], p.name)
}

func (p program) places() []string {
	if path := os.Getenv(p.variable); path != "" {
		return []string{path}
	}
	var found []string
	if path, err := exec.LookPath(p.name); err == nil {
		found = append(found, path)
	}
	dir, err := os.Getwd()
	for err == nil {
		for _, place := range p.inCheckout() {
			if path := filepath.Join(dir, place); exists(path) {
				found = append(found, path)
			}
		}
		if dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	return found
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func usable(path string, who account, runs bool) (string, error) {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() || runs && info.Mode().Perm()&0o111 == 0 {
		return "", errors.New(path + " is no program")
	}
	return path, who.enters(path)
}

// npmPlatform is how npm names this machine.
func npmPlatform() string {
	arch := map[string]string{"amd64": "x64", "386": "ia32"}
	return runtime.GOOS + "-" + cmp.Or(arch[runtime.GOARCH], runtime.GOARCH)
}
