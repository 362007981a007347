package media

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/throng-social/throng/gen/db/mediadb"
	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/postgres"
)

const (
	// uploadLifetime is how long an address takes bytes.
	uploadLifetime = 15 * time.Minute
	// unclaimedLifetime is how long a picture is kept that nothing shows, and how
	// long an idempotency key answers the same upload.
	unclaimedLifetime = 24 * time.Hour
	// maxOpen is how many uploads an account may have that nothing shows yet.
	maxOpen = 100
	// maxUnclaimed is how many it may announce in a day that nothing comes to show.
	// It bounds what an account can fill where the bytes come past this service.
	maxUnclaimed = 500
)

var (
	errTooManyOpen = fault.New(fault.Exhausted, "too_many_uploads", "you have too many pictures that nothing shows; use them or wait").After(uploadLifetime)
	errKeyReused   = fault.New(fault.Precondition, "idempotency_key_reused", "this idempotency key was used for another upload")
)

// CreateUpload implements MediaService.
func (s *Service) CreateUpload(ctx context.Context, req *mediav1.CreateUploadRequest) (*mediav1.CreateUploadResponse, error) {
	caller, err := identity.Account(ctx)
	if err != nil {
		return nil, err
	}
	var mediaID uuid.UUID
	// In whole seconds, as the address says it.
	expires := s.now().Add(uploadLifetime).Truncate(time.Second)
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		mediaID, err = s.reserve(ctx, tx, caller.UserID, req, expires)
		return err
	})
	if err != nil {
		return nil, err
	}
	address, err := s.address(ctx, mediaID, req, expires)
	if err != nil {
		return nil, err
	}
	return &mediav1.CreateUploadResponse{MediaId: mediaID.String(), UploadUrl: address, ExpiresAt: timestamppb.New(expires)}, nil
}

// address is where the bytes go: to where they are kept, if that takes them, else
// to this service.
func (s *Service) address(ctx context.Context, mediaID uuid.UUID, req *mediav1.CreateUploadRequest, expires time.Time) (string, error) {
	address, err := s.files.Address(ctx, Upload{
		MediaID: mediaID, ContentType: req.GetContentType(), Size: req.GetSize(), From: expires.Add(-uploadLifetime), Until: expires,
	})
	if err != nil || address != "" {
		return address, err
	}
	return s.uploadURL(mediaID, expires), nil
}

// reserve finds the upload that the key made within a day, or makes one.
func (s *Service) reserve(ctx context.Context, tx postgres.Tx, owner uuid.UUID, req *mediav1.CreateUploadRequest, expires time.Time) (uuid.UUID, error) {
	if err := s.q.LockOwner(ctx, tx, "media uploads of "+owner.String()); err != nil {
		return uuid.Nil, err
	}
	old, err := s.q.GetByKey(ctx, tx, mediadb.GetByKeyParams{OwnerID: owner, IdempotencyKey: req.GetIdempotencyKey()})
	switch {
	case fault.Is(err, fault.NotFound):
		return s.insert(ctx, tx, owner, req, expires)
	case err != nil:
		return uuid.Nil, err
	case old.State == "gone" || s.now().Sub(old.CreatedAt) >= unclaimedLifetime:
		if err := s.q.FreeKey(ctx, tx, old.ID); err != nil {
			return uuid.Nil, err
		}
		return s.insert(ctx, tx, owner, req, expires)
	case old.ContentType != req.GetContentType() || old.AnnouncedSize != req.GetSize():
		return uuid.Nil, errKeyReused
	}
	return old.ID, s.q.ExtendUpload(ctx, tx, mediadb.ExtendUploadParams{ID: old.ID, ExpiresAt: expires})
}

func (s *Service) insert(ctx context.Context, tx postgres.Tx, owner uuid.UUID, req *mediav1.CreateUploadRequest, expires time.Time) (uuid.UUID, error) {
	now := s.now()
	mediaID, err := s.q.InsertUpload(ctx, tx, mediadb.InsertUploadParams{
		OwnerID:        owner,
		ContentType:    req.GetContentType(),
		AnnouncedSize:  req.GetSize(),
		IdempotencyKey: req.GetIdempotencyKey(),
		Now:            now,
		ExpiresAt:      expires,
		CollectAt:      now.Add(unclaimedLifetime),
		Most:           maxOpen,
		MostADay:       maxUnclaimed,
	})
	if fault.Is(err, fault.NotFound) {
		return uuid.Nil, errTooManyOpen
	}
	return mediaID, err
}

// uploadURL is good for the bytes of one picture, for everyone who holds it.
func (s *Service) uploadURL(mediaID uuid.UUID, expires time.Time) string {
	unix := strconv.FormatInt(expires.Unix(), 10)
	return fmt.Sprintf("%s/media/uploads/%s?expires=%s&signature=%s", s.baseURL, mediaID, unix, s.signature(mediaID, unix))
}

func (s *Service) signature(mediaID uuid.UUID, expires string) string {
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte("PUT " + mediaID.String() + " " + expires))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// checkUploadURL tells whether the parts of an address are as it was made, and
// whether it is still good.
func (s *Service) checkUploadURL(mediaID uuid.UUID, expires, signature string) error {
	if !hmac.Equal([]byte(signature), []byte(s.signature(mediaID, expires))) {
		return errForged
	}
	unix, err := strconv.ParseInt(expires, 10, 64)
	if err != nil {
		return errForged
	}
	if s.now().After(time.Unix(unix, 0)) {
		return errExpired
	}
	return nil
}
