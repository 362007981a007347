package dynamostore

import (
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/timeline"
)

// Attributes of an edge.
const (
	attrMode       = "m"
	attrGeneration = "g"
	attrEpoch      = "e"
	attrSince      = "s"
	attrAfter      = "a"
	attrMoved      = "t"
)

// Attributes of a reader.
const (
	attrHorizon = "h"
	attrVersion = "v"
	// attrSettles counts settlements of single edges, attrSettled is the generation of
	// the last wake.
	attrSettles  = "n"
	attrSettled  = "sg"
	attrLease    = "l"
	attrViews    = "vi"
	attrViewed   = "va"
	attrReviewed = "ra"
	// attrBegan is since when views, or posts, are counted.
	attrBegan = "si"
)

// Attributes of entries.
const (
	attrAuthor  = "a"
	attrWritten = "t"
)

// edge is an edge as its two items have it.
type edge struct {
	timeline.Edge

	mode              int16
	generation, epoch int64
	after             uuid.UUID
	movedAt           time.Time
}

// freshGeneration differs from all others, as far as chance goes: one in 2^62.
func freshGeneration() int64 { return 1 + rand.Int64N(1<<62) }

func (e edge) item(w dynamo.Stamp) dynamo.Item {
	return dynamo.Item{
		attrMode: dynamo.N(int(e.mode)), attrGeneration: dynamo.N(e.generation), attrEpoch: dynamo.N(e.epoch), attrSince: dynamo.N(e.Since),
		attrAfter: dynamo.S(e.after.String()), attrMoved: micros(e.movedAt), "w": w.Value(),
	}
}

func edgeOf(i dynamo.Item, author, reader uuid.UUID) edge {
	return edge{
		Edge: timeline.Edge{Author: author, Reader: reader, Since: i.Int(attrSince)}, mode: int16(i.Int(attrMode)), //nolint:gosec // one of four
		generation: i.Int(attrGeneration), epoch: i.Int(attrEpoch), after: idOf(i.Str(attrAfter)), movedAt: timeOf(i, attrMoved),
	}
}

// pushed says whether an edge is push in its own epoch: by itself, or by the last wake.
func (e edge) pushed(settled int64) bool {
	return e.mode == timeline.ModePush || e.mode == timeline.ModePromoting && e.generation == settled
}

// mayBePushed is pushed for those who do not know the reader.
func (e edge) mayBePushed() bool {
	return e.mode == timeline.ModePush || e.mode == timeline.ModePromoting
}

// moved is the edge in another mode, under a generation of its own.
func (e edge) moved(mode int16, generation int64) edge {
	e.mode, e.generation = mode, generation
	return e
}

// reader is the item of one.
type reader struct {
	id                        uuid.UUID
	horizon                   uuid.UUID
	version, settles, settled int64
	leasedTil                 time.Time
	views                     float64
	viewedAt, since, reviewed time.Time
}

func readerOf(i dynamo.Item, id uuid.UUID) reader {
	return reader{
		id: id, horizon: idOf(i.Str(attrHorizon)), version: i.Int(attrVersion), settles: i.Int(attrSettles), settled: i.Int(attrSettled),
		leasedTil: timeOf(i, attrLease), views: i.Float(attrViews), viewedAt: timeOf(i, attrViewed), since: timeOf(i, attrBegan),
		reviewed: timeOf(i, attrReviewed),
	}
}

// newReader is one of whom nothing is known yet.
func newReader(now time.Time, w dynamo.Stamp) dynamo.Item {
	return dynamo.Item{
		attrHorizon: dynamo.S(uuid.Nil.String()), attrVersion: dynamo.N(0), attrSettles: dynamo.N(0), attrSettled: dynamo.N(0), attrLease: dynamo.N(0),
		attrViews: dynamo.F(0), attrViewed: micros(now), attrBegan: micros(now), attrReviewed: dynamo.N(0), "w": w.Value(),
	}
}
