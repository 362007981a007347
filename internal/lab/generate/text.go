package generate

import (
	"math"
	"math/rand/v2"
)

var (
	characteristicNames = []string{"Fit", "Length", "Comfort", "Quality", "Size", "Width"}
	categories          = []string{"Dresses", "Knits", "Jackets", "Shoes", "Trousers", "Hats", "Glasses", "Bags"}
	makes               = []string{"Harbour", "Meadow", "Northern", "Old Mill", "Riverside", "Summit", "Linden", "Copper", "Quiet", "Winter"}
	things              = []string{"dress", "cardigan", "parka", "boots", "chinos", "beanie", "sunglasses", "tote", "sweater", "loafers"}
	beginnings          = []string{"I", "My sister", "My partner", "A friend of mine", "Everybody at work", "Our neighbour"}
	doings              = []string{"wore it all week", "took it on a long trip", "washed it five times", "ordered a second one", "tried it with everything", "got it as a present"}
	findings            = map[bool][]string{
		true:  {"and it still looks new", "and could not be happier", "and it fits like a glove", "and the colour is even better than in the picture", "and it is worth every cent"},
		false: {"and the seam came apart", "and it had lost its shape by then", "and it is nothing like the picture", "and would rather have the money back", "and it scratches"},
	}
	remarks = []string{
		"Runs a little small, so go one size up.", "The delivery took three days.", "The fabric is heavier than I thought.",
		"It comes in a plain box.", "I am 5'8\" and it ends above the knee.",
		"“Just right”, as my mother says.", "Très bien fait, comme toujours.", "Würde ich wieder kaufen.",
		"Πολύ καλό.", "جودة ممتازة.", "10/10 👍", "Pockets, at last!", "Wash it cold, and inside out.",
	}
	headlines = map[bool][]string{
		true:  {"Love it", "Better than expected", "My new favourite", "Just what I needed", "Would buy again", "So comfortable", "Five stars, \"no question\""},
		false: {"Not for me", "Expected more", "Sent it back", "Poor seams", "Too expensive for this", "Disappointed"},
	}
	names   = []string{"ada", "bo", "carla", "dmitri", "eve", "farid", "greta", "hana", "ivo", "june", "kofi", "lena", "mila", "noor", "omar", "pia"}
	answers = []string{"Thank you for telling us!", "We are sorry, please write to us and we will send another.", "Thanks, we have told the people who make it."}
)

func one(r *rand.Rand, of []string) string { return of[r.IntN(len(of))] }

const (
	shortest, longest = 50, 1000
	// Lengths are lognormal about this median.
	medianLength, lengthSpread = 140, 0.8
)

// appendBody writes sentences until there is enough.
func appendBody(to []byte, r *rand.Rand, content bool) []byte {
	begin := len(to)
	enough := min(max(int(medianLength*math.Exp(lengthSpread*r.NormFloat64())), shortest), longest-150)
	for {
		if r.IntN(3) == 0 {
			to = append(to, one(r, remarks)...)
		} else {
			to = append(append(to, one(r, beginnings)...), ' ')
			to = append(append(to, one(r, doings)...), ' ')
			to = append(append(to, one(r, findings[content])...), '.')
		}
		if len(to)-begin >= enough {
			return to
		}
		if r.IntN(20) == 0 {
			to = append(to, '\n')
		} else {
			to = append(to, ' ')
		}
	}
}

// moods are how many stars in a hundred products get, the ones that please, the ones
// that divide, and the others; moodWeights how many of a hundred products are so.
var (
	moods       = [][]int{{4, 3, 7, 21, 65}, {15, 8, 11, 21, 45}, {41, 15, 12, 12, 20}}
	moodWeights = []int{60, 30, 10}
	// recommends are how many of a hundred reviewers with so many stars do so.
	recommends = []int{3, 12, 48, 92, 98}
)

// value is what a review with so many stars says of a characteristic: how good it is,
// or how large, where the middle is best.
func value(r *rand.Rand, name string, stars int) int {
	of := stars
	if name != "Comfort" && name != "Quality" {
		of = 3
		if stars < 4 {
			of = 2 + 2*r.IntN(2)
		}
	}
	return min(max(of+pick(r, []int{20, 60, 20})-1, 1), 5)
}
