package bench

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/devstack"
)

// TestMain lets the test's program be a side, as the command's is.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == sideCommand {
		if err := runSide(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func TestBothSidesAnswerTheSameAndNothingIsMissing(t *testing.T) {
	t.Parallel()
	dir, err := devstack.TempDir("throng-bench-test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := devstack.RemoveTempDir(dir); err != nil {
			t.Error(err)
		}
	})
	w, err := newWorld(t.Context(), dir, small)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.close)
	// Whoever names what is to be measured is told of emulators that are missing.
	o := options{rounds: 1, length: 100 * time.Millisecond, short: true, only: strings.Join(names(), ",")}
	r := newReport(t.Context(), t.Output())
	for _, s := range sections() {
		if s.name == "memory" {
			continue
		}
		if err := s.run(t.Context(), w, o, r); err != nil {
			t.Fatal(s.name, err)
		}
	}
	recounts(t, w)
}

// recounts asserts that the world is one that the product could have made.
func recounts(t *testing.T, w *world) {
	t.Helper()
	a, err := app.New(t.Context(), w.settings.Operator(), app.Role{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if err := a.Recount(t.Context(), "", t.Output()); err != nil {
		t.Error(err)
	}
}

func TestAnswersAreReadToTheirEnd(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{
		"with a length": "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nThrong-Consistency-Token: newest\r\n\r\nhello",
		"in chunks":     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nthrong-consistency-token: newest\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := &client{in: bufio.NewReader(strings.NewReader(answer + "the next one"))}
			r := &reader{}
			h, err := c.head(r)
			if err != nil {
				t.Fatal(err)
			}
			var body bytes.Buffer
			if err := c.body(h, &body); err != nil {
				t.Fatal(err)
			}
			rest, _ := io.ReadAll(c.in)
			if h.status != 200 || body.String() != "hello" || string(r.position) != "newest" || string(rest) != "the next one" {
				t.Errorf("read status %d, body %q, position %q, and left %q", h.status, &body, r.position, rest)
			}
		})
	}
}

func TestMedianOfRounds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		values []float64
		want   float64
	}{{nil, 0}, {[]float64{3}, 3}, {[]float64{9, 1, 2}, 2}, {[]float64{4, 1, 3, 2}, 2.5}} {
		if got := median(c.values); got != c.want {
			t.Errorf("median of %v is %v, want %v", c.values, got, c.want)
		}
	}
}

func TestFiguresAreWrittenForPeople(t *testing.T) {
	t.Parallel()
	for v, want := range map[float64]string{0.5: "0.50", 12.34: "12.3", 999.6: "1,000", 123.4: "123", 1234567: "1,234,567"} {
		if got := figure(v); got != want {
			t.Errorf("%v is written %q, want %q", v, got, want)
		}
	}
}

func TestAFilesFiguresAreReplacedAndTheRestIsKept(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/page.md"
	for range 2 {
		if old, err := os.ReadFile(path); err != nil {
			write(t, path, "before\n"+figuresBegin+"\nold\n"+figuresEnd+"\nafter\n")
		} else if !strings.Contains(string(old), "| name | ours |") {
			t.Fatal("no table in", string(old))
		}
		r := newReport(t.Context(), io.Discard)
		r.pair("a thing", "things/s", "≥ 0.5", pair{ours: 1, limit: 2, ratio: 0.5})
		if err := r.writeTo(path, options{}); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	if !strings.HasPrefix(page, "before\n") || !strings.HasSuffix(page, figuresEnd+"\nafter\n") || strings.Contains(page, "old") || strings.Count(page, "| a thing | 1.00 things/s | 2.00 things/s | 0.50 | ≥ 0.5 |") != 1 {
		t.Error("got", page)
	}
}

func TestGroupsByThemselvesHaveAPlaceOfTheirOwn(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/page.md"
	write(t, path, "before\n"+figuresBegin+"\nold\n"+figuresEnd+"\nafter\n")
	for range 2 {
		for _, only := range []string{"home", "home,page"} {
			r := newReport(t.Context(), io.Discard)
			r.pair("only "+only, "things/s", "≥ 0.5", pair{ours: 1, limit: 2, ratio: 0.5})
			if err := r.writeTo(path, options{only: only}); err != nil {
				t.Fatal(err)
			}
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	if !strings.HasPrefix(page, "before\n"+figuresBegin+"\nold\n"+figuresEnd+"\nafter\n") {
		t.Error("what was there is not any more:", page)
	}
	for _, once := range []string{"| only home |", "| only home,page |", "### By itself: home\n", "### By itself: home, page\n"} {
		if strings.Count(page, once) != 1 {
			t.Errorf("%q stands %d times in %s", once, strings.Count(page, once), page)
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
