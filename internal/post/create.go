package post

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/throng-social/throng/gen/db/postdb"
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/postgres"
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
	if err := s.pace.Admit(caller.UserID, time.Now()); err != nil {
		return nil, err
	}
	d, err := draftOf(caller.UserID, req)
	if err != nil {
		return nil, err
	}
	p, err := s.create(ctx, d)
	return &postv1.CreatePostResponse{Post: p}, err
}

// draft is a post that has no id yet.
type draft struct {
	author  uuid.UUID
	text    string
	media   []uuid.UUID
	replyTo uuid.UUID
	key     string
}

func draftOf(author uuid.UUID, req *postv1.CreatePostRequest) (draft, error) {
	d := draft{author: author, text: req.GetText(), key: req.GetIdempotencyKey()}
	var err error
	if d.media, err = id.ParseAll("media_ids", req.GetMediaIds()); err != nil {
		return d, err
	}
	d.replyTo, err = id.Parse("reply_to_id", req.GetReplyToId())
	return d, err
}

// hash tells requests with one key apart.
func (d draft) hash() []byte {
	h := sha256.New()
	h.Write(d.replyTo[:])
	h.Write(binary.AppendUvarint(nil, uint64(len(d.media))))
	for _, m := range d.media {
		h.Write(m[:])
	}
	h.Write([]byte(d.text))
	return h.Sum(nil)
}

// create makes the post, or finds it made.
func (s *Service) create(ctx context.Context, d draft) (*postv1.Post, error) {
	var media []*mediav1.Media
	if len(d.media) > 0 {
		p, found, err := s.made(ctx, d)
		if found || err != nil {
			return p, err
		}
		if media, err = s.claim(ctx, d); err != nil {
			return nil, err
		}
	}
	postID, err := s.store(ctx, d)
	switch {
	case fault.Is(err, fault.NotFound):
		return s.whyNot(ctx, d)
	case err != nil:
		return nil, err
	}
	return newPost(postID, d, media), nil
}

// claim reserves the post's pictures, but not for a reply to nothing: they could
// be used in no other post then.
func (s *Service) claim(ctx context.Context, d draft) ([]*mediav1.Media, error) {
	if d.replyTo != uuid.Nil {
		stands, err := s.q.PostStands(ctx, s.db.Writer(ctx), d.replyTo)
		if err != nil {
			return nil, err
		}
		if !stands {
			return nil, errParentGone
		}
	}
	res, err := s.media.Claim(ctx, &mediav1.ClaimRequest{
		OwnerId: d.author.String(), MediaIds: id.Strings(d.media), Subject: subject(d.author, d.key),
	})
	return res.GetMedia(), err
}

// store writes the post and announces it. The answer is a NotFound fault where
// the author's key is taken, or the post to reply to is gone.
func (s *Service) store(ctx context.Context, d draft) (postID uuid.UUID, err error) {
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		if postID, err = s.insert(ctx, tx, d); err != nil {
			return err
		}
		return s.announce(ctx, tx, postID, d)
	})
	if err == nil && d.replyTo != uuid.Nil {
		s.shared.Invalidate(d.replyTo)
	}
	return postID, err
}

func (s *Service) insert(ctx context.Context, tx postgres.Tx, d draft) (uuid.UUID, error) {
	if d.replyTo == uuid.Nil {
		return s.q.InsertPost(ctx, tx, postdb.InsertPostParams{
			AuthorID: d.author, Text: d.text, MediaIds: d.media, IdempotencyKey: d.key, RequestHash: d.hash(),
		})
	}
	return s.q.InsertReply(ctx, tx, postdb.InsertReplyParams{
		AuthorID: d.author, Text: d.text, MediaIds: d.media, IdempotencyKey: d.key, RequestHash: d.hash(), ReplyToID: d.replyTo,
	})
}

func (s *Service) announce(ctx context.Context, tx postgres.Tx, postID uuid.UUID, d draft) error {
	err := s.pub.Announce(ctx, tx, &eventv1.Event{Body: &eventv1.Event_PostCreated{PostCreated: &eventv1.PostCreated{
		PostId: postID.String(), AuthorId: d.author.String(),
	}}})
	if err != nil || len(d.media) == 0 {
		return err
	}
	return s.pub.Announce(ctx, tx, &eventv1.Event{Body: &eventv1.Event_MediaHeld{MediaHeld: &eventv1.MediaHeld{
		MediaIds: id.Strings(d.media), Subject: subject(d.author, d.key),
	}}})
}

// whyNot answers a request that made no row.
func (s *Service) whyNot(ctx context.Context, d draft) (*postv1.Post, error) {
	p, found, err := s.made(ctx, d)
	if !found && err == nil {
		return nil, errParentGone
	}
	return p, err
}

// made finds the post that an earlier request with the key has made. It asks the
// primary, as the earlier request may just have ended.
func (s *Service) made(ctx context.Context, d draft) (p *postv1.Post, found bool, err error) {
	row, err := s.q.GetByKey(ctx, s.db.Writer(ctx), postdb.GetByKeyParams{AuthorID: d.author, IdempotencyKey: d.key})
	switch {
	case fault.Is(err, fault.NotFound):
		return nil, false, nil
	case err != nil:
		return nil, false, err
	case !bytes.Equal(row.RequestHash, d.hash()):
		return nil, false, errKeyReused
	case row.Deleted:
		return nil, false, errDeleted
	}
	p, err = s.asItIs(ctx, row.ID, d.author)
	return p, err == nil, err
}

// asItIs reads a post past all caches and replicas.
func (s *Service) asItIs(ctx context.Context, postID, viewer uuid.UUID) (*postv1.Post, error) {
	posts, err := s.load(ctx, s.db.Primary(ctx), []uuid.UUID{postID})
	if err != nil {
		return nil, err
	}
	liked, err := s.likedBy(ctx, s.db.Primary, viewer, posts)
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

// subject names what shows the pictures before the post has an id.
func subject(author uuid.UUID, key string) string {
	return "post:" + author.String() + ":" + key
}

func newPost(postID uuid.UUID, d draft, media []*mediav1.Media) *postv1.Post {
	return &postv1.Post{
		Id:        postID.String(),
		AuthorId:  d.author.String(),
		Text:      d.text,
		Media:     media,
		ReplyToId: id.String(d.replyTo),
		CreatedAt: timestamppb.New(id.Time(postID)),
	}
}
