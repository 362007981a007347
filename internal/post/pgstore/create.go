package pgstore

import (
	"context"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/postdb"
	"github.com/throng-social/throng/internal/post"
	"github.com/throng-social/throng/internal/postgres"
)

// Create implements post.Writes.
func (s *Store) Create(ctx context.Context, d post.Draft) (postID uuid.UUID, err error) {
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		if postID, err = s.insert(ctx, tx, d); err != nil {
			return err
		}
		return s.announce(ctx, tx, d.Events(postID))
	})
	return postID, err
}

func (s *Store) insert(ctx context.Context, tx postgres.Tx, d post.Draft) (uuid.UUID, error) {
	if d.Media == nil {
		d.Media = []uuid.UUID{} // nil would be sent as NULL
	}
	if d.ReplyTo == uuid.Nil {
		return s.q.InsertPost(ctx, tx, postdb.InsertPostParams{
			AuthorID: d.Author, Text: d.Text, MediaIds: d.Media, IdempotencyKey: d.Key, RequestHash: d.Hash,
		})
	}
	return s.q.InsertReply(ctx, tx, postdb.InsertReplyParams{
		AuthorID: d.Author, Text: d.Text, MediaIds: d.Media, IdempotencyKey: d.Key, RequestHash: d.Hash, ReplyToID: d.ReplyTo,
	})
}

// Made implements post.Writes.
func (s *Store) Made(ctx context.Context, author uuid.UUID, key string) (post.Made, error) {
	row, err := s.q.GetByKey(ctx, s.db.Writer(ctx), postdb.GetByKeyParams{AuthorID: author, IdempotencyKey: key})
	return post.Made{ID: row.ID, Hash: row.RequestHash}, err
}

// Stands implements post.Writes.
func (s *Store) Stands(ctx context.Context, postID uuid.UUID) (bool, error) {
	return s.q.PostStands(ctx, s.db.Writer(ctx), postID)
}
