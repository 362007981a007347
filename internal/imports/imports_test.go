package imports_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"github.com/alecthomas/kong"

	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/imports"
	"github.com/throng-social/throng/internal/migration"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/user"
	throng "github.com/throng-social/throng/sdk/go"
)

func TestMain(m *testing.M) {
	pgtest.Main(m, func(ctx context.Context, url string) error {
		return migration.Up(ctx, url, slog.New(slog.DiscardHandler))
	})
}

const password = "correct horse"

// deployment is a running Throng with an operator and a member.
type deployment struct {
	t                *testing.T
	app              *app.App
	operator, member *throng.Client
}

func deploy(t *testing.T) deployment {
	t.Helper()
	var s app.Settings
	parser, err := kong.New(&s)
	must(t, err)
	_, err = parser.Parse(nil)
	must(t, err)
	db := pgtest.New(t)
	s.URL, s.Readers, s.Addr, s.RateLimits = db.Writer, db.Readers, "127.0.0.1:0", false
	s.MediaDir, s.Secret = filepath.Join(t.TempDir(), "media"), hex.EncodeToString(make([]byte, 32))
	s.Hashing = user.Hashing{MemoryKiB: 8}
	a, err := app.New(t.Context(), s, app.Role{Serve: true}, slog.New(slog.DiscardHandler))
	must(t, err)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error("the app ended with", err)
		}
		a.Close()
	})
	d := deployment{t: t, app: a}
	base := "http://" + a.Addr()
	for _, handle := range []string{"operator", "member"} {
		_, err := throng.New(base).Users.Register(t.Context(), &userv1.RegisterRequest{Email: handle + "@example.org", Handle: handle, Password: password})
		must(t, err)
	}
	must(t, a.SetRole(t.Context(), "operator", "admin"))
	d.operator = throng.New(base, throng.WithLogin("operator", password))
	d.member = throng.New(base, throng.WithLogin("member", password))
	return d
}

// file writes a file to import.
func (d deployment) file(text string) string {
	d.t.Helper()
	name := filepath.Join(d.t.TempDir(), "follows.txt")
	must(d.t, os.WriteFile(name, []byte(text), 0o600))
	return name
}

// follows imports a file as the operator.
func (d deployment) follows(ctx context.Context, file string, out io.Writer) (imports.Summary, error) {
	return imports.Follows(ctx, imports.FollowsConfig{Client: d.operator, File: file, Prefix: "epi_", MaxErrors: 3, Out: out})
}

func (d deployment) counts(handle string) (followers, following int64) {
	d.t.Helper()
	res, err := d.member.Users.GetUser(d.t.Context(), &userv1.GetUserRequest{Key: &userv1.GetUserRequest_Handle{Handle: handle}})
	must(d.t, err)
	counts, err := d.member.Graph.GetCounts(d.t.Context(), &graphv1.GetCountsRequest{UserId: res.GetUser().GetId()})
	must(d.t, err)
	return counts.GetFollowers(), counts.GetFollowing()
}

func TestImportingAgainAddsNothing(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	file := d.file("# follower followee\n1 0\n2\t0\r\n\n  3   0  \n0 1\n1 0")
	for _, want := range []imports.Summary{{Lines: 5, AccountsCreated: 4, FollowsCreated: 4}, {Lines: 5}} {
		got, err := d.follows(t.Context(), file, nil)
		must(t, err)
		if want.Took = got.Took; got != want {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	if followers, following := d.counts("epi_0"); followers != 3 || following != 1 {
		t.Errorf("0 has %d followers and follows %d", followers, following)
	}
}

func TestALargeGzippedFileIsImportedByManyMessages(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	const people = 120
	for a := range people {
		for b := range people {
			if a != b {
				fmt.Fprintln(z, a, b)
			}
		}
	}
	must(t, z.Close())
	file := d.file(zipped.String())
	got, err := imports.Follows(t.Context(), imports.FollowsConfig{Client: d.operator, File: file, Prefix: "epi_", Streams: 3})
	must(t, err)
	if got.Lines != people*(people-1) || got.FollowsCreated != got.Lines || got.AccountsCreated != people {
		t.Error("got", got)
	}
	must(t, d.app.Recount(t.Context(), "graph", io.Discard))
}

func TestBadLinesAreNamedAndPassedOver(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	var out bytes.Buffer
	file := d.file("1 0\n1 2 3\nß 0\n5 " + strings.Repeat("x", 100_000) + "\n2 0\n")
	got, err := d.follows(t.Context(), file, &out)
	if err == nil || got.Lines != 5 || got.Bad != 3 || got.FollowsCreated != 2 {
		t.Error("got", got, err)
	}
	for _, line := range []string{"line 2: there must be two names, not 3", `line 3: "epi_ß" is no handle`, "line 4: the line is too long"} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("%q is not in %q", line, out.String())
		}
	}
}

func TestTooManyBadLinesEndTheImport(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	got, err := d.follows(t.Context(), d.file("1 0\n1\n2\n3\n4\n2 0\n"), nil)
	if err == nil || !strings.Contains(err.Error(), "stopped at line 5: too many bad lines") || got.Bad != 4 || got.FollowsCreated != 1 {
		t.Error("got", got, err)
	}
}

func TestRefusedLinesAreNamedToo(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	var out bytes.Buffer
	_, err := d.follows(t.Context(), d.file("1 0\n7 7\n"), &out)
	if err == nil || !strings.Contains(out.String(), `line 2: "epi_7" follows itself`) {
		t.Error("got", err, out.String())
	}
	res, err := d.member.Users.GetUser(t.Context(), &userv1.GetUserRequest{Key: &userv1.GetUserRequest_Handle{Handle: "epi_0"}})
	must(t, err)
	_, err = d.member.Graph.Block(t.Context(), &graphv1.BlockRequest{UserId: res.GetUser().GetId()})
	must(t, err)
	got, err := imports.Follows(t.Context(), imports.FollowsConfig{Client: d.operator, File: d.file("epi_1 epi_0\nepi_0 member\n"), Out: &out})
	if err == nil || err.Error() != "1 of 2 lines were not imported" || got.Refused != 1 || !strings.Contains(out.String(), "line 2: refused, blocked") {
		t.Error("got", got, err, out.String())
	}
}

func TestWhoIsNoOperatorImportsNothing(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	_, err := imports.Follows(t.Context(), imports.FollowsConfig{Client: d.member, File: d.file("ann bob\n")})
	if connect.CodeOf(err) != connect.CodePermissionDenied {
		t.Error("got", err)
	}
}

// onWrite calls back when something is written.
type onWrite func()

func (f onWrite) Write(p []byte) (int, error) { f(); return len(p), nil }

func TestAnInterruptedImportKeepsWhatItSentAndGoesOnWhenRunAgain(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	var text strings.Builder
	const rows = 20_000
	for i := range rows {
		if i == 5500 {
			fmt.Fprintln(&text, "a bad line that is told of in the midst")
		}
		fmt.Fprintln(&text, i%200, 1000+i/200)
	}
	file := d.file(text.String())
	ctx, interrupt := context.WithCancel(t.Context())
	got, err := d.follows(ctx, file, onWrite(interrupt))
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "run it again to go on") || got.FollowsCreated < 5000 || got.FollowsCreated >= rows {
		t.Fatal("got", got, err)
	}
	again, _ := d.follows(t.Context(), file, nil)
	if again.FollowsCreated+got.FollowsCreated != rows || again.Bad != 1 {
		t.Errorf("got %v, then %v", got, again)
	}
}

func TestAFileThatCannotBeReadIsAnError(t *testing.T) {
	t.Parallel()
	d := deploy(t)
	if _, err := d.follows(t.Context(), filepath.Join(t.TempDir(), "none"), nil); !errors.Is(err, os.ErrNotExist) {
		t.Error("got", err)
	}
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	fmt.Fprintln(z, "1 0")
	must(t, z.Close())
	cut := d.file(zipped.String()[:zipped.Len()-6])
	if _, err := d.follows(t.Context(), cut, nil); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error("got", err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
