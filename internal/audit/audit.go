// Package audit compares home timelines with their definition.
//
// The definition is computed from follows, blocks and posts as they are stored
// (Source), by code that the read path does not share: neither its caches nor its
// edges, horizons and merges. A timeline is read between two runs of it, so that
// whoever posts or follows at that moment disturbs nothing: missing is what both
// runs have and the timeline has not, extra is what the timeline has and neither
// run has. Posts of the last five seconds may be in flight and count
// as neither.
//
// A worker samples readers once a minute and exports what it found
// (throng_timeline_missing_ratio must read 0). It counts first and repairs then:
// a repair forgets what was written for the reader, who is read from the logs
// until it is written anew, and is logged as an error, because there should be
// nothing to repair.
package audit

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/auditdb"
	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/timeline"
)

const (
	// Grace is how long after its creation a post may be in flight to those whom it
	// is written to.
	Grace = 5 * time.Second
	// depth is how many posts of a timeline are compared.
	depth      = 200
	sampled    = 50
	auditEvery = time.Minute
	// sampleTurn is how long one sample goes on to the next reader, and checkTime how
	// long it stays with one: together less than a job may take.
	sampleTurn = 4 * time.Second
	checkTime  = 4 * time.Second
	// listedAtOnce bounds the readers of one statement of a full audit.
	listedAtOnce = 1000
	// Topic is the periodic sample.
	Topic = "timeline.audit_readers"
)

// Source computes the definition of home timelines.
type Source interface {
	// Home answers the newest posts of those whom the reader follows, and his own,
	// newest first, at most so many: without deleted ones, those of deleted accounts,
	// and of people blocked either way. It sees everything that was committed before
	// the call, and tells the context's session what it saw.
	Home(ctx context.Context, reader uuid.UUID, limit int) ([]uuid.UUID, error)
}

// Auditor compares timelines.
type Auditor struct {
	// DB has the accounts.
	DB       *postgres.DB
	Source   Source
	Timeline *timeline.Service
	Log      *slog.Logger

	q     auditdb.Queries
	total Totals
	ratio atomic.Uint64
}

// Totals count what an auditor found since the process began.
type Totals struct{ Readers, Posts, Missing, Extra, Repairs atomic.Int64 }

// Finding is what is wrong with one timeline.
type Finding struct {
	Reader uuid.UUID
	// Posts is how many were compared.
	Posts          int
	Missing, Extra []uuid.UUID
}

// Wrong says whether anything is.
func (f Finding) Wrong() bool { return len(f.Missing)+len(f.Extra) > 0 }

// Check compares one reader's timeline with its definition.
func (a *Auditor) Check(ctx context.Context, reader uuid.UUID) (Finding, error) {
	probe, session := consistency.Begin(ctx, consistency.Position{})
	before, err := a.Source.Home(probe, reader, depth)
	if err != nil {
		return Finding{}, err
	}
	now, err := a.q.DatabaseNow(probe, a.DB.Primary(probe))
	if err != nil {
		return Finding{}, err
	}
	position, err := session.Ceiling(probe)
	if err != nil {
		return Finding{}, err
	}
	fresh, _ := consistency.Begin(ctx, position)
	got, err := a.Timeline.Newest(fresh, reader, depth)
	if err != nil {
		return Finding{}, err
	}
	after, err := a.Source.Home(probe, reader, depth)
	f := compare(before, got, after, now.Add(-Grace))
	f.Reader = reader
	return f, err
}

// Sample audits readers drawn at random, as many as there is time for, and repairs
// what it finds; the job of a worker.
func (a *Auditor) Sample(ctx context.Context, _ *timelinev1.AuditReaders) error {
	readers, err := a.draw(ctx, sampled)
	if err != nil {
		return err
	}
	var posts, missing int
	began := time.Now()
	for _, r := range readers {
		if time.Since(began) > sampleTurn {
			break
		}
		f, inTime, err := a.checkInTime(ctx, r)
		if err != nil {
			return err
		}
		if !inTime {
			continue
		}
		posts, missing = posts+f.Posts, missing+len(f.Missing)
		if err := a.take(ctx, f); err != nil {
			return err
		}
	}
	a.setRatio(posts, missing)
	return nil
}

// checkInTime passes over a reader who follows so many that comparing takes too long
// for a job; a full audit does not.
func (a *Auditor) checkInTime(ctx context.Context, reader uuid.UUID) (f Finding, inTime bool, err error) {
	bounded, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	f, err = a.Check(bounded, reader)
	if err != nil && bounded.Err() != nil && ctx.Err() == nil {
		a.Log.WarnContext(ctx, "a timeline takes too long to audit", slog.String("reader", reader.String()))
		return f, false, nil
	}
	return f, err == nil, err
}

// take counts a finding and repairs it.
func (a *Auditor) take(ctx context.Context, f Finding) error {
	a.total.Readers.Add(1)
	a.total.Posts.Add(int64(f.Posts))
	a.total.Missing.Add(int64(len(f.Missing)))
	a.total.Extra.Add(int64(len(f.Extra)))
	if !f.Wrong() {
		return nil
	}
	a.total.Repairs.Add(1)
	a.Log.ErrorContext(ctx, "a timeline is not what its definition says; what was written for the reader is forgotten",
		slog.String("reader", f.Reader.String()), slog.Any("missing", f.Missing), slog.Any("extra", f.Extra))
	return a.Timeline.Chill(ctx, f.Reader)
}

// draw takes readers at random: of ever more blocks of the table, until there are
// enough.
func (a *Auditor) draw(ctx context.Context, n int) ([]uuid.UUID, error) {
	for percent := float32(0.01); ; percent *= 10 {
		readers, err := a.q.SampleReaders(ctx, a.DB.Primary(ctx), auditdb.SampleReadersParams{Percent: min(percent, 100), PageLimit: int32(n)}) //nolint:gosec // some dozens, or what an operator asks for
		if err != nil || len(readers) == n || percent >= 100 {
			return readers, err
		}
	}
}

// Handlers are what a worker runs.
func (a *Auditor) Handlers() queue.Handlers {
	return queue.Handlers{Topic: queue.On(func() *timelinev1.AuditReaders { return &timelinev1.AuditReaders{} }, a.Sample)}
}

// Periodic is what one worker of a deployment starts from time to time.
func (a *Auditor) Periodic() []queue.Periodic {
	return []queue.Periodic{{Every: auditEvery, Task: queue.Task{Topic: Topic, Queue: queue.Upkeep, Message: &timelinev1.AuditReaders{}}}}
}
