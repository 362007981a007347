package timeline

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/timelinedb"
	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/id"
	"github.com/throng-social/throng/internal/postgres"
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
	after := edge{author: place[0], reader: place[1]}
	for began := time.Now(); time.Since(began) < sweepTurn; {
		last, done, err := s.sweepPage(ctx, f, after)
		if err != nil {
			return err
		}
		if done {
			return s.q.SettlePolicy(ctx, s.DB.Writer(ctx), task.GetVersion())
		}
		after = last
	}
	next := &timelinev1.SweepEdges{Version: task.GetVersion(), AfterAuthorId: after.author.String(), AfterReaderId: after.reader.String()}
	return s.DB.InTx(ctx, func(tx postgres.Tx) error {
		return s.Queue.Enqueue(ctx, tx, queue.Task{Topic: topicSweep, Queue: queue.Moves, Message: next})
	})
}

// sweepPage moves the next edges, after their authors.
func (s *Service) sweepPage(ctx context.Context, f force, after edge) (last edge, done bool, err error) {
	rows, err := s.q.ListEdgesByAuthor(ctx, s.DB.Writer(ctx), timelinedb.ListEdgesByAuthorParams{AfterAuthorID: after.author, AfterReaderID: after.reader, PageLimit: sweptAtOnce})
	if err != nil || len(rows) == 0 {
		return after, true, err
	}
	pulled, err := s.sweepAuthors(ctx, f, rows)
	if err != nil {
		return after, false, err
	}
	var push, pull []edge
	for _, r := range rows {
		e := edge{author: r.AuthorID, reader: r.ReaderID, since: r.Since}
		switch {
		case f.PushesNew() && !pulled[r.AuthorID]:
			push = append(push, e)
		case !f.PushesNew() && !f.Reviews() && r.Mode != modePull:
			pull = append(pull, e)
		}
	}
	if err := s.demote(ctx, pull); err != nil {
		return after, false, err
	}
	end := rows[len(rows)-1]
	return edge{author: end.AuthorID, reader: end.ReaderID}, len(rows) < sweptAtOnce, s.promoteAll(ctx, push, depth{copies: f.Copies(s.Config.Keep)})
}

// sweepAuthors flips the authors of these edges who ought to be read in another
// way, and answers who is pulled as a whole.
func (s *Service) sweepAuthors(ctx context.Context, f force, rows []timelinedb.ListEdgesByAuthorRow) (map[uuid.UUID]bool, error) {
	pulled := map[uuid.UUID]bool{}
	for _, r := range rows {
		if _, known := pulled[r.AuthorID]; known {
			continue
		}
		wanted, err := s.sweepAuthor(ctx, f, r.AuthorID, r.AuthorPulled)
		if err != nil {
			return nil, err
		}
		pulled[r.AuthorID] = wanted
	}
	return pulled, nil
}

func (s *Service) sweepAuthor(ctx context.Context, f force, author uuid.UUID, pulled bool) (bool, error) {
	facts := policy.Author{Pulled: pulled}
	if f.Strategy == timelinev1.Strategy_STRATEGY_HYBRID {
		followers, err := s.q.CountAudience(ctx, s.DB.Writer(ctx), timelinedb.CountAudienceParams{AuthorID: author, AtMost: int32(f.Threshold)}) //nolint:gosec // at most 100,000,000
		if err != nil {
			return false, err
		}
		facts.Followers = int(followers)
	}
	wanted := f.PullAuthor(facts, f.costs)
	if wanted == pulled {
		return pulled, nil
	}
	return wanted, s.flip(ctx, author, wanted)
}

// demote moves edges to pull.
func (s *Service) demote(ctx context.Context, edges []edge) error {
	if len(edges) == 0 {
		return nil
	}
	authors, readers := columns(edges)
	return s.DB.InTx(ctx, func(tx postgres.Tx) error {
		generation, err := s.q.NextGeneration(ctx, tx)
		if err != nil {
			return err
		}
		n, err := s.q.DemoteEdges(ctx, tx, timelinedb.DemoteEdgesParams{AuthorIds: authors, ReaderIds: readers, Generation: generation, Moment: s.Now()})
		s.counts.moves.Add(n)
		return err
	})
}
