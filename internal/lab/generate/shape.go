package generate

import (
	"fmt"
	"math/rand/v2"
)

// shape is how much of everything each product has.
type shape struct {
	Spec
	// reviews and characteristics are of each product.
	reviews         []int32
	characteristics []uint8
	// values and photos hand out their rows over the reviews.
	values, photos share
}

// share hands out so many rows over so many places, evenly and to the last.
type share struct{ rows, places, passed int64 }

// take is how many rows the next n places get.
func (s *share) take(n int64) int64 {
	before := s.rows * s.passed / s.places
	s.passed += n
	return s.rows*s.passed/s.places - before
}

const (
	// flatten is how many of the most popular products are about as popular as the
	// first one.
	flatten = 50
	// mostCharacteristics is how many a product has at most, and spread by how many
	// a product may have more or less than others.
	mostCharacteristics = 6
	spread              = 2
)

func newShape(s Spec) (*shape, error) {
	sh := &shape{Spec: s, reviews: popularity(s), characteristics: make([]uint8, s.Products)}
	sh.spreadCharacteristics()
	var places int64
	for i, n := range sh.reviews {
		places += int64(n) * int64(sh.characteristics[i])
	}
	if places < s.Values {
		return nil, fmt.Errorf("the products have room for %d values, not for %d", places, s.Values)
	}
	sh.values = share{rows: s.Values, places: places}
	sh.photos = share{rows: s.Photos}
	dice := newDice()
	for review := range s.Reviews {
		sh.photos.places += photoPlaces(dice.of(s.Seed, photoDice, review))
	}
	return sh, nil
}

// popularity is how many reviews each product has. Ranks are mixed among the ids.
func popularity(s Spec) []int32 {
	step := coprime(s.Products)
	weigh := func(product int64) float64 {
		rank := (product*step + int64(s.Seed%uint64(s.Products))) % s.Products //nolint:gosec // less than the products
		return 1 / float64(rank+min(flatten, 1+s.Products/20))
	}
	var all float64
	for product := range s.Products {
		all += weigh(product)
	}
	counts := make([]int32, s.Products)
	var passed float64
	var given int64
	for product := range s.Products {
		passed += weigh(product)
		until := int64(float64(s.Reviews) * (passed / all))
		counts[product] = int32(until - given) //nolint:gosec // a small part of all
		given = until
	}
	return counts
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// spreadCharacteristics gives each product about the mean, and moves some from one
// neighbour to the other: to the one with more reviews, which people know better.
func (sh *shape) spreadCharacteristics() {
	even := share{rows: sh.Characteristics, places: sh.Products}
	for i := range sh.characteristics {
		sh.characteristics[i] = uint8(even.take(1)) //nolint:gosec // the mean is 3
	}
	dice := newDice()
	for i := 0; i+1 < len(sh.characteristics); i += 2 {
		more, less := &sh.characteristics[i], &sh.characteristics[i+1]
		if sh.reviews[i] < sh.reviews[i+1] {
			more, less = less, more
		}
		moved := uint8(dice.of(sh.Seed, shapeDice, int64(i)).UintN(spread + 1)) //nolint:gosec // 0 to 2
		moved = min(moved, *less-1, mostCharacteristics-*more)
		*more, *less = *more+moved, *less-moved
	}
}

// photoPlaces is how many places for photos a review has.
func photoPlaces(r *rand.Rand) int64 { return int64(pick(r, photoWeights)) }

// photoWeights are how many reviews in a hundred have none, one, and so on.
var photoWeights = []int{75, 12, 6, 4, 2, 1}

// pick draws a place in a list of weights, each a part of 100.
func pick(r *rand.Rand, weights []int) int {
	n := r.IntN(100)
	for i, w := range weights {
		if n < w {
			return i
		}
		n -= w
	}
	return len(weights) - 1
}

// What is thrown dice for: each has its own, so that one may change without the others.
const (
	shapeDice = 1 + iota
	photoDice
	productDice
	reviewDice
	instructorDice
	courseDice
	assistantDice
	placeDice
)

// dice throws for one thing after the other, each time anew.
type dice struct {
	source *rand.PCG
	random *rand.Rand
}

func newDice() *dice {
	source := rand.NewPCG(0, 0)
	return &dice{source: source, random: rand.New(source)}
}

// of is the chance of one thing, valid until the call after it.
func (d *dice) of(seed uint64, what, number int64) *rand.Rand {
	d.source.Seed(seed^uint64(what)<<56, uint64(number)) //nolint:gosec // any bits will do
	return d.random
}
