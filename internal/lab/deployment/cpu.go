package deployment

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"github.com/throng-social/throng/internal/lab/process"
)

const metricCPU = "process_cpu_seconds_total"

// clusters are the folders of the private Postgres that have a server each.
var clusters = []string{"primary", "replica1"}

// CPU is how many processors were at work. What is not known is null.
type CPU struct {
	Server    *float64 `json:"server"`
	Postgres  *float64 `json:"postgres"`
	Generator float64  `json:"generator"`
}

// Moment is what was spent until one time, in seconds.
type Moment struct {
	At time.Time

	server, postgres *float64
	generator        float64
}

// Now is the present moment.
func (d *Deployment) Now(ctx context.Context) Moment {
	m := Moment{At: time.Now(), generator: process.OwnTime().Seconds()}
	if d.server != nil {
		if exported, err := process.Scrape(ctx, d.server.Client, d.Base); err == nil {
			m.server = exported.Get(metricCPU)
		}
	}
	if spent, err := d.postgresTime(); err == nil {
		seconds := spent.Seconds()
		m.postgres = &seconds
	}
	return m
}

// Since is what was at work from another moment on, so many seconds before.
func (m Moment) Since(before Moment, seconds float64) CPU {
	rate := func(from, to *float64) *float64 {
		if from == nil || to == nil {
			return nil
		}
		spent := (*to - *from) / seconds
		return &spent
	}
	return CPU{
		Server: rate(before.server, m.server), Postgres: rate(before.postgres, m.postgres), Generator: (m.generator - before.generator) / seconds,
	}
}

var errNotOurs = errors.New("the processor time of a Postgres that was running already is not known")

// postgresTime is the processor time of all of the private Postgres.
func (d *Deployment) postgresTime() (total time.Duration, err error) {
	if d.pg == nil {
		return 0, errNotOurs
	}
	for _, name := range clusters {
		spent, err := process.PostmasterTime(filepath.Join(d.Folder, postgresFolder, name))
		if err != nil {
			return 0, err
		}
		total += spent
	}
	return total, nil
}
