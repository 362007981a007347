package fanout

import (
	"fmt"
	"math"
	"time"

	"github.com/throng-social/throng/internal/lab/database"
	"github.com/throng-social/throng/internal/lab/load"
)

// Run is what was found about a variant. What could not be measured is null.
type Run struct {
	Variant Variant `json:"variant"`
	// Problems are what went wrong; with none of them the run counts.
	Problems []string `json:"problems"`
	// Settled is how long the engine moved edges before the load, Drained how long
	// the queues took after it.
	Settled float64 `json:"settledSeconds"`
	Drained float64 `json:"drainedSeconds"`
	// Moving is the engine's work before the load, Work that from the beginning of
	// the load that counts until the queues were empty.
	Moving Work `json:"moving"`
	Work   Work `json:"work"`
	// PushCost and PullCost are what the engine measured, in seconds; Cost is
	// (deliveries + copies) x PushCost + pulls x PullCost.
	PushCost float64  `json:"pushCostSeconds"`
	PullCost float64  `json:"pullCostSeconds"`
	Cost     *float64 `json:"costSeconds"`

	Read  Calls `json:"read"`
	Write Calls `json:"write"`

	// Processor time in seconds, in the time of Work.
	ServerCPU    *float64 `json:"serverCpuSeconds"`
	PostgresCPU  *float64 `json:"postgresCpuSeconds"`
	GeneratorCPU float64  `json:"generatorCpuSeconds"`
	// LifeCPU is the server's from its start to its end.
	LifeCPU float64 `json:"lifeCpuSeconds"`

	Before   database.Size  `json:"sizeBefore"`
	After    database.Size  `json:"sizeAfter"`
	Edges    database.Modes `json:"edgesBefore"`
	EdgesEnd database.Modes `json:"edgesAfter"`
	Audit    *Audit         `json:"audit"`
	Samples  []Sample       `json:"samples"`
}

// Work is what the engine counts.
type Work struct {
	Deliveries *float64 `json:"deliveries"`
	Copies     *float64 `json:"copies"`
	Pulls      *float64 `json:"pulls"`
	Moves      *float64 `json:"moves"`
}

func workBetween(before, after metrics) Work {
	return Work{
		Deliveries: after.since(before, metricDeliveries), Copies: after.since(before, metricCopies),
		Pulls: after.since(before, metricPulls), Moves: after.since(before, metricMoves),
	}
}

// Audit is what the auditor found at the end, in all timelines.
type Audit struct {
	Checked int     `json:"checked"`
	Missing int     `json:"missing"`
	Extra   int     `json:"extra"`
	Took    float64 `json:"tookSeconds"`
}

// Calls is what became of calls of one kind. Times are in milliseconds, from when
// a call was due.
type Calls struct {
	Due      int64            `json:"due"`
	Outcomes map[string]int64 `json:"outcomes"`
	P50      float64          `json:"p50"`
	P90      float64          `json:"p90"`
	P99      float64          `json:"p99"`
	P999     float64          `json:"p999"`
	Max      float64          `json:"max"`
	Mean     float64          `json:"mean"`
	// LagP99 is how late the generator sent.
	LagP99       float64 `json:"lagP99"`
	Distribution []Place `json:"distribution,omitempty"`
}

// Place is a point of a distribution.
type Place struct {
	Share  float64 `json:"share"`
	Within float64 `json:"within"`
}

func callsOf(r *load.Result) Calls {
	c := Calls{
		Due: r.Due(), Outcomes: map[string]int64{}, P50: ms(r.Latency.Quantile(0.5)), P90: ms(r.Latency.Quantile(0.9)), P99: ms(r.Latency.Quantile(0.99)),
		P999: ms(r.Latency.Quantile(0.999)), Max: ms(r.Latency.Max()), Mean: ms(r.Latency.Mean()), LagP99: ms(r.Lag.Quantile(0.99)),
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

// OK is how many went well.
func (c Calls) OK() int64 { return c.Outcomes[load.OK.String()] }

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// problemsOf are the calls that went wrong, each kind with an example. What a
// server refuses, or a generator drops, is a finding where load is the subject;
// here it says that the load was too much for a comparison.
func problemsOf(kind string, r *load.Result) []string {
	var problems []string
	for _, o := range load.Outcomes() {
		n := r.Count(o)
		if o == load.OK || n == 0 {
			continue
		}
		p := fmt.Sprintf("%d of %d %s: %v", n, r.Due(), kind, o)
		if e := r.Example(o); e != "" {
			p += ", such as: " + e
		}
		problems = append(problems, p)
	}
	if r.Due() == 0 {
		problems = append(problems, "there were no "+kind)
	}
	return problems
}

// Sample is an interval of a run; Second is its end, counted from the beginning of
// the load that counts. Rates are a second; processor time is in processors.
type Sample struct {
	Second      float64  `json:"second"`
	Reads       float64  `json:"reads"`
	ReadP50     float64  `json:"readP50"`
	ReadP99     float64  `json:"readP99"`
	Writes      float64  `json:"writes"`
	WriteP99    float64  `json:"writeP99"`
	Deliveries  *float64 `json:"deliveries"`
	Copies      *float64 `json:"copies"`
	Pulls       *float64 `json:"pulls"`
	Moves       *float64 `json:"moves"`
	Jobs        *float64 `json:"jobs"`
	Missing     *float64 `json:"missing"`
	ServerCPU   *float64 `json:"serverCpu"`
	PostgresCPU *float64 `json:"postgresCpu"`
	Bytes       *float64 `json:"bytes"`
}

// cost weighs the work with what its units cost.
func (w Work) cost(push, pull float64) *float64 {
	if w.Deliveries == nil || w.Copies == nil || w.Pulls == nil {
		return nil
	}
	total := (*w.Deliveries+*w.Copies)*push + *w.Pulls*pull
	return &total
}

// number is NaN for what is not known.
func number(p *float64) float64 {
	if p == nil {
		return math.NaN()
	}
	return *p
}

// each divides what is known.
func each(p *float64, by float64) *float64 {
	if p == nil || by <= 0 {
		return nil
	}
	v := *p / by
	return &v
}
