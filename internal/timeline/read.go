package timeline

import (
	"context"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/durationpb"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/page"
)

// maxStretches bounds how often a page goes on because what it found was deleted
// or unfollowed. A page cut short by it still has its token.
const maxStretches = 8

var errOperator = fault.New(fault.Denied, "not_operator", "only operators read the timelines of others or choose a strategy")

// GetHomeTimeline implements throng.timeline.v1.
func (s *Service) GetHomeTimeline(ctx context.Context, req *timelinev1.GetHomeTimelineRequest) (*timelinev1.GetHomeTimelineResponse, error) {
	caller, err := identity.Account(ctx)
	if err != nil {
		return nil, err
	}
	r, err := s.requestOf(ctx, caller, req)
	if err != nil {
		return nil, err
	}
	list := "home/" + r.viewer.String()
	from, err := s.Pages.Open(list, req.GetPageToken(), page.Cursor{ID: id.Max})
	if err != nil {
		return nil, err
	}
	p, err := s.page(ctx, r, from.ID, int(page.Size(req.GetPageSize())))
	if err != nil {
		return nil, err
	}
	res := &timelinev1.GetHomeTimelineResponse{Items: p.items, Freshness: p.freshness()}
	if p.next != uuid.Nil {
		res.NextPageToken = s.Pages.Seal(list, page.Cursor{ID: p.next})
	}
	return res, nil
}

func (s *Service) requestOf(ctx context.Context, caller identity.Caller, req *timelinev1.GetHomeTimelineRequest) (request, error) {
	r := request{viewer: caller.UserID, strategy: s.inForce(ctx).Strategy}
	chosen := req.GetStrategy() != timelinev1.Strategy_STRATEGY_UNSPECIFIED
	if (chosen || req.GetViewerId() != "") && !caller.Holds(accessv1.Role_ROLE_ADMIN) {
		return r, errOperator
	}
	if chosen {
		r.strategy = req.GetStrategy()
	}
	if req.GetViewerId() == "" {
		return r, nil
	}
	var err error
	r.viewer, err = id.Parse("viewer_id", req.GetViewerId())
	return r, err
}

// homePage is a page with all that is needed to answer it.
type homePage struct {
	items    []*timelinev1.TimelineItem
	next     uuid.UUID
	skeleton skeleton
	strategy timelinev1.Strategy
	age      time.Duration
	degraded int
}

func (p homePage) freshness() *timelinev1.Freshness {
	return &timelinev1.Freshness{
		Strategy:      p.strategy,
		AuthorsPushed: int32(p.skeleton.pushed), //nolint:gosec // at most 10,000
		AuthorsPulled: int32(p.skeleton.pulled), //nolint:gosec // at most 10,000
		Complete:      p.degraded == 0,
		ItemsDegraded: int32(p.degraded), //nolint:gosec // at most some hundreds
		Age:           durationpb.New(p.age),
	}
}

// page reads on until it has size items or there are no more.
func (s *Service) page(ctx context.Context, r request, before uuid.UUID, size int) (homePage, error) {
	p := homePage{strategy: r.strategy, next: before, items: make([]*timelinev1.TimelineItem, 0, size)}
	for range maxStretches {
		stretch, age, err := s.stretch(ctx, r, p.next, size)
		if err != nil {
			return p, err
		}
		p.skeleton, p.age = stretch, max(p.age, age)
		items, degraded, err := s.hydrate(ctx, r.viewer, stretch.entries)
		if err != nil {
			return p, err
		}
		p.degraded += degraded
		p.next = stretch.next
		if room := size - len(p.items); len(items) >= room {
			p.fill(items, room)
			break
		}
		p.items = append(p.items, items...)
		if p.next == uuid.Nil {
			break
		}
	}
	s.wakeIfCold(ctx, r, p.skeleton)
	return p, nil
}

// Newest are the newest posts of a reader's timeline, newest first, read as his
// pages are but past the cache of heads; for the auditor.
func (s *Service) Newest(ctx context.Context, reader uuid.UUID, limit int) ([]uuid.UUID, error) {
	r, before := request{viewer: reader, strategy: s.inForce(ctx).Strategy}, id.Max
	var posts []uuid.UUID
	for range maxStretches {
		sk, err := s.skeleton(ctx, r, before, limit)
		if err != nil {
			return nil, err
		}
		items, _, err := s.hydrate(ctx, reader, sk.entries)
		if err != nil {
			return nil, err
		}
		for _, item := range items[:min(len(items), limit-len(posts))] {
			posts = append(posts, uuid.MustParse(item.GetPost().GetId()))
		}
		if before = sk.next; before == uuid.Nil || len(posts) == limit {
			break
		}
	}
	return posts, nil
}

// fill takes what there is room for; the next page begins after the last taken,
// unless nothing at all is below it.
func (p *homePage) fill(items []*timelinev1.TimelineItem, room int) {
	p.items = append(p.items, items[:room]...)
	if len(items) == room && p.next == uuid.Nil {
		return
	}
	p.next = uuid.MustParse(items[room-1].GetPost().GetId())
}

// headKey is a reader's first stretch of a length.
type headKey struct {
	viewer   uuid.UUID
	limit    int
	pullsAll bool
}

type head struct {
	skeleton skeleton
	readAt   time.Time
}

// stretch reads a skeleton, the newest one through the cache of heads, unless
// somebody followed has posted since.
func (s *Service) stretch(ctx context.Context, r request, before uuid.UUID, size int) (skeleton, time.Duration, error) {
	if before != id.Max {
		sk, err := s.skeleton(ctx, r, before, size)
		return sk, 0, err
	}
	key := headKey{r.viewer, size, r.pullsAll()}
	h, _, err := s.heads.Get(ctx, key, s.loadHeads)
	if err != nil {
		return skeleton{}, 0, err
	}
	following, err := s.following(ctx, r.viewer)
	if err == nil && s.live.fresher(following, h.readAt) {
		h, _, err = s.heads.Get(consistency.Demanding(ctx, s.live.position()), key, s.loadHeads)
	}
	return h.skeleton, time.Since(h.readAt), err
}

func (s *Service) loadHeads(ctx context.Context, keys []headKey) (map[headKey]head, error) {
	found := make(map[headKey]head, len(keys))
	for _, k := range keys {
		r := request{viewer: k.viewer}
		if k.pullsAll {
			r.strategy = timelinev1.Strategy_STRATEGY_PULL
		}
		now := time.Now()
		sk, err := s.skeleton(ctx, r, id.Max, k.limit)
		if err != nil {
			return nil, err
		}
		s.viewed(ctx, k.viewer, sk)
		found[k] = head{skeleton: sk, readAt: now}
	}
	return found, nil
}
