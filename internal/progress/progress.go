// Package progress tells people how far long work has come: by a bar with rate and
// time left on a terminal, by a line every few seconds elsewhere.
//
// Work counts units (rows, say) and knows its place on the way to the end, which
// may be counted in something else, as an import of a file knows bytes but not
// rows. The time left supposes that the rest is like what is done.
package progress

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// lineEvery is how often it is told where there is no terminal.
const lineEvery = 5 * time.Second

// Progress is of one piece of work. It is safe for concurrent use.
type Progress struct {
	mu    sync.Mutex
	out   io.Writer
	units string
	bar   *progressbar.ProgressBar
	end   int64
	place int64
	done  int64
	began time.Time
	told  time.Time
}

// New tells on out, which may be nil, how work goes on that is called by a name
// and counts such units; end is the place where it ends.
func New(out io.Writer, name, units string, end int64) *Progress {
	if out == nil {
		out = io.Discard
	}
	now := time.Now()
	p := &Progress{out: out, units: units, end: end, began: now, told: now}
	if OnTerminal(out) {
		p.bar = progressbar.NewOptions64(max(end, 1),
			progressbar.OptionSetWriter(out),
			progressbar.OptionSetDescription(name),
			progressbar.OptionSetPredictTime(true),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionSetElapsedTime(false),
			progressbar.OptionFullWidth(),
		)
	}
	return p
}

// OnTerminal says whether a person looks at out as it is written.
func OnTerminal(out io.Writer) bool {
	f, ok := out.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// At notes that so many more units are done, and that the work is at a place; one
// that is before the last is no step back.
func (p *Progress) At(units int, place int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += int64(units)
	p.place = max(p.place, place)
	switch {
	case p.bar != nil:
		p.bar.Describe(fmt.Sprintf("%d %s, %.0f/s", p.done, p.units, p.rate()))
		_ = p.bar.Set64(p.place)
	case time.Since(p.told) >= lineEvery:
		p.told = time.Now()
		fmt.Fprintf(p.out, "%d %s (%d %%), %.0f/s, %s left\n", p.done, p.units, 100*p.place/max(p.end, 1), p.rate(), p.left())
	}
}

// Step notes that so many more units are done, which are places as well.
func (p *Progress) Step(units int) {
	p.mu.Lock()
	place := p.place + int64(units)
	p.mu.Unlock()
	p.At(units, place)
}

func (p *Progress) rate() float64 {
	return float64(p.done) / max(time.Since(p.began).Seconds(), 0.001)
}

func (p *Progress) left() time.Duration {
	share := float64(p.place) / float64(max(p.end, 1))
	return time.Duration(float64(time.Since(p.began)) * (1 - share) / max(share, 0.001)).Round(time.Second)
}

// Sayf writes a line, past the bar where there is one.
func (p *Progress) Sayf(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Clear()
	}
	fmt.Fprintf(p.out, format+"\n", args...)
}

// Finish leaves the cursor on a line of its own.
func (p *Progress) Finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Exit()
		fmt.Fprintln(p.out)
	}
}
