package weather

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/throng-social/throng/internal/lab/load"
)

// plan is of one measurement.
type plan struct {
	name string
	// users is how many there are, 0 in the open model, and settle how long it takes until
	// all are there and it counts.
	users  int
	settle time.Duration
	// do makes the calls.
	do func(ctx context.Context, to *load.Recorder) error
	// may are outcomes that are counted and no problem.
	may []load.Outcome
}

// measure does what is planned.
func (r *run) measure(ctx context.Context, p plan) (Stretch, error) {
	s := newSampler(ctx, r, p)
	err := s.during(ctx)
	if err != nil {
		return Stretch{}, err
	}
	r.found.Problems = append(r.found.Problems, s.recorder.Total().Failures(p.name, p.may...)...)
	found := s.result()
	fmt.Fprintf(r.Out, "%s: %.0f a second, p99 %.1f ms\n", found.Name, found.Rate, found.P99)
	return found, nil
}

func (r *run) anyPlace(random *rand.Rand, _ int) int { return random.IntN(len(r.truth.names)) }

// Workloads are numbered from these on.
const (
	warmUpNumber = 0
	rateNumber   = 1
	mostNumber   = 100
	usersNumber  = 200
)

// atRate is the open model, after a while that does not count.
func (r *run) atRate(ctx context.Context) (err error) {
	if r.WarmUp > 0 {
		if err := r.arrivals(r.WarmUp).Run(ctx, r.asking(warmUpNumber, false, r.anyPlace), load.NewRecorder()); err != nil {
			return err
		}
	}
	r.found.Open, err = r.measure(ctx, plan{
		name: "at a rate, all places",
		do: func(ctx context.Context, to *load.Recorder) error {
			return r.arrivals(r.Duration).Run(ctx, r.asking(rateNumber, false, r.anyPlace), to)
		},
	})
	return err
}

// shares are how many users in a hundred are in each group of the weighted mix.
var shares = [...]int{50, 30, 10, 5, 5}

// groupOf is the group of a user. Those who come one after the other are of different ones.
func groupOf(user int) int {
	const hundred, step = 100, 37
	at := user * step % hundred
	for group, share := range shares {
		if at < share {
			return group
		}
		at -= share
	}
	return len(shares) - 1
}

// mixes are the users' ways of asking.
func (r *run) mixes() []mix {
	return []mix{
		{"random", r.anyPlace},
		{"fixed", func(*rand.Rand, int) int { return r.hot[0] }},
		{"weighted", func(_ *rand.Rand, user int) int { return r.hot[groupOf(user)%len(r.hot)] }},
	}
}

type mix struct {
	name string
	of   choose
}

// byUsers lets users who think ask. That a server refuses what is too much for it is no
// problem here, and counted.
func (r *run) byUsers(ctx context.Context) error {
	number := uint64(usersNumber)
	for _, users := range r.Users {
		for _, m := range r.mixes() {
			number++
			model, ask := r.thinking(users), r.asking(number, false, m.of)
			found, err := r.measure(ctx, plan{
				name: fmt.Sprintf("%d users, %s", users, m.name), users: users, settle: model.AllThere(), may: []load.Outcome{load.Refused},
				do: func(ctx context.Context, to *load.Recorder) error { return model.Run(ctx, ask, to) },
			})
			if err != nil {
				return err
			}
			r.found.Mixes = append(r.found.Mixes, found)
		}
	}
	return nil
}

// hotPlaces are as many as are asked of again and again.
const hotPlaces = 11

// byMost measures how many answers those get who do not think; refusals are as above.
func (r *run) byMost(ctx context.Context) error {
	hot := func(random *rand.Rand, _ int) int { return r.hot[random.IntN(len(r.hot))] }
	for i, m := range []struct {
		name   string
		always bool
		of     choose
	}{
		{"places at random, ranges at random", false, r.anyPlace},
		{"places at random, all time", true, r.anyPlace},
		{fmt.Sprintf("%d hot places, ranges at random", len(r.hot)), false, hot},
		{fmt.Sprintf("%d hot places, all time", len(r.hot)), true, hot},
	} {
		ask := r.asking(mostNumber+uint64(i), m.always, m.of)
		found, err := r.measure(ctx, plan{
			name: m.name, users: r.AtOnce, may: []load.Outcome{load.Refused},
			do: func(ctx context.Context, to *load.Recorder) error { return r.unthinking().Run(ctx, ask, to) },
		})
		if err != nil {
			return err
		}
		r.found.Most = append(r.found.Most, found)
	}
	return nil
}
