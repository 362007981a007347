package campaign

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/campaigndb"
	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	mediav1 "github.com/throng-social/throng/gen/go/throng/media/v1"
	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/cache"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/page"
)

const (
	// feedsKept bounds the first pages in memory, to about 50 MB.
	feedsKept = 1_000
	// feedLifetime is how old a first page may be for somebody who has seen nothing
	// newer. It is not invalidated: in a rush that would be all the time.
	feedLifetime = 800 * time.Millisecond
)

// feedKey names a first page.
type feedKey struct {
	campaign uuid.UUID
	size     int32
}

func newFeeds() *cache.Cache[feedKey, *campaignv1.ListCheckInsResponse] {
	return cache.New[feedKey, *campaignv1.ListCheckInsResponse](cache.Config{Size: feedsKept, Lifetime: feedLifetime})
}

// ListCheckIns implements CampaignService. The first page is what everybody looks at:
// it is kept for a moment, and read once for all who ask meanwhile.
func (s *Service) ListCheckIns(ctx context.Context, req *campaignv1.ListCheckInsRequest) (*campaignv1.ListCheckInsResponse, error) {
	campaign, err := id.Parse("campaign_id", req.GetCampaignId())
	if err != nil {
		return nil, err
	}
	after, err := s.pages.Open(feedList(campaign), req.GetPageToken(), page.Cursor{ID: id.Max})
	if err != nil {
		return nil, err
	}
	if _, err := s.zoneOf(ctx, campaign); err != nil {
		return nil, err
	}
	size := page.Size(req.GetPageSize())
	if after.ID != id.Max {
		return s.feedPage(ctx, campaign, after.ID, size)
	}
	first, _, err := s.feeds.Get(ctx, feedKey{campaign, size}, s.firstPages)
	return first, err
}

func feedList(campaign uuid.UUID) string { return "check_ins/" + campaign.String() }

func (s *Service) firstPages(ctx context.Context, keys []feedKey) (map[feedKey]*campaignv1.ListCheckInsResponse, error) {
	pages := make(map[feedKey]*campaignv1.ListCheckInsResponse, len(keys))
	for _, k := range keys {
		first, err := s.feedPage(ctx, k.campaign, id.Max, k.size)
		if err != nil {
			return nil, err
		}
		pages[k] = first
	}
	return pages, nil
}

func (s *Service) feedPage(ctx context.Context, campaign, before uuid.UUID, size int32) (*campaignv1.ListCheckInsResponse, error) {
	rows, err := s.q.ListCheckIns(ctx, s.db.Reader(ctx), campaigndb.ListCheckInsParams{CampaignID: campaign, BeforeID: before, PageLimit: size + 1})
	if err != nil {
		return nil, err
	}
	res := &campaignv1.ListCheckInsResponse{}
	if len(rows) > int(size) {
		rows = rows[:size]
		res.NextPageToken = s.pages.Seal(feedList(campaign), page.Cursor{ID: rows[size-1].ID})
	}
	res.CheckIns, err = s.showCheckIns(ctx, campaign, rows)
	return res, err
}

// showCheckIns adds people and pictures. Of people who are gone the id is left.
func (s *Service) showCheckIns(ctx context.Context, campaign uuid.UUID, rows []campaigndb.ListCheckInsRow) ([]*campaignv1.CheckIn, error) {
	var users, media []uuid.UUID
	for i := range rows {
		users, media = append(users, rows[i].UserID), append(media, rows[i].MediaIds...)
	}
	people, err := s.people(ctx, users)
	if err != nil {
		return nil, err
	}
	pictures, err := s.pictures(ctx, media)
	if err != nil {
		return nil, err
	}
	shown := make([]*campaignv1.CheckIn, len(rows))
	for i, row := range rows {
		c := checkIn{id: row.ID, campaign: campaign, user: row.UserID, text: row.Text}
		shown[i] = c.message(inOrder(row.MediaIds, pictures))
		if u := people[row.UserID]; u != nil {
			shown[i].User = u
		}
	}
	return shown, nil
}

// people answers those accounts that there are, at most a page of them.
func (s *Service) people(ctx context.Context, users []uuid.UUID) (map[uuid.UUID]*userv1.User, error) {
	people, req := make(map[uuid.UUID]*userv1.User, len(users)), &userv1.HydrateUsersRequest{}
	for _, u := range users {
		if _, asked := people[u]; !asked {
			people[u] = nil
			req.UserIds = append(req.UserIds, u.String())
		}
	}
	if len(users) == 0 {
		return people, nil
	}
	res, err := s.users.HydrateUsers(ctx, req)
	for _, u := range res.GetUsers() {
		userID, err := id.Parse("id", u.GetId())
		if err != nil {
			return nil, err
		}
		people[userID] = u
	}
	return people, err
}

// pictures describes those that there are, at most a page's.
func (s *Service) pictures(ctx context.Context, ids []uuid.UUID) (map[string]*mediav1.Media, error) {
	found := make(map[string]*mediav1.Media, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	res, err := s.media.Resolve(ctx, &mediav1.ResolveRequest{MediaIds: id.Strings(ids)})
	for _, m := range res.GetMedia() {
		found[m.GetId()] = m
	}
	return found, err
}

// inOrder leaves pictures out that are not there any more.
func inOrder(ids []uuid.UUID, found map[string]*mediav1.Media) (media []*mediav1.Media) {
	for _, mediaID := range ids {
		if m := found[mediaID.String()]; m != nil {
			media = append(media, m)
		}
	}
	return media
}
