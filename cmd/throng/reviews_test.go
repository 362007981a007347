package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// token is that of somebody who may load data.
func (d *deployment) token(t *testing.T) string {
	t.Helper()
	sql, err := pgx.Connect(t.Context(), d.db.Writer)
	if err != nil {
		t.Fatal(err)
	}
	defer sql.Close(t.Context())
	if _, err := sql.Exec(t.Context(), `INSERT INTO users (handle, role) VALUES ('operator', 4)`); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(d.mustRun(t, "token", "operator", "--ttl", "1h"))
}

func TestAShopIsGeneratedImportedAndReadByCommand(t *testing.T) {
	d := deploy(t)
	d.serve(t)
	dir := t.TempDir()
	set := filepath.Join(dir, "set")
	if out := d.mustRun(t, "lab", "generate", "reviews", "--out", set, "--products", "100"); !strings.Contains(out, "100 products, 577 reviews, 274 photos") {
		t.Errorf("generated:\n%s", out)
	}
	load := []string{"import", "reviews", set, "--token", d.token(t), "--prefix", "shop_"}
	for _, want := range []string{"577 reviews: 100 products and 577 reviews created, 0 refused, 0 bad lines", "577 reviews: 0 products and 0 reviews created"} {
		if out := d.mustRun(t, load...); !strings.Contains(out, want) {
			t.Errorf("imported:\n%s\nwant %s", out, want)
		}
	}
	out := d.mustRun(t, "lab", "reviews", "--server", "http://"+d.addr, "--rate", "20", "--writes", "20", "--warm-up", "0s", "--duration", "1s", "--most", "200ms",
		"--at-once", "4", "--people", "16", "--timeout", "1m", "--patience", "1m", "--limit", "0", "--out", dir)
	if !strings.Contains(out, "0 differences") || strings.Contains(out, "!") || !strings.Contains(out, "11 hot products") {
		t.Errorf("read:\n%s", out)
	}
	for _, end := range []string{".html", ".json"} {
		if info, err := os.Stat(filepath.Join(dir, "reviews-100"+end)); err != nil || info.Size() < 1000 {
			t.Errorf("reviews-100%s: %v, %v", end, info, err)
		}
	}
	if out := d.mustRun(t, "recount", "review"); !strings.Contains(out, "review: 0 differences") {
		t.Errorf("recounted:\n%s", out)
	}
}

func TestABadLineOfReviewsIsNamedAndTheRestIsLoaded(t *testing.T) {
	d := deploy(t)
	d.serve(t)
	lines := `{"productKey":"p","key":"1","rating":5,"body":"good"}
{"productKey":"p","key":"2","rating":6,"body":"too good"}
{"productKey":"p","key":"3","rating":1,"body":"bad"}
`
	file := filepath.Join(t.TempDir(), "reviews.jsonl")
	if err := os.WriteFile(file, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := d.run(t, "import", "reviews", file, "--token", d.token(t))
	if err == nil || !strings.Contains(out, "line 2") || !strings.Contains(out, "2 reviews created") {
		t.Errorf("%v:\n%s", err, out)
	}
}

func TestCommandsOfReviewsThatCannotBeSayWhy(t *testing.T) {
	d := &deployment{environment: []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")}}
	dir := t.TempDir()
	text := filepath.Join(dir, "reviews.txt")
	if err := os.WriteFile(text, []byte("nothing\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		want string
		args []string
	}{
		{"--token", []string{"import", "reviews", dir}},
		{"no such file", []string{"import", "reviews", filepath.Join(dir, "nowhere"), "--token", "t"}},
		{"neither with .csv", []string{"import", "reviews", text, "--token", "t"}},
		{"yesterday", []string{"import", "reviews", text, "--token", "t", "--date", "yesterday"}},
		{"no beginning", []string{"import", "reviews", text, "--token", "t", "--prefix", "a b"}},
		{"--out", []string{"lab", "generate", "reviews"}},
		{"100 to 20000000", []string{"lab", "generate", "reviews", "--out", dir, "--products", "5"}},
		{"100 to 20000000", []string{"lab", "reviews", "--products", "5"}},
		{"16 to 5000 accounts", []string{"lab", "reviews", "--people", "1"}},
		{"16 to 5000 accounts", []string{"lab", "reviews", "--writes", "0"}},
		{"more than 0", []string{"lab", "reviews", "--rate", "0"}},
		{"THRONG_DB_URL", []string{"lab", "reviews", "--server", "http://127.0.0.1:1"}},
		{"this machine alone", []string{"lab", "reviews", "--server", "http://192.0.2.1", "--db-url", "postgres://127.0.0.1:1/x", "--secret", "s"}},
	} {
		if out, err := d.run(t, c.args...); err == nil || !strings.Contains(out, c.want) {
			t.Errorf("%v: %v\n%s\nwant %q", c.args, err, out, c.want)
		}
	}
}
