package campaign

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/campaigndb"
	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/internal/cache"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/pubsub"
)

const (
	// topicCounted carries "<campaign id> <position>" once a position was counted.
	topicCounted = "campaign"
	// lookLife is how long a board may be shown after a position was counted to
	// those who heard nothing of it.
	lookLife = 100 * time.Millisecond
	// shownLife is how long names may be shown as they were.
	shownLife = time.Second
	// momentLife is how long the position of a moment is remembered: what was being
	// counted at the moment itself may be committed a little later.
	momentLife = time.Second

	looksKept   = 10_000
	momentsKept = 10_000
	// pagesKept bounds the pages in memory, to about 50 MB.
	pagesKept       = 2_000
	teamsKept       = 50_000
	membershipsKept = 50_000
)

// boards is what readers of boards stand on.
type boards struct {
	db     *postgres.DB
	q      *campaigndb.Queries
	keeper *keeper

	looks   *cache.Cache[uuid.UUID, *look]
	moments *cache.Cache[boardMoment, boardPlace]
	// pages are shared by all who read the same part of the same position.
	pages       *cache.Cache[pageKey, *part]
	teams       *cache.Cache[uuid.UUID, *campaignv1.Team]
	memberships *cache.Cache[participant, []uuid.UUID]
}

// look is what the database said of a campaign and its boards. Of the campaign it
// has what decides who sees which.
type look struct {
	boardPlace

	campaign campaigndb.Campaign
}

// boardPlace is a position of a campaign.
type boardPlace struct {
	position int64
	// countedAt is when it was reached; nil before the first.
	countedAt *time.Time
	// committed is a place in the log by which the position was committed.
	committed consistency.Position
}

type boardMoment struct {
	campaign uuid.UUID
	// micros since 1970.
	micros int64
}

type participant struct{ campaign, user uuid.UUID }

func newBoards(d Deps) *boards {
	q := campaigndb.New()
	b := &boards{
		db: d.DB, q: q, keeper: newKeeper(d.DB, q, d.Boards),
		looks:       cache.New[uuid.UUID, *look](cache.Config{Size: looksKept, Lifetime: lookLife}),
		moments:     cache.New[boardMoment, boardPlace](cache.Config{Size: momentsKept, Lifetime: momentLife}),
		pages:       cache.New[pageKey, *part](cache.Config{Size: pagesKept, Lifetime: shownLife}),
		teams:       cache.New[uuid.UUID, *campaignv1.Team](cache.Config{Size: teamsKept, Lifetime: shownLife}),
		memberships: cache.New[participant, []uuid.UUID](cache.Config{Size: membershipsKept, Lifetime: shownLife}),
	}
	if d.Bus != nil {
		d.Bus.Subscribe(topicCounted, pubsub.Subscriber{Heard: b.heard, Missed: func(pubsub.Moment) { b.looks.Clear() }})
	}
	return b
}

// heard makes the next reader look.
func (b *boards) heard(at consistency.Position, message string) {
	name, _, _ := strings.Cut(message, " ")
	if campaign, err := uuid.Parse(name); err == nil {
		b.looks.Outdate(at, campaign)
	}
}

// look answers where the boards of a campaign are, as the context's session demands,
// and for those who demand nothing as of a moment ago.
func (b *boards) look(ctx context.Context, campaign uuid.UUID) (*look, error) {
	found, exists, err := b.looks.Get(ctx, campaign, func(ctx context.Context, _ []uuid.UUID) (map[uuid.UUID]*look, error) {
		row, err := b.q.FindBoardView(ctx, b.db.Reader(ctx), campaign)
		if fault.Is(err, fault.NotFound) {
			// That there is none is a last word, so it is the primary's: a replica may not
			// have a new one yet.
			row, err = b.q.FindBoardView(ctx, b.db.Primary(ctx), campaign)
		}
		if fault.Is(err, fault.NotFound) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		committed, err := consistency.From(ctx).Ceiling(ctx)
		return map[uuid.UUID]*look{campaign: {
			campaign:   campaigndb.Campaign{ID: campaign, OrganizerID: row.OrganizerID, EndsAt: row.EndsAt, FreezesAt: row.FreezesAt, FrozenAt: row.FrozenAt, UnfrozenAt: row.UnfrozenAt},
			boardPlace: boardPlace{position: row.Position, countedAt: row.CountedAt, committed: committed},
		}}, err
	})
	if err == nil && !exists {
		err = errNoCampaign
	}
	return found, err
}

// momentOf is the position that was reached by a moment. It asks the primary: what a
// replica does not show yet may have been counted before.
func (b *boards) momentOf(ctx context.Context, campaign uuid.UUID, t time.Time) (boardPlace, error) {
	key := boardMoment{campaign, t.UnixMicro()}
	found, _, err := b.moments.Get(ctx, key, func(ctx context.Context, _ []boardMoment) (map[boardMoment]boardPlace, error) {
		row, err := b.q.FindBoardMoment(ctx, b.db.Primary(ctx), campaigndb.FindBoardMomentParams{CampaignID: campaign, Moment: time.UnixMicro(key.micros)})
		if fault.Is(err, fault.NotFound) {
			return map[boardMoment]boardPlace{key: {}}, nil
		}
		if err != nil {
			return nil, err
		}
		committed, err := consistency.From(ctx).Ceiling(ctx)
		return map[boardMoment]boardPlace{key: {position: row.Position, countedAt: &row.CountedAt, committed: committed}}, err
	})
	return found, err
}

// atPrimary demands of what is read all that was committed by now: for who met a
// board that is further than the replica he looked at.
func (b *boards) atPrimary(ctx context.Context) (context.Context, error) {
	p, err := b.db.Place(ctx)
	return consistency.Demanding(ctx, p), err
}

// teamsOf are the teams that somebody is in.
func (b *boards) teamsOf(ctx context.Context, campaign, user uuid.UUID) ([]uuid.UUID, error) {
	key := participant{campaign, user}
	found, _, err := b.memberships.Get(ctx, key, func(ctx context.Context, _ []participant) (map[participant][]uuid.UUID, error) {
		ids, err := b.q.ListBoardMemberships(ctx, b.db.Reader(ctx), campaigndb.ListBoardMembershipsParams{CampaignID: campaign, UserID: user})
		return map[participant][]uuid.UUID{key: ids}, err
	})
	return found, err
}
