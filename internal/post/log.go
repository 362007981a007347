package post

import (
	"bytes"
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/postdb"
	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/postgres"
)

// ListLog implements PostInternalService.
func (s *Service) ListLog(ctx context.Context, req *postv1.ListLogRequest) (*postv1.ListLogResponse, error) {
	r, err := logRangeOf(req)
	if err != nil {
		return nil, err
	}
	pool := s.db.Reader
	if req.GetPrimary() {
		pool = s.db.Primary
	}
	if len(r.authors) == 1 {
		return s.oneLog(ctx, pool(ctx), r)
	}
	return s.mergedLogs(ctx, pool(ctx), r)
}

// logRange is what part of whose logs is asked for.
type logRange struct {
	// authors are in order and unique, so that the index is walked in order.
	authors          []uuid.UUID
	from, before     uuid.UUID
	limit, perAuthor int32
}

func logRangeOf(req *postv1.ListLogRequest) (logRange, error) {
	r := logRange{limit: req.GetLimit(), perAuthor: req.GetLimit()}
	if n := req.GetPerAuthor(); n > 0 {
		r.perAuthor = min(n, r.limit)
	}
	var err error
	if r.authors, err = id.ParseAll("author_ids", req.GetAuthorIds()); err != nil {
		return r, err
	}
	slices.SortFunc(r.authors, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	r.authors = slices.Compact(r.authors)
	if r.from, err = id.Parse("from_id", req.GetFromId()); err != nil {
		return r, err
	}
	if r.before, err = id.Parse("before_id", req.GetBeforeId()); err != nil {
		return r, err
	}
	if r.before == uuid.Nil {
		r.before = id.Max
	}
	return r, nil
}

func (s *Service) oneLog(ctx context.Context, pool postgres.Pool, r logRange) (*postv1.ListLogResponse, error) {
	ids, err := s.q.ListLog(ctx, pool, postdb.ListLogParams{
		AuthorID: r.authors[0], FromID: r.from, BeforeID: r.before, PageLimit: r.perAuthor,
	})
	if err != nil {
		return nil, err
	}
	author := r.authors[0].String()
	res := &postv1.ListLogResponse{PostIds: id.Strings(ids), AuthorIds: make([]string, len(ids))}
	for i := range ids {
		res.AuthorIds[i] = author
	}
	return res, nil
}

func (s *Service) mergedLogs(ctx context.Context, pool postgres.Pool, r logRange) (*postv1.ListLogResponse, error) {
	rows, err := s.q.MergeLogs(ctx, pool, postdb.MergeLogsParams{
		AuthorIds: r.authors, FromID: r.from, BeforeID: r.before, PageLimit: r.limit, PerAuthor: r.perAuthor,
	})
	if err != nil {
		return nil, err
	}
	res := &postv1.ListLogResponse{PostIds: make([]string, len(rows)), AuthorIds: make([]string, len(rows))}
	for i, row := range rows {
		res.PostIds[i], res.AuthorIds[i] = row.ID.String(), row.AuthorID.String()
	}
	return res, nil
}
