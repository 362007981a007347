package fanout

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/throng-social/throng/internal/lab/report"
	"github.com/throng-social/throng/internal/progress"
)

// toldEvery is how often a run under way is told where nobody looks on.
const toldEvery = 5 * time.Second

// screen shows a table that grows by a row a run; below it, on a terminal, what
// is going on, and elsewhere a line every few seconds.
type screen struct {
	out      io.Writer
	terminal bool
	columns  report.Columns

	mu     sync.Mutex
	headed bool
	told   time.Time
}

func newScreen(out io.Writer) *screen {
	return &screen{out: out, terminal: progress.OnTerminal(out), columns: report.Columns{Head: heads(), First: 14}}
}

func heads() []string {
	return []string{
		"strategy", "reads/s", "p50 ms", "p99 ms", "writes/s", "p99 ms", "delivered", "copied", "pulled", "moved", "server s", "postgres s", "timelines MB", "missing",
	}
}

// run shows a run that is complete.
func (s *screen) run(r Run) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clear()
	s.head()
	s.columns.Print(s.out, cells(r))
	for _, p := range r.Problems {
		fmt.Fprintln(s.out, "  ! "+p)
	}
}

// phase says what is going on.
func (s *screen) phase(v Variant, what string) { s.line(v.Name + ": " + what) }

// sample shows the interval that is just over.
func (s *screen) sample(v Variant, m Sample, of time.Duration) {
	s.mu.Lock()
	s.head()
	s.mu.Unlock()
	s.line(s.columns.Line([]string{
		v.Name, report.Figure(m.Reads), report.Figure(m.ReadP50), report.Figure(m.ReadP99), report.Figure(m.Writes), report.Figure(m.WriteP99),
		report.Figure(number(m.Deliveries)), report.Figure(number(m.Copies)), report.Figure(number(m.Pulls)), report.Figure(number(m.Moves)),
		report.Figure(number(m.ServerCPU)), report.Figure(number(m.PostgresCPU)), report.Figure(number(each(m.Bytes, 1<<20))), report.Figure(number(m.Missing)),
	}) + fmt.Sprintf("   a second, at %.0f of %.0f s", m.Second, of.Seconds()))
}

func (s *screen) head() {
	if !s.headed {
		s.headed = true
		s.clear()
		s.columns.Print(s.out, s.columns.Head)
	}
}

// line shows something for a while.
func (s *screen) line(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.terminal {
		fmt.Fprint(s.out, "\r\x1b[K"+text)
		return
	}
	if time.Since(s.told) >= toldEvery {
		s.told = time.Now()
		fmt.Fprintln(s.out, text)
	}
}

func (s *screen) clear() {
	if s.terminal {
		fmt.Fprint(s.out, "\r\x1b[K")
	}
}

// cells are the row of a run.
func cells(r Run) []string {
	seconds := 0.0
	if n := len(r.Samples); n > 0 {
		seconds = r.Samples[n-1].Second
	}
	missing := report.Unknown
	if r.Audit != nil {
		missing = fmt.Sprintf("%d of %d", r.Audit.Missing+r.Audit.Extra, r.Audit.Checked)
	}
	return []string{
		r.Variant.Name, report.Figure(float64(r.Read.OK()) / max(seconds, 0.001)), report.Figure(r.Read.P50), report.Figure(r.Read.P99),
		report.Figure(float64(r.Write.OK()) / max(seconds, 0.001)), report.Figure(r.Write.P99),
		report.Figure(number(r.Work.Deliveries)), report.Figure(number(r.Work.Copies)), report.Figure(number(r.Work.Pulls)), report.Figure(number(r.Work.Moves)),
		report.Figure(number(r.ServerCPU)), report.Figure(number(r.PostgresCPU)), report.Megabytes(r.After.Bytes), missing,
	}
}
