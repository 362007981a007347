package fanout

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/lab/world"
)

// Variant is a strategy as it is run.
type Variant struct {
	Name     string `json:"name"`
	Strategy string `json:"strategy"`
	// Threshold is hybrid's, of followers; 0 for others.
	Threshold int `json:"threshold,omitempty"`
}

// named is the strategy as the contract has it.
func (v Variant) named() timelinev1.Strategy {
	return timelinev1.Strategy(timelinev1.Strategy_value["STRATEGY_"+strings.ToUpper(v.Strategy)])
}

// Strategies that there are.
var Strategies = []string{"push", "pull", "hybrid", "adaptive"}

// Variants are what a comparison runs: hybrid once for each quantile of followers.
func Variants(c Config, w *world.World) ([]Variant, error) {
	var all []Variant
	for _, s := range c.Strategies {
		switch {
		case !slices.Contains(Strategies, s):
			return nil, fmt.Errorf("there is no strategy %q: there are %v", s, Strategies)
		case s != "hybrid":
			all = append(all, Variant{Name: s, Strategy: s})
		default:
			sweep, err := hybrids(c.Quantiles, w)
			if err != nil {
				return nil, err
			}
			all = append(all, sweep...)
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("name the strategies to compare, of %v", Strategies)
	}
	return all, nil
}

func hybrids(quantiles []float64, w *world.World) ([]Variant, error) {
	followers := make([]int, w.Size())
	for person := range followers {
		followers[person] = len(w.Followers(person))
	}
	slices.Sort(followers)
	var all []Variant
	for _, q := range quantiles {
		if !(q > 0 && q < 1) { // and so is NaN
			return nil, fmt.Errorf("a quantile is between 0 and 1, not %v", q)
		}
		threshold := followers[min(int(math.Ceil(q*float64(len(followers)))), len(followers)-1)]
		// In a small world several quantiles can be the same number.
		if slices.ContainsFunc(all, func(v Variant) bool { return v.Threshold == threshold }) {
			continue
		}
		percent := strconv.FormatFloat(math.Round(q*1e6)/1e4, 'f', -1, 64)
		all = append(all, Variant{Name: "hybrid " + percent + " %", Strategy: "hybrid", Threshold: threshold})
	}
	return all, nil
}
