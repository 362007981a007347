// Package generate makes sets of reviews in the form of the reference, five CSV files
// that `throng import reviews` reads, sets of courses, two of them, that
// `throng import courses` does (course.go, teaching.go), and sets of the weather (weather.go).
//
// A set is decided by its spec, a seed among it: the same spec is the same files, to
// the last byte. One of reviews is skewed as shops are. A few products have thousands of reviews
// and many have none (Zipf and Mandelbrot's law, 1 / (rank + 50)); most stars are
// five and some are one; lengths of texts and helpfulness are lognormal; most reviews
// are of the last year. The numbers of rows are exactly those of the spec, all the
// same: each product and each review gets its share of what is left to hand out
// (shape.go), and how much that comes to is rounded along the way, never at the end.
//
// Files are written in one pass in the order of ids (write.go), and rows are made of
// phrases of our own (text.go).
package generate

import (
	"fmt"

	"github.com/throng-social/throng/internal/imports"
)

// Spec decides on a set. The numbers are of rows.
type Spec struct {
	Products, Reviews, Photos, Characteristics, Values int64
	// Seed decides on everything that is left to chance.
	Seed uint64
}

// Full is the size of the reference's set.
var Full = Spec{Products: 1_000_011, Reviews: 5_774_952, Photos: 2_742_540, Characteristics: 3_347_679, Values: 19_327_575, Seed: 1}

const (
	// LeastProducts make a set in which all numbers can be met.
	LeastProducts = 100
	// MostProducts bound the memory that a set takes to 250 MB.
	MostProducts = 20_000_000
)

// Of is a spec of so many products, with the other numbers in proportion.
func Of(products int64, seed uint64) (Spec, error) {
	if products < LeastProducts || products > MostProducts {
		return Spec{}, fmt.Errorf("a set has %d to %d products, not %d", LeastProducts, MostProducts, products)
	}
	part := func(of int64) int64 { return of * products / Full.Products }
	return Spec{
		Products: products, Reviews: part(Full.Reviews), Photos: part(Full.Photos), Characteristics: part(Full.Characteristics), Values: part(Full.Values), Seed: seed,
	}, nil
}

// String is for people.
func (s Spec) String() string {
	return fmt.Sprintf("%d products, %d reviews, %d photos, %d characteristics, %d values", s.Products, s.Reviews, s.Photos, s.Characteristics, s.Values)
}

// Disk is about how many bytes the files have, rather too many than too few.
func (s Spec) Disk() int64 {
	return 200*s.Products + 480*s.Reviews + 100*s.Photos + 32*s.Characteristics + 36*s.Values
}

// CheckDisk refuses a set for which a folder has no room.
func (s Spec) CheckDisk(dir string) error {
	free, err := imports.FreeDisk(dir)
	if err == nil && free < s.Disk() {
		return fmt.Errorf("the set needs about %d MB of disk, and %s has %d MB free", s.Disk()>>20, dir, free>>20)
	}
	return err
}
