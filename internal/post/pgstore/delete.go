package pgstore

import (
	"context"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/postdb"
	"github.com/throng-social/throng/internal/post"
	"github.com/throng-social/throng/internal/postgres"
)

// Delete implements post.Writes.
func (s *Store) Delete(ctx context.Context, postID uuid.UUID, may func(post.Standing) error) (changed []uuid.UUID, err error) {
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		changed = nil
		row, err := s.q.LockPost(ctx, tx, postID)
		if err != nil {
			return err
		}
		p := toStanding(row)
		if err := may(p); err != nil || p.Deleted {
			return err
		}
		changed, err = s.bury(ctx, tx, []post.Standing{p})
		return err
	})
	return changed, err
}

// ErasePosts implements post.Upkeep.
func (s *Store) ErasePosts(ctx context.Context, author uuid.UUID, limit int32) (n int, changed []uuid.UUID, err error) {
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		n, changed = 0, nil
		rows, err := s.q.LockPostsOf(ctx, tx, postdb.LockPostsOfParams{AuthorID: author, PageLimit: limit})
		if err != nil || len(rows) == 0 {
			return err
		}
		n = len(rows)
		posts := make([]post.Standing, n)
		for i, row := range rows {
			posts[i] = toStanding(postdb.LockPostRow(row))
		}
		changed, err = s.bury(ctx, tx, posts)
		return err
	})
	return n, changed, err
}

// bury deletes posts that the transaction has locked, counts them off their
// parents and releases their pictures. It answers which posts look different
// after the commit.
func (s *Store) bury(ctx context.Context, tx postgres.Tx, posts []post.Standing) (changed []uuid.UUID, err error) {
	ids, parents := make([]uuid.UUID, 0, len(posts)), []uuid.UUID{}
	for _, p := range posts {
		ids = append(ids, p.ID)
		if p.ReplyTo != uuid.Nil {
			parents = append(parents, p.ReplyTo)
		}
	}
	if err := s.q.BuryPosts(ctx, tx, ids); err != nil {
		return nil, err
	}
	for _, p := range posts {
		if err := s.announce(ctx, tx, p.Events()); err != nil {
			return nil, err
		}
	}
	if len(parents) == 0 {
		return ids, nil
	}
	return append(ids, parents...), s.q.UncountReplies(ctx, tx, parents)
}

func toStanding(row postdb.LockPostRow) post.Standing {
	return post.Standing{
		ID: row.ID, Author: row.AuthorID, Media: row.MediaIds, ReplyTo: orNil(row.ReplyToID), Key: row.IdempotencyKey, Deleted: row.Deleted,
	}
}

func orNil(u *uuid.UUID) uuid.UUID {
	if u == nil {
		return uuid.Nil
	}
	return *u
}
