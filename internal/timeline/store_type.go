package timeline

import (
	"time"

	"github.com/google/uuid"
)

// The modes of an edge, as stores keep them. Fan-outs write to every edge that is
// not pull, and reads pull every one that is not push.
const (
	ModePull      = int16(1)
	ModePromoting = int16(2)
	ModePush      = int16(3)
	// ModeDemoting is for stores in which reads and fan-outs do not see an edge
	// change at the same moment: push has to pass it on its way to pull.
	ModeDemoting = int16(4)
)

// Edge is an author and a reader who follows, or followed, him; Since names the
// incarnation of the follow, 0 where there is none.
type Edge struct {
	Author, Reader uuid.UUID
	Since          int64
}

// Snapshot is what decides a page.
type Snapshot struct {
	// Horizon is the place from which on the entries are complete.
	Horizon uuid.UUID
	// Pushed are the authors whose posts are written here, ascending, each with the
	// incarnation of the follow and the place after which what is written is complete.
	Pushed      []uuid.UUID
	PushedSince []int64
	PushedAfter []uuid.UUID
	// PostIDs and AuthorIDs are the entries before a place and not below the horizon,
	// newest first.
	PostIDs   []uuid.UUID
	AuthorIDs []uuid.UUID
}

// EdgeState is how an author's posts reach a reader.
type EdgeState struct {
	Since int64
	// Mode is pull where the edge is not in its author's present epoch.
	Mode         int16
	PushedAfter  uuid.UUID
	AuthorPulled bool
	Horizon      uuid.UUID
}

// AuthorRates are decaying counts of posts, of days and of a minute.
type AuthorRates struct {
	Posted     float64
	Burst      float64
	CountedAt  time.Time
	Since      time.Time
	ReviewedAt time.Time
}

// AuthorState is how an author is read.
type AuthorState struct {
	// Pulled says that he is pulled as a whole.
	Pulled bool
	// Unread says that no read counts on what is written of him any more, so that
	// fan-outs may be left out. It may come later than Pulled.
	Unread bool
}

// PulledAuthor is one who is pulled as a whole, with his burst as it was counted
// last; nothing where it never was.
type PulledAuthor struct {
	Author    uuid.UUID
	Burst     float64
	CountedAt time.Time
}

// FanoutPage is a stretch of a fan-out.
type FanoutPage struct {
	Post, Author, AfterReader uuid.UUID
	Limit                     int
	// Review, where it is given, moves readers to pull, in place of the write, to
	// whom it does not pay to push.
	Review *Review
}

// Review says who those are: not moved since a moment, and away since another or
// looking more rarely than so often a day.
type Review struct {
	LeastViews                         float64
	Moment, MovedBefore, DormantBefore time.Time
}

// WrittenPage is what became of a page.
type WrittenPage struct {
	// Readers were looked at; of them Moved were moved and not written to.
	Readers, Moved int
	// Last is where the next page begins.
	Last uuid.UUID
	More bool
}

// Settlement is the last step of a move, for edges of one generation.
type Settlement struct {
	Generation int64
	Edges      []Edge
	// PushedAfter is for each edge the place after which it is complete, Versions
	// what its reader's version was before the copy.
	PushedAfter []uuid.UUID
	Versions    []int64
	Moment      time.Time
}

// EntryRows are entries, column by column.
type EntryRows struct {
	ReaderIDs []uuid.UUID
	PostIDs   []uuid.UUID
	AuthorIDs []uuid.UUID
}

// ReaderState is where a reader's entries begin, and a count of whatever made a
// promise about older ones void.
type ReaderState struct {
	ReaderID uuid.UUID
	Horizon  uuid.UUID
	Version  int64
}

// Views are how often readers looked.
type Views struct {
	Readers                []uuid.UUID
	Views                  []float64
	Moment, ReviewedBefore time.Time
}

// ReaderRate is a decaying count of views.
type ReaderRate struct {
	Views    float64
	ViewedAt time.Time
	Since    time.Time
	Horizon  uuid.UUID
}

// ReaderEdge is an edge with what a policy decides on; the epoch where an author
// is not known.
type ReaderEdge struct {
	AuthorID     uuid.UUID
	Since        int64
	Pushed       bool
	AuthorPulled bool
	MovedAt      time.Time
	Posted       float64
	CountedAt    time.Time
	PostingSince time.Time
}

// Wake is a reader whose horizon is on its way down.
type Wake struct {
	Reader              uuid.UUID
	Generation, Version int64
	// Settles is how many settlements of his edges came before, in stores that count
	// them.
	Settles int64
	// Authors are those whose edges became promoting.
	Authors []uuid.UUID
}

// ReaderToTrim is a reader with the last of the entries that he is to keep; no id
// where he has fewer.
type ReaderToTrim struct{ Reader, Horizon, Surplus uuid.UUID }

// Raised is a horizon on its way up.
type Raised struct{ Reader, Horizon uuid.UUID }

// StoredPolicy is a switch.
type StoredPolicy struct {
	Strategy   int16
	Threshold  int32
	Version    int64
	SwitchedAt time.Time
	SettledAt  *time.Time
}

// Cost is what one of a kind takes.
type Cost struct {
	Kind    int16
	Seconds float64
}

// SurveyedEdge is an edge as a sweep sees it.
type SurveyedEdge struct {
	Edge

	Mode         int16
	AuthorPulled bool
}
