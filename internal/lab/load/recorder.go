package load

import (
	"sync"
	"time"
)

// Result is what became of requests.
type Result struct {
	counts [outcomes]int64
	// Latency is of those that went well, from when each was to be sent.
	Latency *Histogram
	// Refusal is how long the server took to refuse.
	Refusal *Histogram
	// Lag is how much later than intended the generator sent; what it dropped is
	// not in it. Where it is long, the generator was the bottleneck.
	Lag *Histogram
	// examples are the first error of each kind.
	examples [outcomes]string
}

func newResult() *Result {
	return &Result{Latency: NewHistogram(), Refusal: NewHistogram(), Lag: NewHistogram()}
}

// Count is how many had an outcome.
func (r *Result) Count(o Outcome) int64 { return r.counts[o] }

// Due is how many there were in all, dropped ones among them.
func (r *Result) Due() (n int64) {
	for _, c := range r.counts {
		n += c
	}
	return n
}

// Example is what the first of the requests with an outcome other than OK said.
func (r *Result) Example(o Outcome) string { return r.examples[o] }

// Add takes in what came after.
func (r *Result) Add(o *Result) {
	for i, n := range o.counts {
		r.counts[i] += n
		if r.examples[i] == "" {
			r.examples[i] = o.examples[i]
		}
	}
	r.Latency.Add(o.Latency)
	r.Refusal.Add(o.Refusal)
	r.Lag.Add(o.Lag)
}

// Recorder takes in requests as they end. It is safe for concurrent use.
type Recorder struct {
	mu     sync.Mutex
	before *Result
	recent *Result
}

// NewRecorder makes an empty one.
func NewRecorder() *Recorder { return &Recorder{before: newResult(), recent: newResult()} }

// Cut answers what was recorded since the cut before, which is the caller's.
func (r *Recorder) Cut() *Result {
	r.mu.Lock()
	defer r.mu.Unlock()
	cut := r.recent
	r.before.Add(cut)
	r.recent = newResult()
	return cut
}

// Total answers everything that was recorded; it is the caller's.
func (r *Recorder) Total() *Result {
	r.mu.Lock()
	defer r.mu.Unlock()
	total := newResult()
	total.Add(r.before)
	total.Add(r.recent)
	return total
}

// Record takes in a request of a workload that tells several kinds apart and has a
// recorder for each: what came of it, and how long it took from its sending.
func (r *Recorder) Record(err error, latency time.Duration) { r.record(err, latency, 0) }

func (r *Recorder) record(err error, latency, lag time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	o := OutcomeOf(err)
	r.count(o, err)
	r.recent.Lag.Record(lag)
	switch o {
	case OK:
		r.recent.Latency.Record(latency)
	case Refused:
		r.recent.Refusal.Record(latency)
	default:
	}
}

// drop counts a request that was never sent.
func (r *Recorder) drop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.count(Dropped, nil)
}

func (r *Recorder) count(o Outcome, err error) {
	if err != nil && r.recent.counts[o] == 0 {
		r.recent.examples[o] = err.Error()
	}
	r.recent.counts[o]++
}
