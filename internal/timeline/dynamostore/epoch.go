package dynamostore

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/dynamo"
)

// epochs are the authors who ever were pulled as a whole, as a process knows them
// under a lease: for so long after it began to ask. A read looks at them after its
// entries, so what they say counted, at the least, a lease before. Fan-outs go on for
// longer than that after a flip (lingers), so an edge that a read still takes for
// push has everything that was delivered.
type epochs struct {
	db    *dynamo.DB
	lease time.Duration

	// asking is held by who asks; it is taken before mu.
	asking sync.Mutex
	mu     sync.Mutex
	known  map[uuid.UUID]epoch
	// upTo is the number of the flip up to which all are known.
	upTo    int64
	askedAt time.Time
}

// epoch is an author's present one.
type epoch struct {
	number int64
	pulled bool
}

// counts says whether an edge of an epoch is not pulled for its author's sake.
func (e epoch) counts(number int64) bool { return !e.pulled && e.number == number }

// current are the epochs under a lease that has not ended. The map is shared; it is
// replaced, never changed.
func (e *epochs) current(ctx context.Context) (map[uuid.UUID]epoch, error) {
	if known := e.leased(); known != nil {
		return known, nil
	}
	e.asking.Lock()
	defer e.asking.Unlock()
	if known := e.leased(); known != nil {
		return known, nil
	}
	return e.ask(ctx)
}

// latest are the epochs as of now.
func (e *epochs) latest(ctx context.Context) (map[uuid.UUID]epoch, error) {
	e.asking.Lock()
	defer e.asking.Unlock()
	return e.ask(ctx)
}

func (e *epochs) leased() map[uuid.UUID]epoch {
	e.mu.Lock()
	defer e.mu.Unlock()
	if time.Since(e.askedAt) < e.lease {
		return e.known
	}
	return nil
}

// end ends the lease, as this process knows of a flip.
func (e *epochs) end() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.askedAt = time.Time{}
}

// forget is for a table that begins anew, with flips numbered from 1.
func (e *epochs) forget() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.known, e.upTo, e.askedAt = nil, 0, time.Time{}
}

// ask reads how many flips there were, and then all that are newer than those known. An
// author has one item, which his next flip moves further up, so a walk upwards
// meets it: before or after.
func (e *epochs) ask(ctx context.Context) (map[uuid.UUID]epoch, error) {
	began := time.Now()
	count, err := e.db.Get(ctx, dynamo.Primary, dynamo.Timeline, dynamo.Key{PK: flips, SK: self})
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	known, upTo := e.known, e.upTo
	e.mu.Unlock()
	if n := count.Int(attrCount); n > upTo || known == nil {
		if known, err = e.newer(ctx, known, upTo); err != nil {
			return nil, err
		}
		upTo = n
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.known, e.upTo, e.askedAt = known, upTo, began
	return known, nil
}

// newer adds to a copy of what is known.
func (e *epochs) newer(ctx context.Context, known map[uuid.UUID]epoch, upTo int64) (map[uuid.UUID]epoch, error) {
	all := make(map[uuid.UUID]epoch, len(known)+1)
	maps.Copy(all, known)
	for i, err := range e.db.Each(ctx, dynamo.Primary, dynamo.Query{Table: dynamo.Timeline, PK: flips, After: flipKey(upTo).SK}) {
		if err != nil {
			return nil, err
		}
		all[idOf(i.Str(attrAuthor))] = epoch{number: i.Int(attrEpoch), pulled: i.Bool(attrPulled)}
	}
	return all, nil
}
