package post

import (
	"bytes"
	"context"
	"slices"

	"github.com/google/uuid"

	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/internal/id"
)

// ListLog implements PostInternalService.
func (s *Service) ListLog(ctx context.Context, req *postv1.ListLogRequest) (*postv1.ListLogResponse, error) {
	r, err := logRangeOf(req)
	if err != nil {
		return nil, err
	}
	log, err := s.store.ListLog(ctx, r)
	if err != nil {
		return nil, err
	}
	res := &postv1.ListLogResponse{PostIds: make([]string, len(log)), AuthorIds: make([]string, len(log))}
	var author string
	for i, e := range log {
		if i == 0 || e.Author != log[i-1].Author {
			author = e.Author.String()
		}
		res.PostIds[i], res.AuthorIds[i] = e.ID.String(), author
	}
	return res, nil
}

func logRangeOf(req *postv1.ListLogRequest) (LogRange, error) {
	r := LogRange{Limit: req.GetLimit(), PerAuthor: req.GetLimit(), Primary: req.GetPrimary()}
	if n := req.GetPerAuthor(); n > 0 {
		r.PerAuthor = min(n, r.Limit)
	}
	var err error
	if r.Authors, err = id.ParseAll("author_ids", req.GetAuthorIds()); err != nil {
		return r, err
	}
	slices.SortFunc(r.Authors, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	r.Authors = slices.Compact(r.Authors)
	if r.From, err = id.Parse("from_id", req.GetFromId()); err != nil {
		return r, err
	}
	if r.Before, err = id.Parse("before_id", req.GetBeforeId()); err != nil {
		return r, err
	}
	if r.Before == uuid.Nil {
		r.Before = id.Max
	}
	return r, nil
}
