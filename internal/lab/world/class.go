package world

import (
	"math"
	"math/rand/v2"
)

// Class is a kind of people.
type Class uint8

// The classes.
const (
	Regular Class = iota
	Influencer
	Celebrity
	// Star is the one account that a spec may add.
	Star

	classCount = iota
)

// String is for people.
func (c Class) String() string { return references[c].name }

// Range has its ends in it.
type Range struct {
	Least int `json:"least"`
	Most  int `json:"most"`
}

// reference says of a class how many of a hundred people are of it, and in what
// ranges they have followers and follow others.
type reference struct {
	name                 string
	share                float64
	followers, following Range
	// tail is how fast larger numbers of followers become rarer (the exponent of a
	// Pareto distribution that is cut at the range's ends); 0 has as many between
	// 10 and 20 as between 100 and 200.
	tail float64
}

// The tails leave two or three of 1,000 celebrities with half of 100,000 people, and
// influencers with about a quarter of all follows.
var references = [classCount]reference{
	Regular:    {"regular", 0.85, Range{10, 100}, Range{50, 200}, 0},
	Influencer: {"influencer", 0.14, Range{100, 50_000}, Range{100, 500}, 0.75},
	Celebrity:  {"celebrity", 0.01, Range{50_000, 500_000}, Range{50, 200}, 2.3},
	Star:       {"star", 0, Range{}, Range{50, 200}, 0},
}

// classes deals the classes out; a star comes last.
func classes(s Spec) []Class {
	all := make([]Class, s.People, s.People+1)
	celebrities := int(math.Round(references[Celebrity].share * float64(s.People)))
	influencers := int(math.Round(references[Influencer].share * float64(s.People)))
	for i := range celebrities + influencers {
		all[i] = Influencer
		if i < celebrities {
			all[i] = Celebrity
		}
	}
	stream0(s.Seed, streamClasses).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	if s.Star > 0 {
		all = append(all, Star)
	}
	return all
}

// drawFollowing draws how many somebody follows, each order of magnitude alike.
func (c Class) drawFollowing(random *rand.Rand, others int) int {
	r := references[c].following
	least, most := float64(r.Least), float64(min(r.Most, others)+1)
	return min(int(least*math.Pow(most/least, random.Float64())), min(r.Most, others))
}

// followersAt is the number of followers below which a share u of the class has
// its.
func (c Class) followersAt(u float64) float64 {
	r := references[c]
	least, most := float64(r.followers.Least), float64(r.followers.Most)
	if r.tail == 0 {
		return least * math.Pow(most/least, u)
	}
	low, high := math.Pow(least, -r.tail), math.Pow(most, -r.tail)
	return math.Pow(low-u*(low-high), -1/r.tail)
}

// drawFollowers draws everybody's number of followers, before the factor. A class
// of n people is drawn one from each n-th of its distribution, so that large
// accounts are as many as they ought to be, whatever the seed. A star has none:
// its are set apart.
func drawFollowers(class []Class, random *rand.Rand) []float64 {
	var members [classCount][]int
	for person, c := range class {
		members[c] = append(members[c], person)
	}
	drawn := make([]float64, len(class))
	for c := range Star {
		for place, i := range random.Perm(len(members[c])) {
			u := (float64(place) + random.Float64()) / float64(len(members[c]))
			drawn[members[c][i]] = c.followersAt(u)
		}
	}
	return drawn
}
