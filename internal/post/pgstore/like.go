package pgstore

import (
	"context"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/postdb"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/postgres"
)

var errNone = fault.New(fault.NotFound, "not_found", "not found")

// Like implements post.Writes.
func (s *Store) Like(ctx context.Context, user, postID uuid.UUID) (likes int64, changed bool, err error) {
	row, err := s.q.LikePost(ctx, s.db.Writer(ctx), postdb.LikePostParams{PostID: postID, UserID: user})
	if err != nil {
		return 0, false, err
	}
	return s.likesAfter(ctx, postID, row)
}

// Unlike implements post.Writes.
func (s *Store) Unlike(ctx context.Context, user, postID uuid.UUID) (likes int64, changed bool, err error) {
	row, err := s.q.UnlikePost(ctx, s.db.Writer(ctx), postdb.UnlikePostParams{PostID: postID, UserID: user})
	if err != nil {
		return 0, false, err
	}
	return s.likesAfter(ctx, postID, postdb.LikePostRow(row))
}

// likesAfter is the exact count after the change. Where nothing changed it is
// read anew: the like may have been made while this call waited for it, after the
// moment that its statement sees.
func (s *Store) likesAfter(ctx context.Context, postID uuid.UUID, row postdb.LikePostRow) (likes int64, changed bool, err error) {
	switch {
	case !row.Found:
		return 0, false, errNone
	case !row.Changed:
		likes, err = s.q.CountLikes(ctx, s.db.Writer(ctx), postID)
		return likes, false, err
	}
	return row.Likes, true, nil
}

// EraseLikes implements post.Upkeep.
func (s *Store) EraseLikes(ctx context.Context, user uuid.UUID, limit int32) (changed []uuid.UUID, err error) {
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		changed, err = s.q.TakeLikesBack(ctx, tx, postdb.TakeLikesBackParams{UserID: user, PageLimit: limit})
		if err != nil || len(changed) == 0 {
			return err
		}
		return s.q.UncountLikes(ctx, tx, changed)
	})
	return changed, err
}
