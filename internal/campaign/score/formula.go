package score

import "math/big"

// terms are those of the formula in millionths, each rounded by itself; the score is
// rounded once, from what they stand for.
type terms struct {
	score, weights, fresh, spread, together, bonus int64
}

// hour is one in microseconds.
const hour = 3_600_000_000

// together is T / (0.05 (S + 1)) + 3 N for these weights, and a spread in
// microseconds. With T = a/l and N = b/l and S = d/hour it is
//
//	20 hour a / (l (d + hour)) + 3 b / l
//
// in whole numbers over one denominator; l may have more than 64 bits.
func together(weights []weight, d int64) terms {
	a, b, l := sums(weights)
	span := big.NewInt(d + hour)
	lSpan := new(big.Int).Mul(l, span)
	pull := times(a, 20*hour)
	bonus := times(b, 3)
	whole := new(big.Int).Mul(bonus, span)
	whole.Add(whole, pull)
	return terms{
		score:    micros(whole, lSpan),
		weights:  micros(a, l),
		fresh:    micros(b, l),
		spread:   micros(big.NewInt(d), big.NewInt(hour)),
		together: micros(pull, lSpan),
		bonus:    micros(bonus, l),
	}
}

// sums are T = a/l and N = b/l.
func sums(weights []weight) (a, b, l *big.Int) {
	l = big.NewInt(1)
	for _, w := range weights {
		k := big.NewInt(int64(w.teams))
		common := new(big.Int).GCD(nil, nil, l, k)
		l.Mul(l, k.Quo(k, common))
	}
	a, b = new(big.Int), new(big.Int)
	for _, w := range weights {
		each := new(big.Int).Quo(l, big.NewInt(int64(w.teams)))
		a.Add(a, times(each, int64(w.all)))
		b.Add(b, times(each, int64(w.fresh)))
	}
	return a, b, l
}

func times(x *big.Int, n int64) *big.Int { return new(big.Int).Mul(x, big.NewInt(n)) }

// micros is n/d in millionths, half to even; neither is negative.
func micros(n, d *big.Int) int64 {
	q, r := new(big.Int).QuoRem(times(n, Micros), d, new(big.Int))
	half := r.Lsh(r, 1).Cmp(d)
	if half > 0 || half == 0 && q.Bit(0) == 1 {
		q.Add(q, big.NewInt(1))
	}
	return q.Int64()
}
