package generate

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/throng-social/throng/internal/progress"
)

// file is one CSV file, whose rows are made in place.
type file struct {
	to   *bufio.Writer
	raw  *os.File
	row  []byte
	rows int64
	err  error
}

func create(dir, name, header string) (*file, error) {
	raw, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		return nil, err
	}
	f := &file{raw: raw, to: bufio.NewWriterSize(raw, 1<<20)}
	_, f.err = f.to.WriteString(header + "\n")
	return f, nil
}

func (f *file) number(n int64) *file {
	f.row = append(strconv.AppendInt(f.row, n, 10), ',')
	return f
}

// plain writes text that needs no quotes.
func (f *file) plain(text string) *file {
	f.row = append(append(f.row, text...), ',')
	return f
}

func (f *file) text(text string) *file {
	return f.quoted(func(to []byte) []byte { return append(to, text...) })
}

// quoted writes what write appends, with each quote twice.
func (f *file) quoted(write func([]byte) []byte) *file {
	f.row = append(f.row, '"')
	from := len(f.row)
	f.row = write(f.row)
	for i := from; i < len(f.row); i++ {
		if f.row[i] == '"' {
			f.row = append(f.row, 0)
			copy(f.row[i+1:], f.row[i:])
			i++
		}
	}
	f.row = append(f.row, '"', ',')
	return f
}

// end ends a row.
func (f *file) end() {
	f.row[len(f.row)-1] = '\n'
	if f.err == nil {
		_, f.err = f.to.Write(f.row)
	}
	f.row = f.row[:0]
	f.rows++
}

func (f *file) close() error { return errors.Join(f.err, f.to.Flush(), f.raw.Close()) }

// writer writes a set.
type writer struct {
	*shape
	products, characteristics, reviews, photos, values *file
	dice                                               *dice
}

// Write makes a set in a folder, which is made if it is not there, over files of the
// same names. It answers what was written; it is an error where that is not the spec.
func Write(ctx context.Context, s Spec, dir string, out io.Writer) (Spec, error) {
	sh, err := newShape(s)
	if err != nil {
		return Spec{}, err
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return Spec{}, err
	}
	w := &writer{shape: sh, dice: newDice()}
	err = w.open(dir)
	if err == nil {
		err = w.write(ctx, out)
	}
	written, closed := w.close()
	written.Seed = s.Seed
	if err = errors.Join(err, closed); err == nil && written != s {
		err = fmt.Errorf("%v were written, not %v", written, s)
	}
	return written, err
}

func (w *writer) open(dir string) (err error) {
	for _, f := range []struct {
		name, header string
		to           **file
	}{
		{"product.csv", "id,name,slogan,description,category,default_price", &w.products},
		{"characteristics.csv", "id,product_id,name", &w.characteristics},
		{"reviews.csv", "id,product_id,rating,date,summary,body,recommend,reported,reviewer_name,reviewer_email,response,helpfulness", &w.reviews},
		{"reviews_photos.csv", "id,review_id,url", &w.photos},
		{"characteristic_reviews.csv", "id,characteristic_id,review_id,value", &w.values},
	} {
		if *f.to, err = create(dir, f.name, f.header); err != nil {
			return err
		}
	}
	return nil
}

// close answers how many rows there are.
func (w *writer) close() (Spec, error) {
	var s Spec
	var errs []error
	for _, f := range []struct {
		file *file
		rows *int64
	}{{w.products, &s.Products}, {w.characteristics, &s.Characteristics}, {w.reviews, &s.Reviews}, {w.photos, &s.Photos}, {w.values, &s.Values}} {
		if f.file != nil {
			errs = append(errs, f.file.close())
			*f.rows = f.file.rows
		}
	}
	return s, errors.Join(errs...)
}

func (w *writer) write(ctx context.Context, out io.Writer) error {
	bar := progress.New(out, "writing", "reviews", w.Reviews)
	defer bar.Finish()
	for product := range w.Products {
		if err := ctx.Err(); err != nil {
			return err
		}
		w.product(product)
		bar.Step(int(w.shape.reviews[product]))
	}
	return nil
}

// product writes one with its reviews. Ids begin with 1.
func (w *writer) product(product int64) {
	r := w.dice.of(w.Seed, productDice, product)
	thing, category := one(r, makes)+" "+one(r, things), one(r, categories)
	row := w.products.number(product + 1).text(thing + " " + strconv.FormatInt(product+1, 10))
	row.text("The " + thing + " for every day").text("A " + thing + ", made to last.").plain(category).number(int64(5 + r.IntN(300))).end()
	first, names := w.characteristics.rows+1, make([]string, w.shape.characteristics[product])
	turn := r.IntN(len(characteristicNames))
	for i := range names {
		names[i] = characteristicNames[(turn+i)%len(characteristicNames)]
		w.characteristics.number(first + int64(i)).number(product + 1).text(names[i]).end()
	}
	mood := moods[pick(r, moodWeights)]
	for range w.shape.reviews[product] {
		w.review(product+1, mood, first, names)
	}
}

// review writes one with its photos and values.
func (w *writer) review(product int64, mood []int, first int64, names []string) {
	id := w.reviews.rows + 1
	photos := w.shape.photos.take(photoPlaces(w.dice.of(w.Seed, photoDice, id-1)))
	r := w.dice.of(w.Seed, reviewDice, id)
	stars := 1 + pick(r, mood)
	w.text(r, id, product, stars)
	for range photos {
		photo := w.photos.rows + 1
		w.photos.number(photo).number(id).text("https://pictures.example.com/" + strconv.FormatInt(photo, 36) + "/review-" + strconv.FormatInt(id, 10) + ".jpg").end()
	}
	for i, name := range names {
		if w.shape.values.take(1) == 1 {
			w.values.number(w.values.rows + 1).number(first + int64(i)).number(id).number(int64(value(r, name, stars))).end()
		}
	}
}

// newest is when the last reviews were written: the end of 2023.
var newest = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()

const (
	// Ages of reviews are exponential with this mean, up to five years.
	meanAge = 400 * 24 * time.Hour
	mostAge = 5 * 365 * 24 * time.Hour
)

// text writes the row of a review.
func (w *writer) text(r *rand.Rand, id, product int64, stars int) {
	content := stars > 3
	age := time.Duration(r.ExpFloat64()*float64(meanAge)) % mostAge
	name := one(r, names) + strconv.Itoa(r.IntN(10_000))
	f := w.reviews.number(id).number(product).number(int64(stars)).number(newest - age.Milliseconds()).text(one(r, headlines[content]))
	f.quoted(func(to []byte) []byte { return appendBody(to, r, content) })
	f.plain(strconv.FormatBool(r.IntN(100) < recommends[stars-1])).plain(strconv.FormatBool(r.IntN(300) == 0)).plain(name).plain(name + "@example.com")
	if r.IntN(25) == 0 {
		f.text(one(r, answers))
	} else {
		f.plain("null")
	}
	helpful := 0
	if r.IntN(3) == 0 {
		helpful = min(int(math.Exp(1+1.1*r.NormFloat64())), 5000)
	}
	f.number(int64(helpful)).end()
}
