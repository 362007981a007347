package imports

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// lineEvery is how often progress is told where there is no terminal.
const lineEvery = 5 * time.Second

// progress tells how far an import has come: by a bar on a terminal, by lines
// elsewhere. It is safe for concurrent use.
type progress struct {
	mu     sync.Mutex
	out    io.Writer
	bar    *progressbar.ProgressBar
	size   int64
	offset int64
	rows   int64
	began  time.Time
	told   time.Time
}

func newProgress(out io.Writer, size int64) *progress {
	if out == nil {
		out = io.Discard
	}
	now := time.Now()
	p := &progress{out: out, size: size, began: now, told: now}
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.bar = progressbar.NewOptions64(max(size, 1),
			progressbar.OptionSetWriter(out),
			progressbar.OptionSetDescription("importing"),
			progressbar.OptionSetPredictTime(true),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionSetElapsedTime(false),
			progressbar.OptionFullWidth(),
		)
	}
	return p
}

// sent notes that so many rows are on their way, up to a place in the file.
func (p *progress) sent(rows int, offset int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rows += int64(rows)
	p.offset = max(p.offset, offset)
	switch {
	case p.bar != nil:
		p.bar.Describe(fmt.Sprintf("%d rows, %.0f/s", p.rows, p.rate()))
		_ = p.bar.Set64(p.offset)
	case time.Since(p.told) >= lineEvery:
		p.told = time.Now()
		fmt.Fprintf(p.out, "%d rows (%d %%), %.0f/s, %s left\n", p.rows, 100*p.offset/max(p.size, 1), p.rate(), p.left())
	}
}

func (p *progress) rate() float64 {
	return float64(p.rows) / max(time.Since(p.began).Seconds(), 0.001)
}

// left supposes that the rest of the file is like what was read of it.
func (p *progress) left() time.Duration {
	share := float64(p.offset) / float64(max(p.size, 1))
	return time.Duration(float64(time.Since(p.began)) * (1 - share) / max(share, 0.001)).Round(time.Second)
}

// sayf writes a line, past the bar where there is one.
func (p *progress) sayf(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Clear()
	}
	fmt.Fprintf(p.out, format+"\n", args...)
}

// finish leaves the cursor on a line of its own.
func (p *progress) finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Exit()
		fmt.Fprintln(p.out)
	}
}
