// Package storetest is what every store of posts must pass: Run takes a factory
// and holds the adapter to each promise of post.Store.
//
// All reads of one test are somebody's who demands what he has seen before, so one
// that goes backwards fails wherever it happens; writes demand nothing, and see
// everything. A call that ends in a fault which leaves its outcome open is repeated, as
// callers do; so the same suite holds for a store over a network that loses answers.
package storetest

import (
	"context"
	"sync"
	"testing"

	"github.com/google/uuid"

	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/post"
)

// World is a store of one test's own, with ways to look behind it.
type World struct {
	Store post.Store
	// Announced are the events that wait for their subscribers, each once.
	Announced func(t testing.TB) []*eventv1.Event
	// Tasks are the topics of the messages that wait for the noun's own workers.
	Tasks func(t testing.TB) []string
	// Miscount stores other counts with a post.
	Miscount func(t testing.TB, post uuid.UUID, likes, replies int64)
	// Faulty says that a call may be done and yet be answered by a fault.
	Faulty bool
}

// Run holds the stores that open makes to the contract. Each test asks for one.
func Run(t *testing.T, open func(t *testing.T) World) {
	for name, test := range map[string]func(*testing.T, *world){
		"APostIsKeptAndAnnounced":                keptAndAnnounced,
		"OneKeyMakesOnePost":                     oneKeyOnePost,
		"OneKeyAtTheSameTimeMakesOnePost":        oneKeyAtTheSameTime,
		"AReplyNeedsAPostThatStands":             replyNeedsAPost,
		"RepliesAtTheSameTimeAreCountedExactly":  repliesAtTheSameTime,
		"IdsAscendWithTime":                      idsAscend,
		"ADeletedPostLeavesATombstone":           tombstone,
		"WhatIsRefusedIsNotDeleted":              refusedDeletion,
		"DeletingAtTheSameTimeCountsOnce":        deletionsAtTheSameTime,
		"RepliesOfADeletedPostStay":              repliesOfATombstone,
		"LikingTwiceChangesNothing":              likingTwice,
		"LikesAreTheUsersOwn":                    likesAreOnesOwn,
		"LikesAtTheSameTimeAreCountedExactly":    likesAtTheSameTime,
		"EverythingAtTheSameTimeIsCounted":       everythingAtTheSameTime,
		"TheLogIsTheMergeOfTheLogs":              mergedLogs,
		"ManyLogsAreMergedInOrder":               manyLogs,
		"DeletedPostsDoNotHideOlderOnes":         deletedInLogs,
		"ThePrimaryHasWhatWasCommitted":          primarySeesAll,
		"WhatIsGoneDoesNotComeBack":              goneStaysGone,
		"RepliesAreListedOldestFirst":            replyList,
		"AnAccountsPostsGoPageByPage":            erasePosts,
		"AnAccountsLikesGoPageByPage":            eraseLikes,
		"AMessageToTheNounIsKept":                taskIsKept,
		"RecountReportsEveryDifference":          recountReports,
		"RecountIsExactWhilePostsAreMadeAndGone": recountMeanwhile,
		"WhatIsPutBackIsAsItWas":                 putBackAsItWas,
		"NothingIsTakenOutOfNothing":             nothingOfNothing,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, &world{World: open(t)})
		})
	}
}

// world is a store and somebody who uses it.
type world struct {
	World
	mu sync.Mutex
	at consistency.Position
}

// patience is how often a call is repeated whose outcome is open.
const patience = 50

// call runs fn as somebody who has seen all that was answered before.
func (w *world) call(t testing.TB, fn func(ctx context.Context) error) error {
	t.Helper()
	w.mu.Lock()
	at := w.at
	w.mu.Unlock()
	return w.demanding(t, at, fn)
}

// decide runs fn as somebody who has seen nothing: writes, and what decides them, must
// see everything all the same.
func (w *world) decide(t testing.TB, fn func(ctx context.Context) error) error {
	t.Helper()
	return w.demanding(t, consistency.Position{}, fn)
}

func (w *world) demanding(t testing.TB, at consistency.Position, fn func(ctx context.Context) error) error {
	t.Helper()
	var err error
	for range patience {
		ctx, session := consistency.Begin(t.Context(), at)
		err = fn(ctx)
		w.saw(t, session)
		if !isOpen(err) {
			return err
		}
		if !w.Faulty {
			t.Fatal(err)
		}
	}
	t.Fatalf("still after %d tries: %v", patience, err)
	return err
}

// isOpen tells errors that leave it open whether the call was done.
func isOpen(err error) bool {
	return fault.Is(err, fault.Unavailable) || fault.Is(err, fault.TimedOut) || fault.Is(err, fault.Exhausted)
}

func (w *world) saw(t testing.TB, session *consistency.Session) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	session.Saw(w.at, w.at)
	at, err := session.Ceiling(t.Context())
	must(t, err)
	w.at = at
}

// read is call for what must succeed.
func (w *world) read(t testing.TB, fn func(ctx context.Context) error) {
	t.Helper()
	must(t, w.call(t, fn))
}

// do is decide for what must succeed.
func (w *world) do(t testing.TB, fn func(ctx context.Context) error) {
	t.Helper()
	must(t, w.decide(t, fn))
}

// missing is decide for what must answer that something is not there.
func (w *world) missing(t testing.TB, fn func(ctx context.Context) error) {
	t.Helper()
	if err := w.decide(t, fn); !fault.Is(err, fault.NotFound) {
		t.Errorf("got %v, want a fault of kind NotFound", err)
	}
}

// together runs fn so many times at once.
func together(n int, fn func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { fn(i) })
	}
	all.Wait()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
