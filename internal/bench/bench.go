// Package bench measures Throng's hot paths, each against the least that the
// same work costs.
package bench

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"time"
)

// Options are the command's flags.
type Options struct {
	Rounds  int
	Length  time.Duration
	Profile string
}

type pair struct{ Ours, Limit, Ratio float64 }

// inTurn measures two sides in turn and answers the medians, and the median of
// the rounds' ratios.
func inTurn(rounds int, ours, limit func() (float64, error)) (pair, error) {
	var a, b, ratios []float64
	for range rounds {
		one, err := ours()
		if err != nil {
			return pair{}, err
		}
		other, err := limit()
		if err != nil {
			return pair{}, err
		}
		a, b, ratios = append(a, one), append(b, other), append(ratios, one/other)
	}
	return pair{median(a), median(b), median(ratios)}, nil
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	n := len(v)
	if n == 0 {
		return 0
	}
	return (v[(n-1)/2] + v[n/2]) / 2
}

// Main is scratch for now.
func Main(ctx context.Context, args []string, out io.Writer) error {
	if len(args) > 0 && args[0] == sideCommand {
		return runSide(ctx)
	}
	began := time.Now()
	w, err := newWorld(ctx, "/tmp/throng-bench", full)
	if err != nil {
		return err
	}
	defer w.close()
	fmt.Fprintln(out, "world", time.Since(began))
	o := Options{Rounds: 3, Length: 2 * time.Second, Profile: "/tmp/prof"}
	for _, a := range args {
		switch a {
		case "a":
			err = scratchA(ctx, w, o, out)
		case "hold":
			fmt.Fprintln(out, w.settings.URL, w.settings.Readers)
			<-ctx.Done()
		case "b":
			err = scratchB(ctx, w, o, out)
		case "c":
			f, err := newFanout(ctx, w)
			if err != nil {
				return err
			}
			p, err := f.measure(ctx, o)
			fmt.Fprintf(out, "fanout %+v %v\n", p, err)
			f.close(ctx)
		case "d":
			f, err := newFollows(ctx, w, "../shared/data")
			if err != nil {
				return err
			}
			p, err := f.measure(ctx, o)
			fmt.Fprintf(out, "import %+v %v %v\n", p, f.settled, err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func scratchB(ctx context.Context, w *world, o Options, out io.Writer) error {
	p, err := newPageRead(ctx, w)
	if err != nil {
		return err
	}
	defer p.close()
	if err := p.agree(ctx); err != nil {
		return err
	}
	for _, n := range []int{1, atOnce} {
		r, err := p.measure(ctx, o, n)
		fmt.Fprintf(out, "page %d %+v %v\n", n, r, err)
	}
	return nil
}

func scratchA(ctx context.Context, w *world, o Options, out io.Writer) error {
	if n, _ := strconv.Atoi(os.Getenv("READERS")); n > 0 {
		w.readers = w.readers[:n]
	}
	h, err := newHome(ctx, w)
	if err != nil {
		return err
	}
	defer h.close()
	if err := h.agree(); err != nil {
		return err
	}
	fmt.Fprintln(out, "agree")
	for _, k := range []codec{asJSON, asProtobuf} {
		p, err := h.through(ctx, o, k)
		fmt.Fprintf(out, "%s %+v %v\n", k.name, p, err)
		if os.Getenv("COLD") == "" {
			continue
		}
		p, err = h.cold(ctx, o, k)
		fmt.Fprintf(out, "cold %s %+v %v\n", k.name, p, err)
		l, err := openLoop(ctx, h.ours.addr, w.readers, k, 1000, 4*time.Second)
		fmt.Fprintf(out, "open ours %+v %v\n", l, err)
		l, err = openLoop(ctx, h.bare.addr, w.readers, k, 1000, 4*time.Second)
		fmt.Fprintf(out, "open bare %+v %v\n", l, err)
	}
	return nil
}
