package bench

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	goredis "github.com/redis/go-redis/v9"

	"github.com/throng-social/throng/internal/campaign/board"
	"github.com/throng-social/throng/internal/redis"
)

// bareRanks is a board as one sorted set of Redis, by the driver alone: subjects as
// members, scores as scores, which are whole and small enough for that, and no two of
// which are the same.
type bareRanks struct{ client *goredis.Client }

const (
	bareKey = "bench:board"
	// barePart is how many members one command adds.
	barePart = 5000
)

func newBareRanks(ctx context.Context, url string, entries []board.Entry) (*bareRanks, error) {
	o, err := redis.Options(url)
	if err != nil {
		return nil, err
	}
	r := &bareRanks{goredis.NewClient(o)}
	if err := r.fill(ctx, entries); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

func (r *bareRanks) close() { _ = r.client.Close() }

// fill makes the set where it is not there.
func (r *bareRanks) fill(ctx context.Context, entries []board.Entry) error {
	if n, err := r.client.ZCard(ctx, bareKey).Result(); err != nil || n == int64(len(entries)) {
		return err
	}
	for part := range slices.Chunk(entries, barePart) {
		members := make([]goredis.Z, len(part))
		for i, e := range part {
			members[i] = goredis.Z{Score: float64(e.Score), Member: string(e.SubjectID[:])}
		}
		if err := r.client.ZAdd(ctx, bareKey, members...).Err(); err != nil {
			return err
		}
	}
	return nil
}

// barePlaces is a part of the board, and the caller's own place.
type barePlaces struct {
	first, size int64
	members     []bareMember
	rank, score int64
}

type bareMember struct {
	subject uuid.UUID
	score   int64
}

// read takes one way there and back for the top, and two for the part around the
// caller.
func (r *bareRanks) read(ctx context.Context, who uuid.UUID, n int, around bool) (p barePlaces, err error) {
	member := string(who[:])
	var top *goredis.ZSliceCmd
	pipe := r.client.Pipeline()
	rank, score, size := pipe.ZRevRank(ctx, bareKey, member), pipe.ZScore(ctx, bareKey, member), pipe.ZCard(ctx, bareKey)
	if !around {
		top = pipe.ZRevRangeWithScores(ctx, bareKey, 0, int64(n)-1)
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return p, err
	}
	p = barePlaces{first: 1, size: size.Val(), rank: rank.Val() + 1, score: int64(score.Val())}
	if around {
		p.first = board.First(p.rank, int64(n), p.size)
		top = r.client.ZRevRangeWithScores(ctx, bareKey, p.first-1, p.first+int64(n)-2)
	}
	list, err := top.Result()
	if err != nil {
		return p, err
	}
	p.members = make([]bareMember, len(list))
	for i, z := range list {
		m, _ := z.Member.(string)
		if p.members[i].subject, err = uuid.FromBytes([]byte(m)); err != nil {
			return p, fmt.Errorf("the member %q: %w", m, err)
		}
		p.members[i].score = int64(z.Score)
	}
	return p, nil
}

// rank asks for a place alone.
func (r *bareRanks) rank(ctx context.Context, who uuid.UUID) error {
	return r.client.ZRevRank(ctx, bareKey, string(who[:])).Err()
}
