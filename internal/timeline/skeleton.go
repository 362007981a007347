package timeline

import (
	"bytes"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/id"
)

// entry is one line of a skeleton.
type entry struct {
	post, author uuid.UUID
	pulled       bool
}

// skeleton is a stretch of a timeline without the posts' content. Nothing that
// belongs between the place it was asked for and next is missing from it.
type skeleton struct {
	// entries are newest first, each once.
	entries []entry
	// next is the last place that was looked at; nil when there is nothing below.
	next uuid.UUID
	// pushed and pulled count the followed authors by how they were read.
	pushed, pulled int
	// cold says that the reader's written entries ended within this stretch.
	cold bool
}

// request is whose timeline is read, and how.
type request struct {
	viewer   uuid.UUID
	strategy timelinev1.Strategy
}

// pullsAll says that nothing that was written counts.
func (r request) pullsAll() bool { return r.strategy == timelinev1.Strategy_STRATEGY_PULL }

// skeleton reads at most limit entries before a place.
func (s *Service) skeleton(ctx context.Context, r request, before uuid.UUID, limit int) (skeleton, error) {
	following, err := s.following(ctx, r.viewer)
	if err != nil {
		return skeleton{}, err
	}
	snap, err := s.snapshot(ctx, r, before, limit)
	if err != nil {
		return skeleton{}, err
	}
	written, floor := writtenEntries(snap, following, limit)
	pulled, late := unpushed(following, snap, s.live.inFlight(following))
	out := skeleton{pulled: len(pulled)}
	logs, err := s.pull(ctx, append(pulled, r.viewer), before, floor, limit)
	if err != nil {
		return skeleton{}, err
	}
	out.entries = merge(written, logs, limit)
	if err := s.pullLate(ctx, late, before, floor, limit, &out); err != nil {
		return skeleton{}, err
	}
	out.pushed = len(following) - out.pulled
	s.counts.pulls.Add(int64(out.pulled))
	switch {
	case len(out.entries) == limit:
		out.next = out.entries[limit-1].post
	case floor != snap.Horizon:
		out.next = floor
	case snap.Horizon != uuid.Nil:
		err = s.below(ctx, r, following, snap.Horizon, before, limit, &out)
	}
	return out, err
}

// pullLate adds the logs of authors whose edges are complete only after a place
// that is above the last entry found so far, or above the floor.
func (s *Service) pullLate(ctx context.Context, late []lateEdge, before, floor uuid.UUID, limit int, out *skeleton) error {
	if len(out.entries) == limit {
		floor = out.entries[limit-1].post
	}
	var authors []uuid.UUID
	for _, e := range late {
		if compare(e.after, floor) >= 0 {
			authors = append(authors, e.author)
		}
	}
	if len(authors) == 0 {
		return nil
	}
	logs, err := s.pull(ctx, authors, before, floor, limit)
	out.entries, out.pulled = merge(out.entries, logs, limit), out.pulled+len(authors)
	return err
}

// snapshot reads what decides a page. Under pull nothing that was written counts.
func (s *Service) snapshot(ctx context.Context, r request, before uuid.UUID, limit int) (Snapshot, error) {
	if r.pullsAll() {
		return Snapshot{Horizon: id.Max}, nil
	}
	return s.Store.ReadPage(ctx, r.viewer, before, limit)
}

// below goes on under the horizon, where every author is pulled.
func (s *Service) below(ctx context.Context, r request, following []follow, horizon, before uuid.UUID, limit int, out *skeleton) error {
	out.cold = !r.pullsAll()
	rest := limit - len(out.entries)
	logs, err := s.pull(ctx, append(authorsOf(following), r.viewer), least(horizon, before), uuid.Nil, rest)
	if err != nil {
		return err
	}
	out.entries = append(out.entries, logs...)
	if len(logs) == rest {
		out.next = logs[rest-1].post
	}
	return nil
}

// writtenEntries keeps of the written entries those of followed authors, and
// says down to which place they are complete: the last that was looked at, or
// the horizon when there were no more.
func writtenEntries(snap Snapshot, following []follow, limit int) (entries []entry, floor uuid.UUID) {
	floor = snap.Horizon
	if len(snap.PostIDs) == limit {
		floor = snap.PostIDs[limit-1]
	}
	for i, post := range snap.PostIDs {
		if author := snap.AuthorIDs[i]; follows(following, author) {
			entries = append(entries, entry{post: post, author: author})
		}
	}
	return entries, floor
}

// pull merges the logs of authors from a place (inclusive) to another.
func (s *Service) pull(ctx context.Context, authors []uuid.UUID, before, from uuid.UUID, limit int) ([]entry, error) {
	began := time.Now()
	req := &postv1.ListLogRequest{AuthorIds: id.Strings(authors), BeforeId: upper(before), FromId: id.String(from), Limit: int32(limit)} //nolint:gosec // bounded
	res, err := s.Posts.ListLog(ctx, req)
	if err != nil {
		return nil, err
	}
	if len(authors) > 1 {
		s.costs.measure(costPull, time.Since(began), len(authors))
	}
	return logEntries(res)
}

// upper leaves an upper end out that bounds nothing.
func upper(before uuid.UUID) string {
	if before == id.Max {
		return ""
	}
	return before.String()
}

func logEntries(res *postv1.ListLogResponse) ([]entry, error) {
	entries := make([]entry, len(res.GetPostIds()))
	for i, p := range res.GetPostIds() {
		post, err := uuid.Parse(p)
		if err != nil {
			return nil, err
		}
		author, err := uuid.Parse(res.GetAuthorIds()[i])
		if err != nil {
			return nil, err
		}
		entries[i] = entry{post: post, author: author, pulled: true}
	}
	return entries, nil
}

// merge merges two lists that are newest first into one of at most limit
// entries, each post once; what was written counts as written.
func merge(written, logs []entry, limit int) []entry {
	out := make([]entry, 0, min(len(written)+len(logs), limit))
	for len(out) < limit && (len(written) > 0 || len(logs) > 0) {
		switch {
		case len(logs) == 0 || (len(written) > 0 && compare(written[0].post, logs[0].post) > 0):
			out, written = append(out, written[0]), written[1:]
		case len(written) == 0 || compare(written[0].post, logs[0].post) < 0:
			out, logs = append(out, logs[0]), logs[1:]
		default:
			out, written, logs = append(out, written[0]), written[1:], logs[1:]
		}
	}
	return out
}

func compare(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }

func least(a, b uuid.UUID) uuid.UUID {
	if compare(a, b) < 0 {
		return a
	}
	return b
}

// lateEdge is a push edge that is complete only after a place.
type lateEdge struct{ author, after uuid.UUID }

// unpushed are the authors whose posts are not written to the reader: their edge
// is not push in the present incarnation of the follow, or a large fan-out is
// under way. late are those whose older posts are not. All lists ascend by author.
func unpushed(following []follow, snap Snapshot, inFlight []uuid.UUID) (pulled []uuid.UUID, late []lateEdge) {
	pulled = make([]uuid.UUID, 0, max(len(following)-len(snap.Pushed), 0)+1)
	i := 0
	for _, f := range following {
		for i < len(snap.Pushed) && compare(snap.Pushed[i], f.author) < 0 {
			i++
		}
		pushed := i < len(snap.Pushed) && snap.Pushed[i] == f.author && snap.PushedSince[i] == f.since
		switch {
		case !pushed || slices.Contains(inFlight, f.author):
			pulled = append(pulled, f.author)
		case snap.PushedAfter[i] != uuid.Nil:
			late = append(late, lateEdge{f.author, snap.PushedAfter[i]})
		}
	}
	return pulled, late
}
