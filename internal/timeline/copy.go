package timeline

import (
	"context"
	"maps"

	"github.com/google/uuid"

	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/internal/id"
)

// copyLogs is step (b): what was stored before the fan-outs knew of the edges is
// copied from the primary, in a snapshot begun after step (a). Of each author so
// many posts are copied as the move says, none down to its floor and none below
// the reader's horizon; the first that is not copied is the place after which the
// edge is complete.
func (s *Service) copyLogs(ctx context.Context, m *move) error {
	authors, readers := columns(m.edges)
	known, err := s.readers(ctx, readers)
	if err != nil {
		return err
	}
	logs, err := s.logs(ctx, unique(authors), m.copies+1)
	if err != nil {
		return err
	}
	c := copier{service: s}
	for i, e := range m.edges {
		if c.copied >= s.moveCopies {
			m.edges, m.left = m.edges[:i], m.edges[i:]
			break
		}
		reader := known[e.Reader]
		copied, after := m.cut(logs[e.Author], reader.Horizon)
		m.pushedAfter, m.versions = append(m.pushedAfter, after), append(m.versions, reader.Version)
		for _, post := range copied {
			if err := c.add(ctx, e.Reader, entry{post: post, author: e.Author}); err != nil {
				return err
			}
		}
	}
	return c.flush(ctx)
}

// cut parts a log, newest first, into what is copied and the first post that is
// not; no id if all is.
func (m *move) cut(log []uuid.UUID, horizon uuid.UUID) (copied []uuid.UUID, after uuid.UUID) {
	for i, post := range log {
		if i == m.copies || compare(post, m.floor) <= 0 || compare(post, horizon) < 0 {
			return log[:i], post
		}
	}
	return log, uuid.Nil
}

// copier writes entries in statements of a bounded size.
type copier struct {
	service *Service
	rows    EntryRows
	// copied counts all that were added.
	copied int
}

func (c *copier) add(ctx context.Context, reader uuid.UUID, e entry) error {
	c.rows.ReaderIDs = append(c.rows.ReaderIDs, reader)
	c.rows.PostIDs = append(c.rows.PostIDs, e.post)
	c.rows.AuthorIDs = append(c.rows.AuthorIDs, e.author)
	c.copied++
	if len(c.rows.PostIDs) < copiedAtOnce {
		return nil
	}
	return c.flush(ctx)
}

func (c *copier) flush(ctx context.Context) error {
	if len(c.rows.PostIDs) == 0 {
		return nil
	}
	n, err := c.service.Store.CopyEntries(ctx, c.rows)
	c.service.counts.copies.Add(n)
	c.rows = EntryRows{}
	return err
}

func (s *Service) readers(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]ReaderState, error) {
	states, err := s.Store.FindReaders(ctx, unique(ids))
	found := make(map[uuid.UUID]ReaderState, len(states))
	for _, r := range states {
		found[r.ReaderID] = r
	}
	return found, err
}

// logs reads the newest posts of each author, newest first. An answer that is
// full may lack some, so its authors are asked for again in two halves.
func (s *Service) logs(ctx context.Context, authors []uuid.UUID, each int) (map[uuid.UUID][]uuid.UUID, error) {
	entries, err := s.primaryLog(ctx, authors, copiedAtOnce, each)
	if err != nil {
		return nil, err
	}
	if half := len(authors) / 2; len(entries) == copiedAtOnce && half > 0 {
		logs, err := s.logs(ctx, authors[:half], each)
		if err != nil {
			return nil, err
		}
		rest, err := s.logs(ctx, authors[half:], each)
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
