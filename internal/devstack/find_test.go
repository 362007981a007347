package devstack

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFirstInstallationThatFitsIsFound(t *testing.T) { //nolint:paralleltest // see install
	root := newDir(t)
	install(t, root, "debian/9/bin", 9)
	install(t, root, "debian/16/bin", 16)
	install(t, root, "debian/15/bin", 15)
	install(t, root, "own", 17)
	install(t, root, "app/node_modules/"+npmPackage()+"/native/bin", 18)
	mustRemove(t, filepath.Join(root, install(t, root, "server-only", 16), "initdb"))
	link(t, filepath.Join(root, "debian/15/bin/postgres"), filepath.Join(root, "path/postgres"))
	link(t, filepath.Join(root, "server-only/postgres"), filepath.Join(root, "half/postgres"))
	globs, work := []string{root + "/debian/*/bin"}, root+"/app/web/src"

	tests := []struct {
		name  string
		where places
		major int
		want  string
	}{
		{"the chosen one before all", places{pgbin: root + "/own", path: root + "/path", globs: globs}, 0, "own"},
		{"behind a link on the path", places{path: root + "/path", globs: globs}, 0, "debian/15/bin"},
		{"the newest of a package manager", places{globs: globs}, 0, "debian/16/bin"},
		{"not a server without initdb", places{path: root + "/half", globs: globs}, 0, "debian/16/bin"},
		{"the version that made the data", places{globs: globs}, 15, "debian/15/bin"},
		{"an npm package above the working folder", places{workdir: work}, 0, "app/node_modules/" + npmPackage() + "/native/bin"},
		{"nothing that is too old", places{globs: []string{root + "/debian/9/bin"}}, 0, ""},
		{"nothing of another version", places{globs: globs}, 17, ""},
		{"nothing but the chosen one", places{pgbin: root + "/half", globs: globs}, 0, ""},
		{"nothing in no place", places{}, 0, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b, err := test.where.find(t.Context(), account{}, test.major)
			var missed *NotFoundError
			if test.want == "" && errors.As(err, &missed) && strings.Contains(err.Error(), "apt install postgresql") {
				return
			}
			if want := filepath.Join(root, test.want); err != nil || b.dir != want {
				t.Errorf("found %q, %v, want %q", b.dir, err, want)
			}
		})
	}
}

func TestMissingLibraryLinksOfNpmAreMade(t *testing.T) { //nolint:paralleltest // see install
	root := newDir(t)
	bin := filepath.Join(root, install(t, root, "package/native/bin", 17))
	if err := makeFolder(filepath.Join(root, "package/native/lib")); err != nil {
		t.Fatal(err)
	}
	mustWrite(t, filepath.Join(root, "package/native/lib/libpq.so.5.17"), "library")
	mustWrite(t, filepath.Join(root, "package/native/pg-symlinks.json"), `[
		{"source": "native/lib/libpq.so.5.17", "target": "native/lib/libpq.so.5"},
		{"source": "native/lib/libpq.so.5.17", "target": "../outside"}]`)
	for range 2 {
		if _, err := inspect(t.Context(), account{}, bin); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(filepath.Join(root, "package/native/lib/libpq.so.5"))
	if err != nil || string(text) != "library" {
		t.Errorf("link leads to %q, %v", text, err)
	}
	if _, err := os.Lstat(filepath.Join(root, "outside")); err == nil {
		t.Error("a link was made outside the package")
	}
}

// install makes programs that tell their version and no more. Its tests run alone: a process that another test starts
// while a program is written holds it open for a moment, and the kernel does not run it then.
func install(t *testing.T, root, dir string, major int) string {
	t.Helper()
	if err := makeFolder(filepath.Join(root, dir)); err != nil {
		t.Fatal(err)
	}
	for _, program := range []string{"initdb", "postgres"} {
		script := fmt.Sprintf("#!/bin/sh\necho '%s (PostgreSQL) %d.3 (Debian %[2]d.3-1)'\n", program, major)
		if err := os.WriteFile(filepath.Join(root, dir, program), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func link(t *testing.T, from, to string) {
	t.Helper()
	if err := errors.Join(makeFolder(filepath.Dir(to)), os.Symlink(from, to)); err != nil {
		t.Fatal(err)
	}
}
