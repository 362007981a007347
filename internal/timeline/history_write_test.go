package timeline_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/google/uuid"

	graphv1 "github.com/throng-social/throng/gen/go/throng/graph/v1"
	postv1 "github.com/throng-social/throng/gen/go/throng/post/v1"
	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/fault"
)

// post is held within its transaction, so that others get a greater id and are
// there before it.
func (h *history) post(r *rand.Rand) error {
	author := h.couple(r).whom
	h.written++
	w := &written{number: h.written, author: author, asked: h.model.tick(), deleteAsked: never, deleted: never, delivered: never}
	o := h.operation(fmt.Sprint(author, " posts ", w.number), r, func(ctx context.Context, o *operation) error {
		ctx, err := h.as(ctx, author)
		if err != nil {
			return err
		}
		res, err := o.process.posts.CreatePost(ctx, &postv1.CreatePostRequest{Text: "hello", IdempotencyKey: strconv.Itoa(w.number)})
		if err != nil {
			return err
		}
		w.id, w.stored = uuid.MustParse(res.GetPost().GetId()), h.model.tick()
		h.model.posts = append(h.model.posts, w)
		return nil
	})
	o.storing = true
	return h.goOn(o, h.holds(r))
}

func (h *history) deletePost(r *rand.Rand) error {
	if len(h.model.posts) == 0 {
		return nil
	}
	w := h.model.posts[r.IntN(len(h.model.posts))]
	if w.deleteAsked != never {
		return nil
	}
	w.deleteAsked = h.model.tick()
	o := h.operation(fmt.Sprint(w.author, " deletes post ", w.number), r, func(ctx context.Context, o *operation) error {
		ctx, err := h.as(ctx, w.author)
		if err == nil {
			_, err = o.process.posts.DeletePost(ctx, &postv1.DeletePostRequest{PostId: w.id.String()})
			w.deleted = h.model.tick()
		}
		return err
	})
	return h.goOn(o, h.holds(r))
}

// between does something to a pair of people, unless something is under way
// between them: which of two is the last is for the graph to say.
func (h *history) between(r *rand.Rand, what string, fn func(ctx context.Context, o *operation, p pair, whom string) error) error {
	p := h.couple(r)
	if h.touched[p] || h.touched[p.back()] {
		return h.deliver(r)
	}
	h.touched[p] = true
	o := h.operation(fmt.Sprint(p.who, what, p.whom), r, func(ctx context.Context, o *operation) error {
		defer delete(h.touched, p)
		ctx, err := h.as(ctx, p.who)
		if err != nil {
			return err
		}
		return fn(ctx, o, p, h.people[p.whom].String())
	})
	return h.goOn(o, h.holds(r))
}

func (h *history) follow(r *rand.Rand) error {
	return h.between(r, " follows ", func(ctx context.Context, o *operation, p pair, whom string) error {
		blocked := h.model.blocks[p] || h.model.blocks[p.back()]
		s, begins := h.model.follow(p)
		_, err := o.process.graph.Follow(ctx, &graphv1.FollowRequest{UserId: whom})
		switch {
		case blocked && fault.Is(err, fault.Precondition):
			s.endAsked, s.ended = s.asked, s.asked
			return h.unblock(ctx, o, p)
		case err == nil && begins:
			s.stood = h.model.tick()
		}
		return err
	})
}

func (h *history) unfollow(r *rand.Rand) error {
	return h.between(r, " unfollows ", func(ctx context.Context, o *operation, p pair, whom string) error {
		ended := h.ending(p)
		_, err := o.process.graph.Unfollow(ctx, &graphv1.UnfollowRequest{UserId: whom})
		ended()
		return err
	})
}

func (h *history) block(r *rand.Rand) error {
	return h.between(r, " blocks ", func(ctx context.Context, o *operation, p pair, whom string) error {
		there, back := h.ending(p), h.ending(p.back())
		_, err := o.process.graph.Block(ctx, &graphv1.BlockRequest{UserId: whom})
		h.model.blocks[p] = true
		there()
		back()
		return err
	})
}

// unblock lets two people follow one another again.
func (h *history) unblock(ctx context.Context, o *operation, p pair) error {
	for _, p := range []pair{p, p.back()} {
		ctx, err := h.as(ctx, p.who)
		if err != nil {
			return err
		}
		if _, err := o.process.graph.Unblock(ctx, &graphv1.UnblockRequest{UserId: h.people[p.whom].String()}); err != nil {
			return err
		}
		delete(h.model.blocks, p)
	}
	return nil
}

// ending begins the end of a follow, and answers what completes it.
func (h *history) ending(p pair) (ended func()) {
	s := h.model.present(p)
	if s == nil {
		return func() {}
	}
	s.endAsked = h.model.tick()
	return func() { s.ended = h.model.tick() }
}

// change switches the strategy of the deployment.
func (h *history) change(r *rand.Rand) error {
	p := &timelinev1.Policy{Strategy: timelinev1.Strategy(1 + []int{0, 0, 1, 2, 3}[r.IntN(5)]), Threshold: int32(1 + r.IntN(2))}
	o := h.operation(fmt.Sprint("switch to ", p), r, func(ctx context.Context, o *operation) error {
		_, err := o.process.timeline.SetPolicy(ctx, &timelinev1.SetPolicyRequest{Policy: p})
		return h.pardon(o, err)
	})
	return h.goOn(o, h.holds(r))
}
