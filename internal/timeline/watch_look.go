package timeline

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/google/uuid"

	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
)

const (
	// resumedPosts bounds what one look finds: who was away for longer gets the
	// newest of them, and the rest from the timeline itself.
	resumedPosts = 3000
	sentAtOnce   = 100
	lookTries    = 5
)

// look reads what the logs of everybody followed, and the viewer's own, have from
// since on, without what was delivered, newest first. It reads logs and not what
// is written, so a post whose delivery has only begun is found as well; and at or
// past everything announced so far, so nothing is lost between a look and the
// posts that the hub gives. With register the hub learns anew whom the viewer
// follows, before anything is read.
func (w *watch) look(ctx context.Context, register bool) (found []entry, err error) {
	gaps, began := w.hub.gaps.Load(), w.hub.clock(ctx)
	err = w.hub.bounded(ctx, func(ctx context.Context) error {
		found, err = w.readLogs(ctx, register)
		return err
	})
	if err != nil {
		return nil, err
	}
	w.hub.looks.Add(1)
	w.gaps, w.looked = gaps, began
	return found, nil
}

func (w *watch) readLogs(ctx context.Context, register bool) ([]entry, error) {
	s := w.hub.service
	ctx = w.session(ctx)
	following, err := s.following(ctx, w.viewer)
	if err != nil {
		return nil, err
	}
	if register {
		// What is announced from here on is put, what was before is read below.
		w.hub.follow(w, following)
		ctx = w.session(ctx)
	}
	req := &postv1.ListLogRequest{AuthorIds: id.Strings(append(authorsOf(following), w.viewer)), FromId: w.since.String(), Limit: watchedPosts}
	var found []entry
	for {
		res, err := s.Posts.ListLog(ctx, req)
		if err != nil {
			return nil, err
		}
		page, err := logEntries(res)
		if err != nil {
			return nil, err
		}
		found = append(found, page...)
		if len(page) < watchedPosts || len(found) >= resumedPosts {
			break
		}
		req = &postv1.ListLogRequest{AuthorIds: req.GetAuthorIds(), FromId: req.GetFromId(), BeforeId: page[len(page)-1].post.String(), Limit: watchedPosts}
	}
	return slices.DeleteFunc(found, func(e entry) bool { return w.has(e.post) }), nil
}

// session demands what the client has seen, and all that was announced.
func (w *watch) session(ctx context.Context) context.Context {
	ctx, _ = consistency.Begin(ctx, w.demand.Max(w.hub.live.position()))
	return ctx
}

// sendFound sends what a look found, the oldest first, so that whatever is older
// than what the token lists has been sent.
func (w *watch) sendFound(ctx context.Context, found []entry) error {
	for len(found) > 0 {
		rest := max(len(found)-sentAtOnce, 0)
		items, err := w.hydrate(ctx, found[rest:])
		if err != nil {
			return err
		}
		for _, e := range found[rest:] {
			w.add(e.post)
		}
		if found = found[:rest]; len(found) > 0 {
			err = w.sendPart(items)
		} else if len(items) > 0 {
			err = w.send(items)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// sendPart is send while newer posts are still to come.
func (w *watch) sendPart(items []*timelinev1.TimelineItem) error {
	w.hub.sent.Add(int64(len(items)))
	return w.stream.Send(&timelinev1.WatchHomeTimelineResponse{Items: items, ResumeToken: w.token()})
}

// hydrate makes items for this viewer alone, of authors whom he follows at this
// moment: the list that was looked with may be some seconds old.
func (w *watch) hydrate(ctx context.Context, entries []entry) (items []*timelinev1.TimelineItem, err error) {
	err = w.hub.bounded(ctx, func(ctx context.Context) error {
		ctx = w.session(ctx)
		kept, err := w.followed(ctx, entries)
		if err != nil {
			return err
		}
		items, _, err = w.hub.service.hydrate(ctx, w.viewer, kept)
		return err
	})
	return items, err
}

func (w *watch) followed(ctx context.Context, entries []entry) ([]entry, error) {
	stands := map[uuid.UUID]bool{w.viewer: true}
	var edges []Edge
	for _, e := range entries {
		if _, asked := stands[e.author]; !asked {
			stands[e.author] = false
			edges = append(edges, Edge{Author: e.author, Reader: w.viewer})
		}
	}
	if len(edges) > 0 {
		standing, err := w.hub.service.standing(ctx, edges)
		if err != nil {
			return nil, err
		}
		for _, e := range standing {
			stands[e.Author] = e.Since != 0
		}
	}
	return slices.DeleteFunc(slices.Clone(entries), func(e entry) bool { return !stands[e.author] }), nil
}

// lookLater puts back what could not be done because a part is away for a moment,
// and waits for about a second; some times, before it gives up.
func (w *watch) lookLater(ctx context.Context, what asks, inbox []*news, err error) error {
	passes := fault.Is(err, fault.Unavailable) || fault.Is(err, fault.TimedOut)
	if w.failed++; w.failed == lookTries || !passes {
		return err
	}
	rest := time.NewTimer(time.Second/2 + rand.N(time.Second))
	defer rest.Stop()
	select {
	case <-ctx.Done():
		return nil
	case <-w.hub.ended:
		return nil
	case <-rest.C:
	}
	for _, n := range inbox {
		w.put(n)
	}
	w.ask(what | askLook)
	return nil
}

// idAt is the least id of a time.
func idAt(t time.Time) uuid.UUID {
	var u uuid.UUID
	ms := t.UnixMilli()
	for i := range 6 {
		u[i] = byte(ms >> (40 - 8*i)) //nolint:gosec // one byte of six
	}
	return u
}
