package pgstore

import (
	"context"
	"strings"
	"time"

	"github.com/throng-social/throng/gen/db/postdb"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/post"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/walk"
)

// Export implements post.Transfers: posts with their counts, then likes, by primary key.
func (s *Store) Export(ctx context.Context, place string, most int) (e post.Extract, next string, err error) {
	next, err = walk.Page(ctx, place, most, s.posts(&e), s.likes(&e))
	return e, next, err
}

func (s *Store) posts(into *post.Extract) walk.List {
	return walk.Rows(func(ctx context.Context, after walk.Key, most int32) ([]postdb.ExportPostsRow, error) {
		return s.q.ExportPosts(ctx, s.db.Primary(ctx), postdb.ExportPostsParams{AfterID: after[0], PageLimit: most})
	}, func(r postdb.ExportPostsRow) walk.Key {
		into.Posts = append(into.Posts, toKept(&r))
		return walk.Key{r.ID}
	})
}

func (s *Store) likes(into *post.Extract) walk.List {
	return walk.Rows(func(ctx context.Context, after walk.Key, most int32) ([]postdb.PostLike, error) {
		return s.q.ExportLikes(ctx, s.db.Primary(ctx), postdb.ExportLikesParams{AfterUserID: after[0], AfterPostID: after[1], PageLimit: most})
	}, func(r postdb.PostLike) walk.Key {
		into.Likes = append(into.Likes, post.Like{User: r.UserID, Post: r.PostID})
		return walk.Key{r.UserID, r.PostID}
	})
}

// Import implements post.Transfers, in one transaction.
func (s *Store) Import(ctx context.Context, e post.Extract) error {
	posts, counts := postColumns(e.Posts)
	var likes postdb.ImportLikesParams
	for _, l := range e.Likes {
		likes.UserIds, likes.PostIds = append(likes.UserIds, l.User), append(likes.PostIds, l.Post)
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		if err := s.q.ImportPosts(ctx, tx, posts); err != nil {
			return err
		}
		if err := s.q.ImportPostCounts(ctx, tx, counts); err != nil {
			return err
		}
		return s.q.ImportLikes(ctx, tx, likes)
	})
}

// Totals implements post.Transfers.
func (s *Store) Totals(ctx context.Context) (t post.Totals, err error) {
	err = s.db.InPrimarySnapshot(ctx, func(tx postgres.Tx) error {
		if err := s.q.AllowLongStatement(ctx, tx); err != nil {
			return err
		}
		row, err := s.q.TotalPosts(ctx, tx)
		t = post.Totals(row)
		return err
	})
	return t, err
}

// Clear implements post.Transfers, all at once.
func (s *Store) Clear(ctx context.Context) (more bool, err error) {
	return false, s.q.ClearPosts(ctx, s.db.Writer(ctx))
}

func toKept(r *postdb.ExportPostsRow) post.Kept {
	k := post.Kept{
		Content: post.Content{
			ID: r.ID, Author: r.AuthorID, Text: r.Text, Media: r.MediaIds, ReplyTo: orNil(r.ReplyToID), Likes: r.Likes, Replies: r.Replies,
		},
		Key: r.IdempotencyKey, Hash: r.RequestHash,
	}
	if r.DeletedAt != nil {
		k.DeletedAt = *r.DeletedAt
	}
	return k
}

func postColumns(posts []post.Kept) (p postdb.ImportPostsParams, c postdb.ImportPostCountsParams) {
	for i := range posts {
		k := &posts[i]
		p.Ids, p.AuthorIds, p.Texts = append(p.Ids, k.ID), append(p.AuthorIds, k.Author), append(p.Texts, k.Text)
		p.MediaIds, p.ReplyToIds = append(p.MediaIds, "{"+strings.Join(id.Strings(k.Media), ",")+"}"), append(p.ReplyToIds, k.ReplyTo)
		p.IdempotencyKeys, p.RequestHashes = append(p.IdempotencyKeys, k.Key), append(p.RequestHashes, k.Hash)
		deleted := time.Unix(0, 0)
		if !k.DeletedAt.IsZero() {
			deleted = k.DeletedAt
		}
		p.DeletedAt = append(p.DeletedAt, deleted)
		c.PostIds, c.Likes, c.Replies = append(c.PostIds, k.ID), append(c.Likes, k.Likes), append(c.Replies, k.Replies)
	}
	return p, c
}
