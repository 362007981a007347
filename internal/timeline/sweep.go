package timeline

import (
	"context"
	"time"

	"github.com/google/uuid"

	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/timeline/policy"
)

const (
	sweptAtOnce = 6000
	sweepTurn   = 2 * time.Second
)

// sweep moves edges and authors to where the policy of a switch wants them, for
// one turn; what is left is a message of its own. Reads are right before, during
// and after. It ends when a later switch has been made, which has its own sweep.
func (s *Service) sweep(ctx context.Context, task *timelinev1.SweepEdges) error {
	place, err := id.ParseAll("sweep", []string{task.GetAfterAuthorId(), task.GetAfterReaderId()})
	if err != nil {
		return err
	}
	f, err := s.loadForce(ctx)
	if err != nil || f.version != task.GetVersion() {
		return err
	}
	after := Edge{Author: place[0], Reader: place[1]}
	for began := time.Now(); time.Since(began) < sweepTurn; {
		last, done, err := s.sweepPage(ctx, f, after)
		if err != nil {
			return err
		}
		if done {
			return s.Store.SettlePolicy(ctx, task.GetVersion())
		}
		after = last
	}
	next := &timelinev1.SweepEdges{Version: task.GetVersion(), AfterAuthorId: after.Author.String(), AfterReaderId: after.Reader.String()}
	return s.Store.Enqueue(ctx, queue.Task{Topic: topicSweep, Queue: queue.Moves, Message: next})
}

// sweepPage moves the next edges, after their authors.
func (s *Service) sweepPage(ctx context.Context, f force, after Edge) (last Edge, done bool, err error) {
	edges, err := s.Store.ListEdgesByAuthor(ctx, after, sweptAtOnce)
	if err != nil || len(edges) == 0 {
		return after, true, err
	}
	pulled, err := s.sweepAuthors(ctx, f, edges)
	if err != nil {
		return after, false, err
	}
	var push, pull []Edge
	for _, e := range edges {
		switch {
		case f.PushesNew() && !pulled[e.Author]:
			push = append(push, e.Edge)
		case !f.PushesNew() && !f.Reviews() && e.Mode != ModePull:
			pull = append(pull, e.Edge)
		}
	}
	if err := s.demote(ctx, pull); err != nil {
		return after, false, err
	}
	return edges[len(edges)-1].Edge, len(edges) < sweptAtOnce, s.promoteAll(ctx, push, depth{copies: f.Copies(s.Config.Keep)})
}

// sweepAuthors flips the authors of these edges who ought to be read in another
// way, and answers who is pulled as a whole.
func (s *Service) sweepAuthors(ctx context.Context, f force, edges []SurveyedEdge) (map[uuid.UUID]bool, error) {
	pulled := map[uuid.UUID]bool{}
	for _, e := range edges {
		if _, known := pulled[e.Author]; known {
			continue
		}
		wanted, err := s.sweepAuthor(ctx, f, e.Author, e.AuthorPulled)
		if err != nil {
			return nil, err
		}
		pulled[e.Author] = wanted
	}
	return pulled, nil
}

func (s *Service) sweepAuthor(ctx context.Context, f force, author uuid.UUID, pulled bool) (bool, error) {
	facts := policy.Author{Pulled: pulled}
	if f.Strategy == timelinev1.Strategy_STRATEGY_HYBRID {
		followers, err := s.Store.CountAudience(ctx, author, f.Threshold)
		if err != nil {
			return false, err
		}
		facts.Followers = followers
	}
	wanted := f.PullAuthor(facts, f.costs)
	if wanted == pulled {
		return pulled, nil
	}
	return wanted, s.flip(ctx, author, wanted)
}

// demote moves edges to pull.
func (s *Service) demote(ctx context.Context, edges []Edge) error {
	if len(edges) == 0 {
		return nil
	}
	n, err := s.Store.DemoteEdges(ctx, edges, s.Now())
	s.counts.moves.Add(int64(n))
	return err
}
