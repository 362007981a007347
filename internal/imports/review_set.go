package imports

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"

	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
)

// reviewSet reads a folder of CSV files that speak of one another by ids. All are
// sorted by the ids by which they are joined, so each is read once, in step with
// the others, in little memory.
type reviewSet struct {
	prefix    string
	tolerance *tolerance
	// products may be nil; photos, characteristics and values may be so, too.
	products, characteristics, reviews, photos, values *sortedFile
	columns                                            setColumns
	// product is the one whose reviews come, id its own and rated those of its
	// characteristics.
	product *reviewv1.ImportedProduct
	id      int64
	rated   []int64
	// review is the id of the last one.
	review int64
}

// setColumns are the places of columns.
type setColumns struct {
	productName int
	// id, rating, date, summary, body, recommend, reported, reviewer_name, response,
	// helpfulness
	review []int
	// url
	photo []int
	// id, name
	characteristic []int
	// characteristic_id, value
	value []int
}

// openReviewSet opens the files of a folder.
func openReviewSet(dir, prefix string, t *tolerance) (*reviewSet, error) {
	s := &reviewSet{prefix: prefix, tolerance: t, review: math.MinInt64}
	if err := s.open(dir); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *reviewSet) open(dir string) error {
	for _, f := range []struct {
		name, by string
		needed   bool
		to       **sortedFile
	}{
		{"reviews.csv", "product_id", true, &s.reviews},
		{"product.csv", "id", false, &s.products},
		{"characteristics.csv", "product_id", false, &s.characteristics},
		{"reviews_photos.csv", "review_id", false, &s.photos},
		{"characteristic_reviews.csv", "review_id", false, &s.values},
	} {
		file, err := openSorted(filepath.Join(dir, f.name), f.by, s.tolerance)
		if errors.Is(err, os.ErrNotExist) && !f.needed {
			continue
		}
		if err != nil {
			return err
		}
		*f.to = file
	}
	return s.findColumns()
}

func (s *reviewSet) findColumns() (err error) {
	c := &s.columns
	c.productName = -1
	if s.products != nil {
		c.productName = s.products.column("name")
	}
	for _, f := range []struct {
		file  *sortedFile
		names []string
		to    *[]int
	}{
		{s.reviews, []string{"id", "rating", "date", "summary", "body", "recommend", "reported", "reviewer_name", "response", "helpfulness"}, &c.review},
		{s.characteristics, []string{"id", "name"}, &c.characteristic},
		{s.photos, []string{"url"}, &c.photo},
		{s.values, []string{"characteristic_id", "value"}, &c.value},
	} {
		if f.file == nil {
			continue
		}
		if *f.to, err = f.file.columns(f.names...); err != nil {
			return err
		}
	}
	return nil
}

// files are those that there are.
func (s *reviewSet) files() []*sortedFile {
	return slices.DeleteFunc([]*sortedFile{s.reviews, s.products, s.characteristics, s.photos, s.values}, func(f *sortedFile) bool { return f == nil })
}

func (s *reviewSet) close() error {
	var errs []error
	for _, f := range s.files() {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}

func (s *reviewSet) size() (n int64) {
	for _, f := range s.files() {
		n += f.size
	}
	return n
}

func (s *reviewSet) offset() (n int64) {
	for _, f := range s.files() {
		n += f.offset()
	}
	return n
}

func (s *reviewSet) place() string { return s.reviews.place() }

// next implements reviewSource: a product without reviews comes by itself.
func (s *reviewSet) next() (*reviewv1.ImportedProduct, *reviewv1.ImportedReview, error) {
	for s.product != nil {
		row, err := s.reviews.take(s.id)
		if err != nil {
			return nil, nil, err
		}
		if row == nil {
			break
		}
		if review, err := s.readReview(row); review != nil || err != nil {
			return s.product, review, err
		}
	}
	product, err := s.nextProduct()
	return product, nil, err
}

// nextProduct goes on to the product with the least id that any file speaks of.
func (s *reviewSet) nextProduct() (*reviewv1.ImportedProduct, error) {
	least := int64(math.MaxInt64)
	for _, f := range []*sortedFile{s.reviews, s.products, s.characteristics} {
		id, err := f.peek()
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if err == nil {
			least = min(least, id)
		}
	}
	if least == math.MaxInt64 {
		return nil, s.drain()
	}
	s.id, s.rated = least, nil
	s.product = &reviewv1.ImportedProduct{Key: fmt.Sprint(s.prefix, least)}
	if err := checkKey("the product", s.product.GetKey()); err != nil {
		return nil, err
	}
	if err := s.readName(); err != nil {
		return nil, err
	}
	return s.product, s.readCharacteristics()
}

// readName takes the product's name; its key stands for one that is none.
func (s *reviewSet) readName() error {
	for {
		row, err := s.products.take(s.id)
		if err != nil || row == nil {
			return err
		}
		if s.columns.productName < 0 {
			continue
		}
		name := row[s.columns.productName]
		if err := checkText("the product's name", name, mostProductName); err == nil {
			s.product.Name = name
		} else if err := s.tolerance.pass(s.products.place(), err); err != nil {
			return err
		}
	}
}

func (s *reviewSet) readCharacteristics() error {
	for {
		row, err := s.characteristics.take(s.id)
		if err != nil || row == nil {
			return err
		}
		if err := s.addCharacteristic(row[s.columns.characteristic[0]], row[s.columns.characteristic[1]]); err == nil {
			continue
		} else if err := s.tolerance.pass(s.characteristics.place(), err); err != nil {
			return err
		}
	}
}

func (s *reviewSet) addCharacteristic(id, name string) error {
	n, err := parseNumber("the id", id, math.MaxInt64)
	if err != nil {
		return err
	}
	switch names := s.product.GetCharacteristics(); {
	case name == "":
		return errors.New("the characteristic has no name")
	case slices.Contains(names, name):
		return fmt.Errorf("the product has %.60q already", name)
	case len(names) == mostCharacteristics:
		return fmt.Errorf("the product has %d characteristics already", mostCharacteristics)
	}
	if err := checkText("the characteristic's name", name, mostCharacteristic); err != nil {
		return err
	}
	s.rated = append(s.rated, n)
	s.product.Characteristics = append(s.product.Characteristics, name)
	return nil
}

// drain counts what is left of photos and values when all reviews were read.
func (s *reviewSet) drain() error {
	for _, f := range []*sortedFile{s.photos, s.values} {
		if err := s.stray(f, math.MaxInt64); err != nil {
			return err
		}
	}
	return io.EOF
}

// stray passes over rows of reviews before one, of which there are none.
func (s *reviewSet) stray(f *sortedFile, before int64) error {
	for {
		id, err := f.peek()
		if errors.Is(err, io.EOF) || err == nil && id >= before {
			return nil
		}
		if err == nil {
			_, err = f.take(id)
		}
		if err != nil {
			return err
		}
		s.tolerance.strays++
	}
}
