package generate

import (
	"context"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func small(t *testing.T, seed uint64) Spec {
	t.Helper()
	s, err := Of(1000, seed)
	must(t, err)
	return s
}

func written(t *testing.T, s Spec) string {
	t.Helper()
	dir := t.TempDir()
	got, err := Write(t.Context(), s, dir, nil)
	must(t, err)
	if got != s {
		t.Errorf("wrote %v, want %v", got, s)
	}
	return dir
}

func TestASetHasExactlyTheRowsOfItsSpec(t *testing.T) {
	t.Parallel()
	s := small(t, 1)
	dir := written(t, s)
	for name, want := range map[string]int64{
		"product.csv": s.Products, "reviews.csv": s.Reviews, "reviews_photos.csv": s.Photos, "characteristics.csv": s.Characteristics, "characteristic_reviews.csv": s.Values,
	} {
		if got := int64(len(rowsOf(t, dir, name))); got != want || want == 0 {
			t.Errorf("%s has %d rows, want %d", name, got, want)
		}
	}
}

func TestTheFullSizeIsHandedOutToTheLastRow(t *testing.T) {
	t.Parallel()
	sh, err := newShape(Full)
	must(t, err)
	var reviews, characteristics, photos, values, none, most int64
	dice := newDice()
	for i, n := range sh.reviews {
		reviews += int64(n)
		characteristics += int64(sh.characteristics[i])
		values += sh.values.take(int64(n) * int64(sh.characteristics[i]))
		most = max(most, int64(n))
		if n == 0 {
			none++
		}
	}
	for review := range Full.Reviews {
		photos += sh.photos.take(photoPlaces(dice.of(Full.Seed, photoDice, review)))
	}
	got := Spec{Products: int64(len(sh.reviews)), Reviews: reviews, Photos: photos, Characteristics: characteristics, Values: values, Seed: Full.Seed}
	if got != Full {
		t.Errorf("got %v, want %v", got, Full)
	}
	if most < 5000 || none < Full.Products/10 {
		t.Errorf("the most popular product has %d reviews, and %d have none", most, none)
	}
}

func TestTheSameSeedMakesTheSameFiles(t *testing.T) {
	t.Parallel()
	first, again, other := sum(t, written(t, small(t, 7))), sum(t, written(t, small(t, 7))), sum(t, written(t, small(t, 8)))
	if first != again || first == other {
		t.Errorf("got %s, again %s, with another seed %s", first, again, other)
	}
}

func TestMostStarsAreFiveAndThenOne(t *testing.T) {
	t.Parallel()
	stars := map[string]int{}
	for _, row := range rowsOf(t, written(t, small(t, 1)), "reviews.csv") {
		stars[row[2]]++
	}
	if len(stars) != 5 || stars["5"] < stars["4"] || stars["1"] < stars["2"] {
		t.Error("got", stars)
	}
}

func TestASetThatIsTooSmallIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := Of(LeastProducts-1, 1); err == nil {
		t.Error("it was made")
	}
	s := small(t, 1)
	s.Values *= 2
	if _, err := Write(t.Context(), s, t.TempDir(), nil); err == nil {
		t.Error("there was room for twice as many values")
	}
}

func TestAnInterruptedSetSaysSo(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Write(ctx, small(t, 1), t.TempDir(), nil); !errors.Is(err, context.Canceled) {
		t.Error("got", err)
	}
}

// rowsOf reads a file without its header.
func rowsOf(t *testing.T, dir, name string) [][]string {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, name))
	must(t, err)
	defer func() { must(t, f.Close()) }()
	rows, err := csv.NewReader(f).ReadAll()
	must(t, err)
	return rows[1:]
}

func sum(t *testing.T, dir string) string {
	t.Helper()
	hash := sha256.New()
	names, err := filepath.Glob(filepath.Join(dir, "*.csv"))
	must(t, err)
	for _, name := range names {
		f, err := os.Open(name)
		must(t, err)
		_, err = io.Copy(hash, f)
		must(t, err)
		must(t, f.Close())
	}
	return fmt.Sprintf("%x", hash.Sum(nil))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
