package world

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// shares finds out how many followers everybody is to have, and the factor. drawn
// are the numbers before it, budgets how many follows everybody has to give.
//
// Somebody with a budget of k gives to each account in proportion to what was
// drawn for it, but never twice to the same: an account whose part would be more
// than one follow gets one from him, and the others share the rest. What accounts
// get from all together is therefore something that can be had, and is the factor
// times what was drawn for every account of which nobody would have given more.
func shares(drawn []float64, budgets []int) (followers []int, factor float64) {
	parts := newParts(drawn)
	givers := map[int]int{}
	for _, k := range budgets {
		givers[k]++
	}
	expected := make([]float64, len(drawn))
	for _, k := range slices.Sorted(maps.Keys(givers)) {
		each := parts.of(k)
		factor += float64(givers[k]) * each
		for i, d := range drawn {
			expected[i] += float64(givers[k]) * min(1, each*d)
		}
	}
	return rounded(expected), factor
}

// parts divides budgets: what was drawn, largest first, with the sums of the rest
// from each place on.
type parts struct{ drawn, rest []float64 }

func newParts(drawn []float64) parts {
	p := parts{drawn: slices.Clone(drawn), rest: make([]float64, len(drawn)+1)}
	slices.SortFunc(p.drawn, func(a, b float64) int { return cmp.Compare(b, a) })
	for i := len(p.drawn) - 1; i >= 0; i-- {
		p.rest[i] = p.rest[i+1] + p.drawn[i]
	}
	return p
}

// of is what of a budget goes to an account for each one that was drawn for it. A
// budget is never more than there are accounts.
func (p parts) of(budget int) float64 {
	whole := 0 // so many get one follow, and would get more
	for p.drawn[whole]*float64(budget-whole) > p.rest[whole] {
		whole++
	}
	return float64(budget-whole) / p.rest[whole]
}

// rounded makes whole numbers whose sum is that of the fractions, near enough: it
// carries over what rounding gave or took.
func rounded(fractions []float64) []int {
	whole, carried := make([]int, len(fractions)), 0.0
	for i, f := range fractions {
		carried += f
		whole[i] = int(math.Round(carried))
		carried -= float64(whole[i])
	}
	return whole
}
