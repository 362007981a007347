package campaign

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/fault"
)

const (
	// foldPause is how long folds rest while there is something to count, and foldIdle
	// the longest that they do while there is nothing.
	foldPause = 50 * time.Millisecond
	foldIdle  = 200 * time.Millisecond
	// foldFailure is how long a campaign rests that could not be counted.
	foldFailure = 500 * time.Millisecond
	// foldRest is how many times as long as its fold took a campaign rests at least, and
	// foldRestMost how long at most: folds make way where a rush leaves them little time, and
	// then count more at once.
	foldRest     = 2
	foldRestMost = 100 * time.Millisecond
	// foldsAtOnce is how many campaigns a process counts at the same time.
	foldsAtOnce = 4
)

// folding is what a process keeps of the campaigns that it counts.
type folding struct {
	states *states

	mu   sync.Mutex
	busy map[uuid.UUID]bool

	facts, folds, rebuilds, failures atomic.Int64
}

func newFolding() *folding {
	return &folding{states: newStates(mostStateBytes), busy: map[uuid.UUID]bool{}}
}

// FoldCounts are what the folds of a process did.
type FoldCounts struct {
	// Facts were counted, in so many folds. Rebuilds are states that were made anew from
	// all facts of a campaign, and failures are folds that came to nothing.
	Facts, Folds, Rebuilds, Failures int64
}

// FoldCounts tells what the folds of this process did; for metrics.
func (s *Service) FoldCounts() FoldCounts {
	f := s.folding
	return FoldCounts{Facts: f.facts.Load(), Folds: f.folds.Load(), Rebuilds: f.rebuilds.Load(), Failures: f.failures.Load()}
}

// FoldLag is the age of the oldest fact of the deployment that was not counted.
func (s *Service) FoldLag(ctx context.Context) (time.Duration, error) {
	age, err := s.q.OldestPendingFact(ctx, s.db.Primary(ctx))
	return time.Duration(max(0, age) * float64(time.Second)), err
}

// RunFolds counts facts until ctx ends. Any number of processes may run it: a
// campaign is counted by one at a time. Nothing triggers it but the facts that it
// finds, so nothing that triggers can be lost. What fails is tried again.
func (s *Service) RunFolds(ctx context.Context) {
	var wg sync.WaitGroup
	defer wg.Wait()
	slots := make(chan struct{}, foldsAtOnce)
	for pause := foldPause; ctx.Err() == nil; rest(ctx, pause) {
		found, err := s.startFolds(ctx, &wg, slots)
		switch {
		case err != nil && ctx.Err() == nil:
			s.log.WarnContext(ctx, "scores wait for the database", slog.Any("error", err))
			pause = foldFailure
		case found:
			pause = foldPause
		default:
			pause = min(2*pause, foldIdle)
		}
	}
}

// startFolds walks once over the campaigns that have something to count.
func (s *Service) startFolds(ctx context.Context, wg *sync.WaitGroup, slots chan struct{}) (found bool, err error) {
	for after := uuid.Nil; ; {
		campaign, err := s.q.NextPendingCampaign(ctx, s.db.Primary(ctx), after)
		switch {
		case fault.Is(err, fault.NotFound):
			return found, nil
		case err != nil:
			return found, err
		}
		found, after = true, campaign
		if !s.folding.begin(campaign) {
			continue
		}
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			s.folding.end(campaign)
			return found, ctx.Err()
		}
		wg.Go(func() {
			began := time.Now()
			s.foldAll(ctx, campaign)
			<-slots
			rest(ctx, min(foldRest*time.Since(began), foldRestMost))
			s.folding.end(campaign)
		})
	}
}

// begin marks a campaign as being counted here, unless it is.
func (f *folding) begin(campaign uuid.UUID) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.busy[campaign] {
		return false
	}
	f.busy[campaign] = true
	return true
}

func (f *folding) end(campaign uuid.UUID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.busy, campaign)
}

// foldAll counts while there is more than one fold takes.
func (s *Service) foldAll(ctx context.Context, campaign uuid.UUID) {
	for ctx.Err() == nil {
		n, err := s.fold(ctx, campaign)
		if err != nil && ctx.Err() == nil {
			s.folding.failures.Add(1)
			s.log.WarnContext(ctx, "a campaign was not counted", slog.String("campaign", campaign.String()), slog.Any("error", err))
			rest(ctx, foldFailure)
		}
		if n < foldMost {
			return
		}
	}
}

// rest waits for d, or for the context's end.
func rest(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
