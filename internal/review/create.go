package review

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/reviewdb"
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	reviewv1 "github.com/throng-social/throng/gen/go/throng/review/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/postgres"
)

var (
	errKeyReused   = fault.New(fault.Precondition, "idempotency_key_reused", "this idempotency key was used for another review")
	errReviewed    = fault.New(fault.Exists, "already_reviewed", "you have reviewed this product before")
	errUnknown     = fault.InField("values", "characteristic_unknown", "the product does not have this characteristic")
	errTwice       = fault.InField("values", "characteristic_twice", "a characteristic is rated twice")
	errNothingMade = fault.New(fault.Unavailable, "conflict", "others changed the same thing; please try again")
)

// CreateReview implements ReviewService.
func (s *Service) CreateReview(ctx context.Context, req *reviewv1.CreateReviewRequest) (*reviewv1.CreateReviewResponse, error) {
	caller, err := identity.Account(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.pace.Admit(ctx, caller.UserID); err != nil {
		return nil, err
	}
	d, err := s.draftOf(ctx, caller.UserID, req)
	if err != nil {
		return nil, err
	}
	reviewID, err := s.create(ctx, d)
	if err != nil {
		return nil, err
	}
	r, err := s.asItIs(ctx, reviewID)
	return &reviewv1.CreateReviewResponse{Review: r}, err
}

// draftOf is the review that a request describes, without its author's name.
func (s *Service) draftOf(ctx context.Context, author uuid.UUID, req *reviewv1.CreateReviewRequest) (d reviewdb.InsertReviewParams, err error) {
	d = reviewdb.InsertReviewParams{
		AuthorID: author, Recommend: req.GetRecommend(), Rating: int16(req.GetRating()), //nolint:gosec // 1 to 5
		Summary: req.GetSummary(), Body: req.GetBody(), Key: req.GetIdempotencyKey(),
	}
	if d.ProductID, err = id.Parse("product_id", req.GetProductId()); err != nil {
		return d, err
	}
	if d.MediaIds, err = id.ParseAll("media_ids", req.GetMediaIds()); err != nil {
		return d, err
	}
	product, err := s.product(ctx, d.ProductID)
	if err != nil {
		return d, err
	}
	d.Rated, err = rated(product, req.GetValues())
	d.RequestHash = hash(&d)
	return d, err
}

// rated are values by the order of the product's characteristics.
func rated(product *reviewv1.Product, values []*reviewv1.CharacteristicValue) ([]int16, error) {
	inOrder := make([]int16, len(product.GetCharacteristics()))
	for _, v := range values {
		characteristic, err := id.Parse("values", v.GetCharacteristicId())
		if err != nil {
			return nil, err
		}
		place := slices.IndexFunc(product.GetCharacteristics(), func(c *reviewv1.Characteristic) bool { return c.GetId() == characteristic.String() })
		switch {
		case place < 0:
			return nil, errUnknown
		case inOrder[place] > 0:
			return nil, errTwice
		}
		inOrder[place] = int16(v.GetValue()) //nolint:gosec // 1 to 5
	}
	return inOrder, nil
}

// hash is of all that a request says.
func hash(d *reviewdb.InsertReviewParams) []byte {
	h := sha256.New()
	fmt.Fprintf(h, "%s %d %t %v %v %q %q", d.ProductID, d.Rating, d.Recommend, d.Rated, d.MediaIds, d.Summary, d.Body)
	return h.Sum(nil)
}

// create makes the review, or finds it made. What stands in its way is looked for
// before its pictures are claimed, as they could be used nowhere else then.
func (s *Service) create(ctx context.Context, d reviewdb.InsertReviewParams) (uuid.UUID, error) {
	made, err := s.before(ctx, &d)
	if err != nil || made != uuid.Nil {
		return made, err
	}
	if d.Reviewer, err = s.nameOf(ctx, d.AuthorID); err != nil {
		return uuid.Nil, err
	}
	if err := s.claim(ctx, &d); err != nil {
		return uuid.Nil, err
	}
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		made, err = s.store(ctx, tx, &d)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return s.whyNot(ctx, &d)
	}
	s.changed(d.ProductID)
	return made, err
}

// before answers the review that an earlier request with the key has made, or says
// why the author may make none; no id and no error where he may.
func (s *Service) before(ctx context.Context, d *reviewdb.InsertReviewParams) (uuid.UUID, error) {
	rows, err := s.q.FindReviewsBefore(ctx, s.db.Writer(ctx), reviewdb.FindReviewsBeforeParams{AuthorID: d.AuthorID, ProductID: d.ProductID, Key: d.Key})
	if err != nil || len(rows) == 0 {
		return uuid.Nil, err
	}
	i := slices.IndexFunc(rows, func(r reviewdb.FindReviewsBeforeRow) bool { return r.Key == d.Key })
	switch {
	case i < 0:
		return uuid.Nil, errReviewed
	case !bytes.Equal(rows[i].RequestHash, d.RequestHash):
		return uuid.Nil, errKeyReused
	}
	return rows[i].ID, nil
}

// whyNot answers a request that made no review.
func (s *Service) whyNot(ctx context.Context, d *reviewdb.InsertReviewParams) (uuid.UUID, error) {
	made, err := s.before(ctx, d)
	if err == nil && made == uuid.Nil {
		err = errNothingMade // what stood in its way was deleted meanwhile
	}
	return made, err
}

// claim reserves the pictures, which also proves that they are the author's.
func (s *Service) claim(ctx context.Context, d *reviewdb.InsertReviewParams) error {
	if len(d.MediaIds) == 0 {
		return nil
	}
	_, err := s.media.Claim(ctx, &mediav1.ClaimRequest{OwnerId: d.AuthorID.String(), MediaIds: id.Strings(d.MediaIds), Subject: subject(d.AuthorID, d.Key)})
	return err
}

// subject names what shows the pictures before the review has an id.
func subject(author uuid.UUID, key string) string { return "review:" + author.String() + ":" + key }

// store stores the review with its sums and what announces its pictures. A fault of
// NotFound says that another one stands in its way.
func (s *Service) store(ctx context.Context, tx postgres.Tx, d *reviewdb.InsertReviewParams) (uuid.UUID, error) {
	made, err := s.q.InsertReview(ctx, tx, *d)
	if err != nil {
		return uuid.Nil, err
	}
	if len(d.MediaIds) > 0 {
		held := &eventv1.MediaHeld{MediaIds: id.Strings(d.MediaIds), Subject: subject(d.AuthorID, d.Key)}
		if err := s.events.Announce(ctx, tx, &eventv1.Event{Body: &eventv1.Event_MediaHeld{MediaHeld: held}}); err != nil {
			return uuid.Nil, err
		}
	}
	// The sums come last: everybody who reviews the product waits for them.
	return made, s.q.CountReview(ctx, tx, made)
}
