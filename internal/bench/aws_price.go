package bench

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// List prices in the region us-east-1, in dollars for a million, without free tiers,
// storage and transfer: DynamoDB on demand, table class Standard, for a write and a
// read request unit; SNS, standard topics, for a publish (deliveries to SQS are free);
// SQS, standard queues, for a request. As others quoted AWS's price list in November
// 2026: airbyte.com (DynamoDB, since November 2024), factualminds.com (SNS) and
// cloudburn.io (SQS). AWS's own pages were not read.
const (
	priceWritten = 0.625
	priceRead    = 0.125
	priceSNS     = 0.50
	priceSQS     = 0.40
	pricesOf     = "November 2026"
)

// What names of operations begin with.
const (
	onDynamo = "DynamoDB "
	onSNS    = "SNS "
	onSQS    = "SQS "
)

// toll is how much one operation was used.
type toll struct {
	requests float64
	// read and written are capacity units of DynamoDB; billed are what SNS and SQS
	// count as requests: one for each 64 KiB begun.
	read, written, billed float64
}

func (t toll) plus(o toll) toll {
	return toll{t.requests + o.requests, t.read + o.read, t.written + o.written, t.billed + o.billed}
}

func (t toll) times(n float64) toll {
	return toll{t.requests * n, t.read * n, t.written * n, t.billed * n}
}

// usage is by operation.
type usage map[string]toll

func (u usage) times(n float64) usage {
	all := make(usage, len(u))
	for name, t := range u {
		all[name] = t.times(n)
	}
	return all
}

// minus leaves out what came to nothing, or less: of what goes on beside, some may
// have fallen on the one side of a moment or on the other.
func (u usage) minus(o usage) usage {
	all := make(usage, len(u))
	for name, t := range u {
		t = t.plus(o[name].times(-1))
		if t.requests > 0 {
			all[name] = toll{t.requests, max(0, t.read), max(0, t.written), max(0, t.billed)}
		}
	}
	return all
}

func (u usage) sum(service string) (t toll) {
	for name, one := range u {
		if strings.HasPrefix(name, service) {
			t = t.plus(one)
		}
	}
	return t
}

// price is what a million of these cost at list price, in dollars.
func (u usage) price() float64 {
	d := u.sum(onDynamo)
	return d.written*priceWritten + d.read*priceRead + u.sum(onSNS).billed*priceSNS + u.sum(onSQS).billed*priceSQS
}

// leastTold is from how many requests on an operation is named.
const leastTold = 0.005

func (u usage) String() string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(u)) {
		if u[name].requests >= leastTold {
			parts = append(parts, fmt.Sprintf("%.2f %s", u[name].requests, name))
		}
	}
	d := u.sum(onDynamo)
	return fmt.Sprintf("%s; %.1f units read and %.1f written", strings.Join(parts, ", "), d.read, d.written)
}
