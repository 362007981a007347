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
	p := newParts(drawn)
	givers := map[int]int{}
	for _, k := range budgets {
		givers[k]++
	}
	// What changes from each place on: how many give one follow each, and what the
	// others give for each one that was drawn.
	whole, share := make([]float64, len(drawn)+1), make([]float64, len(drawn)+1)
	for _, k := range slices.Sorted(maps.Keys(givers)) {
		first, each := p.of(k)
		n := float64(givers[k])
		whole[0] += n
		whole[first] -= n
		share[first] += n * each
	}
	expected, ones := make([]float64, len(drawn)), 0.0
	for place, person := range p.order {
		ones, factor = ones+whole[place], factor+share[place]
		expected[person] = ones + factor*drawn[person]
	}
	return rounded(expected), factor
}

// parts divides budgets: accounts with most drawn first, and the sums of what was
// drawn from each place on.
type parts struct {
	drawn []float64
	order []int
	rest  []float64
}

func newParts(drawn []float64) parts {
	p := parts{drawn: drawn, order: make([]int, len(drawn)), rest: make([]float64, len(drawn)+1)}
	for i := range p.order {
		p.order[i] = i
	}
	slices.SortStableFunc(p.order, func(a, b int) int { return cmp.Compare(drawn[b], drawn[a]) })
	for i := len(p.order) - 1; i >= 0; i-- {
		p.rest[i] = p.rest[i+1] + drawn[p.order[i]]
	}
	return p
}

// of is how many accounts get one follow of a budget, and would get more, and what
// goes to each of the others for each one that was drawn for it. A budget is never
// more than there are accounts.
func (p parts) of(budget int) (whole int, each float64) {
	for p.drawn[p.order[whole]]*float64(budget-whole) > p.rest[whole] {
		whole++
	}
	return whole, float64(budget-whole) / p.rest[whole]
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
