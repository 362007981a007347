package timeline

import (
	"context"
	"maps"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/timelinedb"
	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/internal/id"
)

// copyLogs is step (b): what was stored before the fan-outs knew of the edges is
// copied from the primary, in a snapshot begun after step (a). At most Keep posts
// of an author are copied; where he has more, the reader's horizon goes up to the
// last of them.
func (s *Service) copyLogs(ctx context.Context, m *move) error {
	authors, readers := columns(m.edges)
	horizons, err := s.horizons(ctx, readers)
	if err != nil {
		return err
	}
	logs, err := s.logs(ctx, unique(authors))
	if err != nil {
		return err
	}
	c := copier{service: s}
	for _, e := range m.edges {
		from := horizons[e.reader]
		if log := logs[e.author]; len(log) >= s.Config.Keep && compare(log[len(log)-1], from) > 0 {
			from = log[len(log)-1]
			m.raise(e.reader, from)
		}
		m.copiedFrom = append(m.copiedFrom, from)
		for _, post := range logs[e.author] {
			if compare(post, from) < 0 {
				break
			}
			if err := c.add(ctx, e.reader, entry{post: post, author: e.author}); err != nil {
				return err
			}
		}
	}
	return c.flush(ctx)
}

func (m *move) raise(reader, to uuid.UUID) {
	if compare(to, m.raised[reader]) > 0 {
		m.raised[reader] = to
	}
}

// copier writes entries in statements of a bounded size.
type copier struct {
	service *Service
	rows    timelinedb.CopyEntriesParams
}

func (c *copier) add(ctx context.Context, reader uuid.UUID, e entry) error {
	c.rows.ReaderIds = append(c.rows.ReaderIds, reader)
	c.rows.PostIds = append(c.rows.PostIds, e.post)
	c.rows.AuthorIds = append(c.rows.AuthorIds, e.author)
	if len(c.rows.PostIds) < copiedAtOnce {
		return nil
	}
	return c.flush(ctx)
}

func (c *copier) flush(ctx context.Context) error {
	if len(c.rows.PostIds) == 0 {
		return nil
	}
	_, err := c.service.q.CopyEntries(ctx, c.service.DB.Writer(ctx), c.rows)
	c.rows = timelinedb.CopyEntriesParams{}
	return err
}

func (s *Service) horizons(ctx context.Context, readers []uuid.UUID) (map[uuid.UUID]uuid.UUID, error) {
	rows, err := s.q.GetHorizons(ctx, s.DB.Writer(ctx), unique(readers))
	found := make(map[uuid.UUID]uuid.UUID, len(rows))
	for _, r := range rows {
		found[r.ReaderID] = r.Horizon
	}
	return found, err
}

// logs reads the newest Keep posts of each author, newest first. An answer that
// is full may lack some, so its authors are asked for again in two halves.
func (s *Service) logs(ctx context.Context, authors []uuid.UUID) (map[uuid.UUID][]uuid.UUID, error) {
	entries, err := s.primaryLog(ctx, authors, copiedAtOnce, s.Config.Keep)
	if err != nil {
		return nil, err
	}
	if half := len(authors) / 2; len(entries) == copiedAtOnce && half > 0 {
		logs, err := s.logs(ctx, authors[:half])
		if err != nil {
			return nil, err
		}
		rest, err := s.logs(ctx, authors[half:])
		maps.Copy(logs, rest)
		return logs, err
	}
	logs := make(map[uuid.UUID][]uuid.UUID, len(authors))
	for _, e := range entries {
		logs[e.author] = append(logs[e.author], e.post)
	}
	return logs, nil
}

// primaryLog reads logs in a snapshot of the primary that begins after the call.
func (s *Service) primaryLog(ctx context.Context, authors []uuid.UUID, limit, perAuthor int) ([]entry, error) {
	res, err := s.Posts.ListLog(ctx, &postv1.ListLogRequest{
		AuthorIds: id.Strings(authors), Limit: int32(limit), PerAuthor: int32(perAuthor), Primary: true, //nolint:gosec // bounded
	})
	if err != nil {
		return nil, err
	}
	return logEntries(res)
}
