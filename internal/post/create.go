package post

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
)

var (
	errKeyReused  = fault.New(fault.Precondition, "idempotency_key_reused", "this idempotency key was used for another post")
	errDeleted    = fault.New(fault.NotFound, "post_deleted", "this post was made and deleted since")
	errParentGone = fault.New(fault.NotFound, "reply_to_not_found", "the post to reply to does not exist")
)

// CreatePost implements PostService.
func (s *Service) CreatePost(ctx context.Context, req *postv1.CreatePostRequest) (*postv1.CreatePostResponse, error) {
	caller, err := identity.Account(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.pace.Admit(ctx, caller.UserID); err != nil {
		return nil, err
	}
	d, err := draftOf(caller.UserID, req)
	if err != nil {
		return nil, err
	}
	p, err := s.create(ctx, d)
	return &postv1.CreatePostResponse{Post: p}, err
}

func draftOf(author uuid.UUID, req *postv1.CreatePostRequest) (Draft, error) {
	d := Draft{Author: author, Text: req.GetText(), Key: req.GetIdempotencyKey()}
	var err error
	if d.Media, err = id.ParseAll("media_ids", req.GetMediaIds()); err != nil {
		return d, err
	}
	if d.ReplyTo, err = id.Parse("reply_to_id", req.GetReplyToId()); err != nil {
		return d, err
	}
	d.Hash = hash(d)
	return d, nil
}

func hash(d Draft) []byte {
	h := sha256.New()
	h.Write(d.ReplyTo[:])
	h.Write(binary.AppendUvarint(nil, uint64(len(d.Media))))
	for _, m := range d.Media {
		h.Write(m[:])
	}
	h.Write([]byte(d.Text))
	return h.Sum(nil)
}

// create makes the post, or finds it made.
func (s *Service) create(ctx context.Context, d Draft) (*postv1.Post, error) {
	var media []*mediav1.Media
	if len(d.Media) > 0 {
		p, found, err := s.made(ctx, d)
		if found || err != nil {
			return p, err
		}
		if media, err = s.claim(ctx, d); err != nil {
			return nil, err
		}
	}
	postID, err := s.store.Create(ctx, d)
	switch {
	case fault.Is(err, fault.NotFound):
		return s.whyNot(ctx, d)
	case err != nil:
		return nil, err
	}
	if d.ReplyTo != uuid.Nil {
		s.shared.Invalidate(d.ReplyTo)
	}
	return newPost(postID, d, media), nil
}

// claim reserves the post's pictures, but not for a reply to nothing: they could
// be used in no other post then.
func (s *Service) claim(ctx context.Context, d Draft) ([]*mediav1.Media, error) {
	if d.ReplyTo != uuid.Nil {
		stands, err := s.store.Stands(ctx, d.ReplyTo)
		if err != nil {
			return nil, err
		}
		if !stands {
			return nil, errParentGone
		}
	}
	res, err := s.media.Claim(ctx, &mediav1.ClaimRequest{
		OwnerId: d.Author.String(), MediaIds: id.Strings(d.Media), Subject: subject(d.Author, d.Key),
	})
	return res.GetMedia(), err
}

// whyNot answers a request that made no post.
func (s *Service) whyNot(ctx context.Context, d Draft) (*postv1.Post, error) {
	p, found, err := s.made(ctx, d)
	if !found && err == nil {
		return nil, errParentGone
	}
	return p, err
}

// made finds the post that an earlier request with the key has made.
func (s *Service) made(ctx context.Context, d Draft) (p *postv1.Post, found bool, err error) {
	m, err := s.store.Made(ctx, d.Author, d.Key)
	switch {
	case fault.Is(err, fault.NotFound):
		return nil, false, nil
	case err != nil:
		return nil, false, err
	case !bytes.Equal(m.Hash, d.Hash):
		return nil, false, errKeyReused
	}
	p, err = s.asItIs(ctx, m.ID, d.Author)
	return p, err == nil, err
}

// asItIs reads a post past all caches and replicas.
func (s *Service) asItIs(ctx context.Context, postID, viewer uuid.UUID) (*postv1.Post, error) {
	posts, err := s.load(ctx, []uuid.UUID{postID}, true)
	if err != nil {
		return nil, err
	}
	liked, err := s.likedBy(ctx, viewer, posts, true)
	p := posts[postID]
	switch {
	case err != nil:
		return nil, err
	case p == nil:
		return nil, errDeleted
	case liked[postID]:
		return likedCopy(p), nil
	}
	return p, nil
}

func newPost(postID uuid.UUID, d Draft, media []*mediav1.Media) *postv1.Post {
	return &postv1.Post{
		Id:        postID.String(),
		AuthorId:  d.Author.String(),
		Text:      d.Text,
		Media:     media,
		ReplyToId: id.String(d.ReplyTo),
		CreatedAt: timestamppb.New(id.Time(postID)),
	}
}
