package imports

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// readAll reads a file; bad records are told by their lines.
func readAll(t *testing.T, text string) (rows [][]string, bad []int64) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file.csv")
	must(t, os.WriteFile(name, []byte(text), 0o600))
	r, err := openRecords(name)
	must(t, err)
	defer func() { must(t, r.Close()) }()
	for {
		row, err := r.next()
		switch {
		case err == nil:
			rows = append(rows, slices.Clone(row))
		case errors.Is(err, errRecord):
			bad = append(bad, r.number)
		case errors.Is(err, io.EOF):
			return rows, bad
		default:
			t.Fatal(err)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestABrokenQuoteCostsItsLineAlone(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", longestRecord)
	// Within a quote that is never closed these are one record; by themselves they are
	// lines of one field.
	const poem = 300
	verses := strings.Repeat(strings.Repeat("x", longestRecord/poem)+"\n", 2*poem)
	for name, c := range map[string]struct {
		text string
		rows []string
		bad  []int64
	}{
		"one that is not closed":        {"a,b\n1,\"one\n2,\"two\"\n3,three\n", []string{"2,two", "3,three"}, []int64{2}},
		"one that is never closed":      {"a,b\n1,one\n2,\"two\n3,three\n", []string{"1,one", "3,three"}, []int64{3}},
		"one that stands in a field":    {"a,b\n1,o\"ne\n2,two\n", []string{"2,two"}, []int64{2}},
		"text after one":                {"a,b\n1,\"one\"!\n2,two\n", []string{"2,two"}, []int64{2}},
		"two broken ones":               {"a,b\n1,\"one\n2,\"two\n3,three\n", []string{"3,three"}, []int64{2, 3}},
		"too few fields":                {"a,b\n1\n2,two\n", []string{"2,two"}, []int64{2}},
		"too many fields":               {"a,b\n1,one,!\n2,two\n", []string{"2,two"}, []int64{2}},
		"quoted lines":                  {"a,b\r\n1,\"one\r\n\r\nand \"\"more\"\"\"\r\n\r\n2,two", []string{"1,one\n\nand \"more\"", "2,two"}, nil},
		"blank lines before a bad one":  {"a,b\n\n\n1,\"one\n2,\"two\"\n", []string{"2,two"}, []int64{4}},
		"a record without end":          {"a,b\n1,\"" + verses + "2,two\n", []string{"2,two"}, nil},
		"a line without end":            {"a,b\n1,\"" + long + long + "\n2,two\n", []string{"2,two"}, []int64{2}},
		"a line without end at the end": {"a,b\n1,\"" + long + long, nil, []int64{2}},
		"a mark of the byte order":      {"\ufeffa,b\n1,one\n", []string{"1,one"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows, bad := readAll(t, c.text)
			got := make([]string, 0, len(rows))
			for _, row := range rows {
				got = append(got, strings.Join(row, ","))
			}
			if !slices.Equal(got, c.rows) {
				t.Errorf("read %.200q, want %q", got, c.rows)
			}
			if name == "a record without end" {
				if len(bad) != 2*poem || bad[0] != 2 {
					t.Errorf("%d lines were bad", len(bad))
				}
			} else if !slices.Equal(bad, c.bad) {
				t.Errorf("bad were %v, want %v", bad, c.bad)
			}
		})
	}
}

func TestLinesAreNumberedAsPeopleCountThem(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "file.csv")
	must(t, os.WriteFile(name, []byte("a,b\n1,\"one\nmore\"\n\n2,two\n3\n4,four\n"), 0o600))
	r, err := openRecords(name)
	must(t, err)
	defer func() { must(t, r.Close()) }()
	for _, want := range []int64{2, 5, 6, 7} {
		if _, err := r.next(); r.number != want {
			t.Errorf("line %d, want %d (%v)", r.number, want, err)
		}
	}
}

func TestAFileWithoutAColumnSaysWhich(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "reviews.csv"), []byte("id,product_id,rating\n"), 0o600))
	im := &reviewsImport{tolerance: &tolerance{}}
	err := im.open(ReviewsConfig{Path: dir})
	if err == nil || !strings.Contains(err.Error(), `reviews.csv has no column "date"`) {
		t.Error("got", err)
	}
	must(t, os.WriteFile(filepath.Join(dir, "empty.csv"), nil, 0o600))
	if err := im.open(ReviewsConfig{Path: filepath.Join(dir, "empty.csv")}); err == nil || !strings.Contains(err.Error(), "no header") {
		t.Error("got", err)
	}
	must(t, os.WriteFile(filepath.Join(dir, "reviews.txt"), nil, 0o600))
	if err := im.open(ReviewsConfig{Path: filepath.Join(dir, "reviews.txt")}); err == nil {
		t.Error("a text was taken")
	}
}

// FuzzRecords holds that whatever encoding/csv can read is read as it reads it, and
// that everything else comes to an end.
func FuzzRecords(f *testing.F) {
	for _, text := range []string{"a,b\n1,2\n", "a\n\"", "a,b\n\"1\n2\",3\n4\n", "a\r\n\r\n\"\"\"\"\r\n", "\"a\n", "a,b\n1,\"2\n3,\"4\"\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		want, wrong := csv.NewReader(bytes.NewReader(text)).ReadAll()
		name := filepath.Join(t.TempDir(), "file.csv")
		must(t, os.WriteFile(name, text, 0o600))
		r, err := openRecords(name)
		if err != nil {
			if wrong == nil && len(want) > 0 {
				t.Errorf("%q has no header: %v", text, err)
			}
			return
		}
		defer func() { must(t, r.Close()) }()
		rows, bad := [][]string{slices.Clone(r.header)}, 0
		for {
			row, err := r.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err == nil {
				rows = append(rows, slices.Clone(row))
			} else if bad++; !errors.Is(err, errRecord) || bad > len(text) {
				t.Fatal(err)
			}
		}
		if wrong == nil {
			want[0][0] = strings.TrimPrefix(want[0][0], "\ufeff")
			if bad > 0 || fmt.Sprint(rows) != fmt.Sprint(want) {
				t.Errorf("read %q of %q, want %q; %d were bad", rows, text, want, bad)
			}
		}
	})
}
