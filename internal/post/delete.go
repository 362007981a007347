package post

import (
	"context"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/postdb"
	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/postgres"
)

var errNotAuthor = fault.New(fault.Denied, "not_author", "only its author may delete a post")

// DeletePost implements PostService.
func (s *Service) DeletePost(ctx context.Context, req *postv1.DeletePostRequest) (*postv1.DeletePostResponse, error) {
	caller, err := identity.Account(ctx)
	if err != nil {
		return nil, err
	}
	postID, err := id.Parse("post_id", req.GetPostId())
	if err != nil {
		return nil, err
	}
	var changed []uuid.UUID
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		changed = nil
		row, err := s.q.LockPost(ctx, tx, postID)
		if err != nil {
			return err
		}
		if err := mayDelete(caller, row); err != nil || row.Deleted {
			return err
		}
		changed, err = s.bury(ctx, tx, []postdb.LockPostRow{row})
		return err
	})
	s.shared.Invalidate(changed...)
	switch {
	case fault.Is(err, fault.NotFound):
		return nil, errNotFound
	case err != nil:
		return nil, err
	}
	return &postv1.DeletePostResponse{}, nil
}

// mayDelete tells people nothing about posts that others have deleted.
func mayDelete(caller identity.Caller, row postdb.LockPostRow) error {
	switch {
	case row.AuthorID == caller.UserID, caller.Holds(accessv1.Role_ROLE_MODERATOR):
		return nil
	case row.Deleted:
		return errNotFound
	}
	return errNotAuthor
}

// bury deletes posts that the transaction has locked, counts them off their
// parents and releases their pictures. It answers which posts look different
// after the commit.
func (s *Service) bury(ctx context.Context, tx postgres.Tx, rows []postdb.LockPostRow) (changed []uuid.UUID, err error) {
	ids, parents := make([]uuid.UUID, 0, len(rows)), []uuid.UUID{}
	for _, row := range rows {
		ids = append(ids, row.ID)
		if row.ReplyToID != nil {
			parents = append(parents, *row.ReplyToID)
		}
	}
	if err := s.q.BuryPosts(ctx, tx, ids); err != nil {
		return nil, err
	}
	for _, row := range rows {
		if err := s.release(ctx, tx, row); err != nil {
			return nil, err
		}
	}
	if len(parents) == 0 {
		return ids, nil
	}
	return append(ids, parents...), s.q.UncountReplies(ctx, tx, parents)
}

func (s *Service) release(ctx context.Context, tx postgres.Tx, row postdb.LockPostRow) error {
	if len(row.MediaIds) == 0 {
		return nil
	}
	return s.pub.Announce(ctx, tx, &eventv1.Event{Body: &eventv1.Event_MediaReleased{MediaReleased: &eventv1.MediaReleased{
		MediaIds: id.Strings(row.MediaIds), Subject: subject(row.AuthorID, row.IdempotencyKey),
	}}})
}
