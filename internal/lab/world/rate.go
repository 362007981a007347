package world

import (
	"math"
	"math/rand/v2"
	"sort"
)

// sigma is the spread of how often people look and post: about one in six does it
// more than twice as often as the mean, and one in six less than a fourteenth.
const sigma = 1.5

// Rates are how often everybody does something, against the mean.
type Rates struct {
	each []float64
	// sums are of the rates up to and with each.
	sums []float64
}

// newRates draws lognormal rates, independent of one another.
func newRates(people int, random *rand.Rand) Rates {
	r := Rates{each: make([]float64, people), sums: make([]float64, people)}
	total := 0.0
	for i := range r.each {
		r.each[i] = math.Exp(sigma * random.NormFloat64())
		total += r.each[i]
	}
	sum := 0.0
	for i := range r.each {
		r.each[i] *= float64(people) / total
		sum += r.each[i]
		r.sums[i] = sum
	}
	return r
}

// Of is the rate of one person; 1 is the mean.
func (r Rates) Of(person int) float64 { return r.each[person] }

// Draw is a person, each as likely as often he does it. The same seed and n are
// the same person.
func (r Rates) Draw(seed, n uint64) int {
	share := float64(mix(seed, n)>>11) / (1 << 53)
	at := share * r.sums[len(r.sums)-1]
	return min(sort.SearchFloat64s(r.sums, at), len(r.sums)-1)
}

// write decides how many posts everybody has written before.
func (w *World) write() {
	fractions := make([]float64, w.Size())
	for i := range fractions {
		fractions[i] = w.Posts * w.Writes.Of(i)
	}
	w.posts = make([]int32, w.Size())
	for i, n := range rounded(fractions) {
		w.posts[i] = int32(n) //nolint:gosec // at most 1,000 in the mean
	}
}

// Wait is an exponentially distributed number of mean 1 that belongs to a person:
// the share of the mean time between two looks for which he has been away.
func (w *World) Wait(person int) float64 {
	u := float64(mix(w.Seed+2, uint64(person))>>11) / (1 << 53) //nolint:gosec // a person is no negative number
	return -math.Log1p(-u)
}
