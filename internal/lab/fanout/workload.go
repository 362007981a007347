package fanout

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"connectrpc.com/connect"
	"github.com/google/uuid"

	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	"github.com/throng-social/throng/gen/go/throng/post/v1/postv1connect"
	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/gen/go/throng/timeline/v1/timelinev1connect"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/lab/load"
)

// pageSize is how many posts a look asks for.
const pageSize = 20

// workload is what people do. The generated clients are used as they are: those
// of the SDK would repeat what failed, and hide it.
type workload struct {
	*stage

	strategy timelinev1.Strategy
	phase    uint64
	timeline timelinev1connect.TimelineServiceClient
	posts    postv1connect.PostServiceClient
	people   map[uuid.UUID]int
	memories []memory
}

// memory is what a person's program has seen: the newest position, and the newest
// post of his own.
type memory struct {
	mu       sync.Mutex
	position consistency.Position
	own      uuid.UUID
}

func newWorkload(s *stage, v Variant, base string) *workload {
	client := load.NewClient(2 * s.Concurrency)
	w := &workload{
		stage: s, strategy: v.named(), people: make(map[uuid.UUID]int, s.world.Size()), memories: make([]memory, s.world.Size()),
		timeline: timelinev1connect.NewTimelineServiceClient(client, base),
		posts:    postv1connect.NewPostServiceClient(client, base),
	}
	for person := range s.world.Size() {
		w.people[s.world.ID(person)] = person
	}
	return w
}

// call prepares a call of a person, with what he has seen; seen takes in what he
// sees.
func (w *workload) call(ctx context.Context, person int) (c context.Context, own uuid.UUID, seen func(uuid.UUID)) {
	m := &w.memories[person]
	m.mu.Lock()
	defer m.mu.Unlock()
	ctx, info := connect.NewClientContext(ctx)
	info.RequestHeader().Set("Authorization", "Bearer "+w.tokens.of[person])
	if m.position != (consistency.Position{}) {
		info.RequestHeader().Set(consistency.Header, m.position.Token())
	}
	return ctx, m.own, func(post uuid.UUID) {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.position = m.position.Max(consistency.Parse(info.ResponseHeader().Get(consistency.Header)))
		if slices.Compare(post[:], m.own[:]) > 0 {
			m.own = post
		}
	}
}

// look reads somebody's timeline.
func (w *workload) look(ctx context.Context, r load.Request) error {
	person := w.reader(w.phase, r.N)
	ctx, own, seen := w.call(ctx, person)
	res, err := w.timeline.GetHomeTimeline(ctx, &timelinev1.GetHomeTimelineRequest{PageSize: pageSize})
	if err != nil {
		return err
	}
	seen(uuid.Nil)
	return w.checkPage(person, own, res)
}

// checkPage says what is wrong with a page: it is to be complete, newest first,
// of nobody but those whom the reader follows and himself, and to have his newest
// post unless there are newer ones in its place.
func (w *workload) checkPage(person int, own uuid.UUID, res *timelinev1.GetHomeTimelineResponse) error {
	items := res.GetItems()
	switch f := res.GetFreshness(); {
	case !f.GetComplete() || f.GetItemsDegraded() > 0:
		return load.Wrong("the page is not complete: %v", f)
	case f.GetStrategy() != w.strategy:
		return load.Wrong("the page was made by %v, not %v", f.GetStrategy(), w.strategy)
	}
	if len(items) > pageSize || res.GetNextPageToken() != "" && len(items) == 0 {
		return load.Wrong("the page has %d items", len(items))
	}
	last, found := uuid.Max, own == uuid.Nil
	for _, item := range items {
		post, err := uuid.Parse(item.GetPost().GetId())
		if err != nil || slices.Compare(post[:], last[:]) >= 0 {
			return load.Wrong("post %s comes after %s", item.GetPost().GetId(), last)
		}
		if err := w.checkItem(person, item); err != nil {
			return err
		}
		last, found = post, found || post == own
	}
	if covered := res.GetNextPageToken() == "" || slices.Compare(last[:], own[:]) <= 0; covered && !found {
		return load.Wrong("the reader's own post %s is missing", own)
	}
	return nil
}

func (w *workload) checkItem(person int, item *timelinev1.TimelineItem) error {
	id := item.GetPost().GetAuthorId()
	parsed, err := uuid.Parse(id)
	author, known := w.people[parsed]
	if err != nil || !known || item.GetAuthor().GetId() != id {
		return load.Wrong("the author %q of a post is nobody", id)
	}
	if author != person {
		if _, follows := slices.BinarySearch(w.world.Following(person), int32(author)); !follows { //nolint:gosec // people are at most 500,001
			return load.Wrong("a post of %s is there, whom the reader does not follow", id)
		}
	}
	if item.GetPost().GetText() == "" {
		return load.Wrong("a post has no text")
	}
	return nil
}

// write posts something as somebody.
func (w *workload) write(ctx context.Context, r load.Request) error {
	person := w.writer(w.phase, r.N)
	ctx, _, seen := w.call(ctx, person)
	text := fmt.Sprintf("Number %d of today. The route along the river is open again, all seven kilometres of it.", r.N)
	res, err := w.posts.CreatePost(ctx, &postv1.CreatePostRequest{Text: text, IdempotencyKey: fmt.Sprintf("lab-fanout-%d-%d", w.phase, r.N)})
	if err != nil {
		return err
	}
	post, err := uuid.Parse(res.GetPost().GetId())
	if err != nil || res.GetPost().GetText() != text || res.GetPost().GetAuthorId() != w.world.ID(person).String() {
		return load.Wrong("the post that was made is another: %v", res.GetPost())
	}
	seen(post)
	return nil
}
