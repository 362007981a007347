package timeline_test

import (
	"context"

	"github.com/google/uuid"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/page"
)

// as is a request of somebody who has seen everything that was committed so far,
// and so no answer to it can come from a cache that was filled before.
func (h *history) as(ctx context.Context, who int) (context.Context, error) {
	ctx = identity.With(ctx, identity.Caller{UserID: h.people[who], Role: accessv1.Role_ROLE_ADMIN})
	var now uint64
	if err := h.sql.QueryRow(h.ctx, `SELECT pg_current_wal_flush_lsn() - '0/0'::pg_lsn`).Scan(&now); err != nil {
		return ctx, err
	}
	demand := consistency.Position{Log: now}
	if h.tables != nil {
		demand.Clock = h.tables.now()
	}
	ctx, _ = consistency.Begin(ctx, demand)
	return ctx, nil
}

// reading is how somebody reads his timeline.
type reading struct {
	reader, size, pages int
	strategy            timelinev1.Strategy
}

// read reads pages, one after the other, and holds each against the model.
func (h *history) read(ctx context.Context, p *process, r reading) error {
	req := &timelinev1.GetHomeTimelineRequest{PageSize: int32(r.size), Strategy: r.strategy}
	before := id.Max
	for range r.pages {
		ctx, err := h.as(ctx, r.reader)
		if err != nil {
			return err
		}
		found := pageRead{reader: r.reader, before: before, asked: h.model.tick()}
		known, err := h.ways(r)
		if err != nil {
			return err
		}
		res, err := p.timeline.GetHomeTimeline(ctx, req)
		if err != nil {
			return err
		}
		found.got = h.model.tick()
		for _, item := range res.GetItems() {
			found.posts = append(found.posts, uuid.MustParse(item.GetPost().GetId()))
		}
		next, err := h.pages.Open("home/"+h.people[r.reader].String(), res.GetNextPageToken(), page.Cursor{})
		if err != nil {
			return err
		}
		found.next = next.ID
		if found.pulled, err = known.since(h, r); err != nil {
			return err
		}
		if err := h.model.complaint(found); err != nil {
			return err
		}
		if res.GetNextPageToken() == "" {
			return nil
		}
		req.PageToken, before = res.GetNextPageToken(), found.next
	}
	return nil
}

// way is how an author's posts come to a reader, with all that must not have
// changed for it to be the same at two moments.
type way struct {
	mode                                       int16
	generation, epoch, present, version, since int64
	pulled                                     bool
	horizon, after                             uuid.UUID
}

// ways are those of the people whom a reader follows. They are only asked for
// where a post is under way that might be missing.
type ways struct {
	asked   bool
	authors map[uuid.UUID]way
}

const waysSQL = `
SELECT e.author_id, e.mode, e.generation, e.epoch, coalesce(x.epoch, 0), r.version, coalesce(x.pulled, false), e.since, r.horizon, e.pushed_after
FROM timeline_edges e
         LEFT JOIN timeline_epochs x ON x.author_id = e.author_id
         JOIN timeline_readers r ON r.reader_id = e.reader_id
WHERE e.reader_id = $1`

func (h *history) ways(r reading) (ways, error) {
	w := ways{authors: map[uuid.UUID]way{}}
	if r.strategy == timelinev1.Strategy_STRATEGY_PULL || !h.model.underWay(r.reader) {
		return w, nil
	}
	w.asked = true
	if h.tables != nil {
		return w, h.tables.ways(h.ctx, h.people[r.reader], w.authors)
	}
	rows, err := h.sql.Query(h.ctx, waysSQL, h.people[r.reader])
	if err != nil {
		return w, err
	}
	defer rows.Close()
	for rows.Next() {
		var author uuid.UUID
		var a way
		if err := rows.Scan(&author, &a.mode, &a.generation, &a.epoch, &a.present, &a.version, &a.pulled, &a.since, &a.horizon, &a.after); err != nil {
			return w, err
		}
		w.authors[author] = a
	}
	return w, rows.Err()
}

// since tells posts that were pulled ever since: those under the strategy pull,
// and of authors whose way was the same at both moments and did not lead past
// the reader's written entries.
func (w ways) since(h *history, r reading) (func(*written) bool, error) {
	if r.strategy == timelinev1.Strategy_STRATEGY_PULL {
		return func(*written) bool { return true }, nil
	}
	if !w.asked {
		return func(*written) bool { return false }, nil
	}
	now, err := h.ways(r)
	return func(post *written) bool {
		author := h.people[post.author]
		before, had := w.authors[author]
		after, has := now.authors[author]
		pushed := after.mode == 3 && after.epoch == after.present && !after.pulled &&
			compare(post.id, after.after) > 0 && compare(post.id, after.horizon) >= 0
		return now.asked && before == after && had == has && (!has || !pushed)
	}, err
}
