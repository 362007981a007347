package campaign

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/throng-social/throng/gen/db/campaigndb"
	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	"github.com/throng-social/throng/internal/cache"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/postgres"
)

var errNoCampaign = fault.New(fault.NotFound, "campaign_not_found", "this campaign does not exist")

// known is a campaign with what is shown beside it, but for what depends on the
// time. All readers share it: nobody may change one.
type known struct {
	campaigndb.Campaign

	participants, teams int64
	// cover is nil where there is none.
	cover *mediav1.Media
}

// look answers a campaign as everybody sees it, from the cache.
func (s *Service) look(ctx context.Context, campaignID uuid.UUID) (*known, error) {
	k, exists, err := s.known.Get(ctx, campaignID, s.load)
	if err == nil && !exists {
		err = errNoCampaign
	}
	return k, err
}

func (s *Service) load(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*known, error) {
	return s.read(ctx, s.db.Reader(ctx), ids)
}

// asItIs reads a campaign past all caches and replicas.
func (s *Service) asItIs(ctx context.Context, campaignID uuid.UUID) (*campaignv1.Campaign, error) {
	found, err := s.read(ctx, s.db.Primary(ctx), []uuid.UUID{campaignID})
	switch k := found[campaignID]; {
	case err != nil:
		return nil, err
	case k == nil:
		return nil, errNoCampaign
	default:
		return k.message(s.now()), nil
	}
}

func (s *Service) read(ctx context.Context, pool postgres.Pool, ids []uuid.UUID) (map[uuid.UUID]*known, error) {
	rows, err := s.q.LoadCampaigns(ctx, pool, ids)
	if err != nil {
		return nil, err
	}
	covers, err := s.covers(ctx, rows)
	if err != nil {
		return nil, err
	}
	found := make(map[uuid.UUID]*known, len(rows))
	for _, row := range rows {
		k := &known{Campaign: row.Campaign, participants: row.Participants, teams: row.Teams}
		if row.Campaign.CoverMediaID != nil {
			k.cover = covers[*row.Campaign.CoverMediaID]
		}
		found[row.Campaign.ID] = k
	}
	return found, nil
}

// maxResolve is how many pictures one call to the media noun may name.
const maxResolve = 500

func (s *Service) covers(ctx context.Context, rows []campaigndb.LoadCampaignsRow) (map[uuid.UUID]*mediav1.Media, error) {
	var asked []uuid.UUID
	for _, row := range rows {
		if row.Campaign.CoverMediaID != nil {
			asked = append(asked, *row.Campaign.CoverMediaID)
		}
	}
	found := make(map[uuid.UUID]*mediav1.Media, len(asked))
	for chunk := range slices.Chunk(asked, maxResolve) {
		res, err := s.media.Resolve(ctx, &mediav1.ResolveRequest{MediaIds: id.Strings(chunk)})
		if err != nil {
			return nil, err
		}
		for _, m := range res.GetMedia() {
			u, err := id.Parse("id", m.GetId())
			if err != nil {
				return nil, err
			}
			found[u] = m
		}
	}
	return found, nil
}

// message is the campaign at a moment.
func (k *known) message(now time.Time) *campaignv1.Campaign {
	return &campaignv1.Campaign{
		Id:               k.ID.String(),
		OrganizerId:      k.OrganizerID.String(),
		Title:            k.Title,
		Text:             k.Text,
		Cover:            k.cover,
		LocationId:       k.LocationID,
		TimeZone:         k.TimeZone,
		Tag:              k.Tag,
		StartsAt:         timestamppb.New(k.StartsAt),
		EndsAt:           timestamppb.New(k.EndsAt),
		FreezesAt:        stamp(k.FreezesAt),
		FrozenSince:      stamp(frozenSince(&k.Campaign, now)),
		Rules:            rulesOf(&k.Campaign),
		ParticipantCount: k.participants,
		TeamCount:        k.teams,
		State:            stateOf(&k.Campaign, now),
	}
}

// stateOf is where a campaign stands at a moment.
func stateOf(c *campaigndb.Campaign, now time.Time) campaignv1.State {
	switch {
	case now.Before(c.StartsAt):
		return campaignv1.State_STATE_UPCOMING
	case now.Before(c.EndsAt):
		return campaignv1.State_STATE_RUNNING
	default:
		return campaignv1.State_STATE_ENDED
	}
}

// organizes tells whether somebody may do what a campaign's organizer may.
func organizes(caller identity.Caller, c *campaigndb.Campaign) bool {
	return caller.Holds(accessv1.Role_ROLE_ADMIN) || (caller.UserID == c.OrganizerID && caller.Holds(accessv1.Role_ROLE_ORGANIZER))
}

// ofCampaign says that a campaign is not there.
func ofCampaign(err error) error {
	if fault.Is(err, fault.NotFound) {
		return errNoCampaign.Because(err)
	}
	return err
}

// stamp is a moment as messages carry it; absent where there is none.
func stamp(t *time.Time) *timestamppb.Timestamp {
	if t == nil {
		return nil
	}
	return timestamppb.New(*t)
}

// stored is a campaign as the second level of the cache keeps it.
type stored struct {
	Row                 campaigndb.Campaign
	Participants, Teams int64
	// Cover is protobuf; empty where there is none.
	Cover []byte
}

// sharedCampaigns says how processes speak of campaigns in their caches.
func sharedCampaigns() cache.Shared[uuid.UUID, *known] {
	s := cache.ByID[*known]("campaign")
	s.Encode, s.Decode = encode, decode
	return s
}

func encode(k *known) ([]byte, error) {
	v := stored{Row: k.Campaign, Participants: k.participants, Teams: k.teams}
	if k.cover != nil {
		var err error
		if v.Cover, err = proto.Marshal(k.cover); err != nil {
			return nil, err
		}
	}
	return json.Marshal(v)
}

func decode(raw []byte) (*known, error) {
	var v stored
	if err := json.Unmarshal(raw, &v); err != nil {
		return nil, err
	}
	k := &known{Campaign: v.Row, participants: v.Participants, teams: v.Teams}
	if len(v.Cover) == 0 {
		return k, nil
	}
	k.cover = &mediav1.Media{}
	return k, proto.Unmarshal(v.Cover, k.cover)
}
