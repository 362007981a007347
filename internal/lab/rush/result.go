package rush

import (
	"errors"
	"fmt"
	"time"

	"github.com/throng-social/throng/internal/lab/load"
	"github.com/throng-social/throng/internal/lab/process"
)

// Result is what was found.
type Result struct {
	Config  Config          `json:"config"`
	Machine process.Machine `json:"machine"`
	// LoadAfter is how many processes wanted to run in the last minute of it all.
	LoadAfter string    `json:"loadAfter"`
	Began     time.Time `json:"began"`
	// Problems are what is not as it must be, apart from how long things took.
	Problems []string `json:"problems"`
	// Kinds are what people did, in order; Together all of it but sign-ins.
	Kinds    [kinds]Calls `json:"kinds"`
	Together Calls        `json:"together"`
	// Ruled is what the campaign's rules refused, which is no error.
	Ruled map[string]int64 `json:"refusedByRules"`
	// Lag is from the acknowledgement of a check-in until a stranger sees it counted.
	Lag Lag `json:"lag"`
	// Late is how much later than intended the generator began things, which is in no
	// other figure: the rest of its slowness is.
	Late Late `json:"generatorLate"`
	// CheckIns are accounted for, SettledAfter so many seconds after the clock the
	// scores had them all, and QueuesAfter so many the queues were empty.
	CheckIns     CheckIns `json:"checkIns"`
	SettledAfter float64  `json:"scoresAfterSeconds"`
	QueuesAfter  float64  `json:"queuesAfterSeconds"`
	// Stall is the longest time without an acknowledged check-in, Final that of the
	// final rush alone.
	Stall Stall `json:"stall"`
	Final Stall `json:"finalStall"`
	// Bent is when the p99 of an interval was first above BentAbove; null for never.
	Bent *float64 `json:"bentAtSecond"`
	// Processor time of the clock's run, in seconds.
	ServerCPU    *float64 `json:"serverCpuSeconds"`
	PostgresCPU  *float64 `json:"postgresCpuSeconds"`
	GeneratorCPU float64  `json:"generatorCpuSeconds"`
	Samples      []Sample `json:"samples"`
}

// BentAbove is the p99 of all but sign-ins at which a deployment has bent.
const BentAbove = 100 * time.Millisecond

// Stall is a time in which nothing was acknowledged.
type Stall struct {
	Seconds float64 `json:"seconds"`
	At      float64 `json:"atSecond"`
}

// Calls is what became of things of one kind. Times are in milliseconds.
type Calls struct {
	Name         string           `json:"name"`
	Outcomes     map[string]int64 `json:"outcomes"`
	P50          float64          `json:"p50"`
	P90          float64          `json:"p90"`
	P99          float64          `json:"p99"`
	Max          float64          `json:"max"`
	Distribution []Place          `json:"distribution,omitempty"`
}

// Place is a point of a distribution.
type Place struct {
	Share  float64 `json:"share"`
	Within float64 `json:"within"`
}

func callsOf(name string, r *load.Result) Calls {
	c := Calls{
		Name: name, Outcomes: map[string]int64{}, P50: ms(r.Latency.Quantile(0.5)), P90: ms(r.Latency.Quantile(0.9)), P99: ms(r.Latency.Quantile(0.99)), Max: ms(r.Latency.Max()),
	}
	for _, o := range load.Outcomes() {
		if n := r.Count(o); n > 0 {
			c.Outcomes[o.String()] = n
		}
	}
	for _, p := range r.Latency.Distribution() {
		c.Distribution = append(c.Distribution, Place{p.Q, ms(p.Within)})
	}
	return c
}

// OK is how many went well, Refused how many a server refused that protects itself.
func (c Calls) OK() int64 { return c.Outcomes[load.OK.String()] }

// Refused is how many a server refused that protects itself.
func (c Calls) Refused() int64 { return c.Outcomes[load.Refused.String()] }

// Errors is how many came to something else.
func (c Calls) Errors() (n int64) {
	for name, count := range c.Outcomes {
		if name != load.OK.String() && name != load.Refused.String() {
			n += count
		}
	}
	return n
}

// Late is how late something was begun, in milliseconds.
type Late struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

// Lag is how long boards took to show what was acknowledged, in milliseconds.
type Lag struct {
	Count int64   `json:"count"`
	P50   float64 `json:"p50"`
	P90   float64 `json:"p90"`
	P99   float64 `json:"p99"`
	Max   float64 `json:"max"`
	// Unseen were not shown in the time that a call has; Failed are calls of probes
	// that came to nothing, Refused those that a server refused that protects itself.
	Unseen  int `json:"unseen"`
	Failed  int `json:"failed"`
	Refused int `json:"refused"`
}

func (l *lag) result() Lag {
	l.mu.Lock()
	defer l.mu.Unlock()
	return Lag{
		Count: l.all.Count(), P50: ms(l.all.Quantile(0.5)), P90: ms(l.all.Quantile(0.9)), P99: ms(l.all.Quantile(0.99)), Max: ms(l.all.Max()),
		Unseen: l.unseen, Failed: l.failed, Refused: l.refused,
	}
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// conclude takes in what the run of the clock came to.
func (r *run) conclude(s *sampler) {
	f, together := r.found, load.NewRecorder().Total()
	for k, recorder := range r.work.recorders {
		total := recorder.Total()
		f.Kinds[k] = callsOf(kind(k).String(), total)
		r.erred(kind(k), total)
		if kind(k) != signIn {
			together.Add(total)
		}
	}
	f.Together, f.Ruled, f.Lag = callsOf("all but sign-in", together), r.work.ruledOut(), r.lag.result()
	if f.Lag.Unseen+f.Lag.Failed > 0 {
		r.problemf("probes: %d check-ins were not seen on the board, %d calls came to nothing", f.Lag.Unseen, f.Lag.Failed)
	}
	late := r.sent.Total().Lag
	f.Late = Late{ms(late.Quantile(0.5)), ms(late.Quantile(0.99)), ms(late.Max())}
	f.Stall = r.stall(r.Least) // before that, everybody thinks
	f.Final = r.stall(time.Duration(phases[len(phases)-2].until * float64(r.Duration)))
	f.ServerCPU, f.PostgresCPU = spent(s.first.server, s.last.server, 1), spent(s.first.postgres, s.last.postgres, 1)
	f.GeneratorCPU = (s.last.generator - s.first.generator).Seconds()
	f.Samples, f.Bent = s.samples, bentAt(s.samples)
}

// erred notes things that went wrong, each kind with an example.
func (r *run) erred(k kind, total *load.Result) {
	for _, o := range load.Outcomes() {
		if n := total.Count(o); n > 0 && o != load.OK && o != load.Refused {
			r.problemf("%s: %d of %d %v, such as: %s", k, n, total.Due(), o, total.Example(o))
		}
	}
}

// stall is the longest from a moment of the clock on.
func (r *run) stall(from time.Duration) Stall {
	longest, at := r.work.ledger.stall(from, r.Duration)
	return Stall{longest.Seconds(), at.Seconds()}
}

func bentAt(samples []Sample) *float64 {
	for _, s := range samples {
		if s.P99 > ms(BentAbove) {
			return &s.Second
		}
	}
	return nil
}

// errProblems is the error of a result with problems.
var errProblems = errors.New("not everything is as it should be: see the problems in the report")

// Check says what is not as it must be: anything is lost, wrong or an error, or 99 of
// 100 of all but sign-ins took longer than a limit, if that is above 0.
func (r Result) Check(limit time.Duration) error {
	var errs []error
	if len(r.Problems) > 0 {
		errs = append(errs, errProblems)
	}
	if limit > 0 && r.Together.P99 > ms(limit) {
		errs = append(errs, fmt.Errorf("99%% of all but sign-ins took up to %.1f ms, more than %.0f", r.Together.P99, ms(limit)))
	}
	return errors.Join(errs...)
}
