package campaign

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/throng-social/throng/gen/db/campaigndb"
	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	eventv1 "github.com/throng-social/throng/gen/go/throng/event/v1"
	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/postgres"
)

// checkInTries is how often a check-in is tried again that another one of the same
// person overtook.
const checkInTries = 5

var errOvertaken = fault.New(fault.Unavailable, "check_in_conflict", "you are checking in several times at once; please try again").After(time.Second)

// checkIn is one that is perhaps not stored yet.
type checkIn struct {
	id             uuid.UUID
	campaign, user uuid.UUID
	text           string
	media          []uuid.UUID
	// key is the person's idempotency key in the campaign; hash tells requests with
	// one key apart.
	key  string
	hash []byte
	// claimed are its pictures once they were reserved for it.
	claimed []*mediav1.Media
}

// at is when it was made: what its window and its day are judged by.
func (c *checkIn) at() time.Time { return id.Time(c.id) }

// CheckIn implements CampaignService.
//
// It goes to the database once, with row, fact and event, which are stored if all that
// decides allows it; else once more to learn what does not. It locks nothing that anybody
// else needs. Two check-ins of one person that chose the same number of the day cannot
// both be stored, which is what holds the cap.
func (s *Service) CheckIn(ctx context.Context, req *campaignv1.CheckInRequest) (*campaignv1.CheckInResponse, error) {
	caller, err := identity.Account(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.pace.Admit(ctx, caller.UserID); err != nil {
		return nil, err
	}
	c, err := s.newCheckIn(caller.UserID, req)
	if err != nil {
		return nil, err
	}
	made, err := s.checkIn(ctx, c)
	return &campaignv1.CheckInResponse{CheckIn: made}, err
}

func (s *Service) newCheckIn(user uuid.UUID, req *campaignv1.CheckInRequest) (c *checkIn, err error) {
	c = &checkIn{user: user, text: req.GetText(), key: req.GetIdempotencyKey()}
	if c.campaign, err = id.Parse("campaign_id", req.GetCampaignId()); err != nil {
		return nil, err
	}
	if c.media, err = id.ParseAll("media_ids", req.GetMediaIds()); err != nil {
		return nil, err
	}
	c.hash = c.digest()
	c.id, err = checkInID(s.now())
	return c, err
}

func (c *checkIn) digest() []byte {
	h := sha256.New()
	h.Write(binary.AppendUvarint(nil, uint64(len(c.media))))
	for _, m := range c.media {
		h.Write(m[:])
	}
	h.Write([]byte(c.text))
	return h.Sum(nil)
}

// checkInID is a UUIDv7 as the database makes them, of the clock of the process that
// answers the call: its day is needed before the database is asked. The processes of
// a deployment agree on the time to within some milliseconds.
func checkInID(at time.Time) (uuid.UUID, error) {
	u, err := uuid.NewRandom()
	if err != nil {
		return u, err
	}
	fraction := uint64(at.Nanosecond()%int(time.Millisecond)) * 4096 / uint64(time.Millisecond) //nolint:gosec // not negative
	binary.BigEndian.PutUint64(u[:8], uint64(at.UnixMilli())<<16|0x7000|fraction)
	return u, nil
}

// checkIn stores it or finds it stored: first without waiting for anybody, then in
// turn with the others of the same person.
func (s *Service) checkIn(ctx context.Context, c *checkIn) (*campaignv1.CheckIn, error) {
	made, err := s.atOnce(ctx, c)
	for range checkInTries {
		if !fault.Is(err, fault.Exists) {
			break
		}
		made, err = s.inTurn(ctx, c)
	}
	switch {
	case fault.Is(err, fault.Exists):
		return nil, errOvertaken.Because(err)
	case err != nil:
		return nil, err
	case made != nil:
		return s.checkInAsMade(ctx, *made)
	}
	return c.message(c.claimed), nil
}

// atOnce fails with Exists where another check-in of the person was stored meanwhile.
func (s *Service) atOnce(ctx context.Context, c *checkIn) (made *uuid.UUID, err error) {
	if len(c.media) == 0 {
		if err := s.ifAllowed(ctx, c); !postgres.LacksValue(err, "number") {
			return nil, err
		}
	}
	p, err := s.placeOf(ctx, s.db.Writer(ctx), c)
	if err != nil {
		return nil, err
	}
	if made, err = p.judge(c, s.now()); made != nil || err != nil {
		return made, err
	}
	if err := s.claim(ctx, c); err != nil {
		return nil, err
	}
	return nil, s.db.InBatch(ctx, func(b *postgres.Batch) error { return s.storeCheckIn(ctx, b, c, p) })
}

// ifAllowed stores a check-in without pictures, which would have to be reserved first. It
// fails for want of a number where the rules do not allow it.
func (s *Service) ifAllowed(ctx context.Context, c *checkIn) error {
	zone, err := s.zoneOf(ctx, c.campaign)
	if err != nil {
		return err
	}
	return s.db.InBatch(ctx, func(b *postgres.Batch) error {
		err := s.q.InsertCheckInIfAllowed(ctx, b, campaigndb.InsertCheckInIfAllowedParams{
			ID: c.id, CampaignID: c.campaign, UserID: c.user, Day: dayOf(c.at(), zone), TimeZone: zone.String(), Moment: c.at(),
			Text: c.text, IdempotencyKey: c.key, RequestHash: c.hash,
		})
		if err != nil {
			return err
		}
		return s.announceCheckIn(ctx, b, c)
	})
}

// inTurn is atOnce after all others of the person's that go in turn.
func (s *Service) inTurn(ctx context.Context, c *checkIn) (made *uuid.UUID, err error) {
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		if err := s.q.LockDays(ctx, tx, "check_in "+c.campaign.String()+" "+c.user.String()); err != nil {
			return err
		}
		p, err := s.placeOf(ctx, tx, c)
		if err != nil {
			return err
		}
		if made, err = p.judge(c, s.now()); made != nil || err != nil {
			return err
		}
		return s.storeCheckIn(ctx, tx, c, p)
	})
	return made, err
}

// claim reserves the pictures.
func (s *Service) claim(ctx context.Context, c *checkIn) error {
	if len(c.media) == 0 {
		return nil
	}
	res, err := s.media.Claim(ctx, &mediav1.ClaimRequest{
		OwnerId: c.user.String(), MediaIds: id.Strings(c.media), Subject: checkInSubject(c.campaign, c.user, c.key),
	})
	c.claimed = res.GetMedia()
	return err
}

// checkInSubject names what shows the pictures before the check-in is stored.
func checkInSubject(campaign, user uuid.UUID, key string) string {
	return "check_in:" + campaign.String() + ":" + user.String() + ":" + key
}

// storeCheckIn stores the row, the fact and what announces them.
func (s *Service) storeCheckIn(ctx context.Context, u postgres.Unit, c *checkIn, p place) error {
	if c.media == nil {
		c.media = []uuid.UUID{} // nil would be sent as NULL
	}
	err := s.q.InsertCheckIn(ctx, u, campaigndb.InsertCheckInParams{
		ID: c.id, CampaignID: c.campaign, UserID: c.user, Day: p.day, Number: p.Numbered + 1, Moment: c.at(),
		Text: c.text, MediaIds: c.media, IdempotencyKey: c.key, RequestHash: c.hash,
	})
	if err != nil {
		return err
	}
	if len(c.media) > 0 {
		held := &eventv1.MediaHeld{MediaIds: id.Strings(c.media), Subject: checkInSubject(c.campaign, c.user, c.key)}
		if err := s.events.Announce(ctx, u, &eventv1.Event{Body: &eventv1.Event_MediaHeld{MediaHeld: held}}); err != nil {
			return err
		}
	}
	return s.announceCheckIn(ctx, u, c)
}

func (s *Service) announceCheckIn(ctx context.Context, u postgres.Unit, c *checkIn) error {
	return s.events.Announce(ctx, u, &eventv1.Event{Body: &eventv1.Event_CheckedIn{CheckedIn: &eventv1.CheckedIn{CheckInId: c.id.String()}}})
}

// checkInAsMade reads one as it is stored, past all replicas.
func (s *Service) checkInAsMade(ctx context.Context, made uuid.UUID) (*campaignv1.CheckIn, error) {
	row, err := s.q.GetCheckIn(ctx, s.db.Writer(ctx), made)
	if err != nil {
		return nil, err
	}
	c := checkIn{id: row.ID, campaign: row.CampaignID, user: row.UserID, text: row.Text}
	media, err := s.pictures(ctx, row.MediaIds)
	if err != nil {
		return nil, err
	}
	return c.message(inOrder(row.MediaIds, media)), nil
}

// message has of the user only his id.
func (c *checkIn) message(media []*mediav1.Media) *campaignv1.CheckIn {
	return &campaignv1.CheckIn{
		Id:         c.id.String(),
		CampaignId: c.campaign.String(),
		User:       &userv1.User{Id: c.user.String()},
		Text:       c.text,
		Media:      media,
		CreatedAt:  timestamppb.New(c.at()),
	}
}
