package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/campaign/board"
	"github.com/throng-social/throng/internal/campaign/board/memory"
	"github.com/throng-social/throng/internal/campaign/board/redisboard"
	"github.com/throng-social/throng/internal/redis"
)

// portTime bounds a call to Redis that is measured: one that takes longer than in life
// is to be seen in the figures, not to end them.
const portTime = 2 * time.Second

// atPort measures what the port answers of anybody on the board, one call after the
// other: a rank, and the part around somebody with his rank.
func (b *largeBoard) atPort(ctx context.Context, o options, r *report, where place) error {
	boards, limit, done, err := b.openPort(ctx, where)
	if err != nil {
		return err
	}
	defer done()
	key := b.key()
	if err := boards.Load(ctx, key, positions, slices.Clone(b.entries)); err != nil {
		return err
	}
	for _, n := range []int{0, aroundShown} {
		read := func(who uuid.UUID) error {
			q := board.Query{N: n, Find: []uuid.UUID{who}, Ranked: true}
			if n > 0 {
				q.Around = q.Find
			}
			a, err := boards.Read(ctx, key, q)
			if err == nil && (len(a.Entries) != n || len(a.Found) != 1 || a.Found[0].SubjectID != who) {
				err = fmt.Errorf("of %s is answered %v", who, a)
			}
			return err
		}
		if err := b.portRow(o, r, where, n, read, limit); err != nil {
			return err
		}
	}
	return nil
}

func (b *largeBoard) key() board.Key { return board.Key{Campaign: b.campaign, Scope: board.Members} }

func (b *largeBoard) portRow(o options, r *report, where place, n int, read func(uuid.UUID) error, limit *bareRanks) error {
	ours, err := b.timed(o.length, read)
	if err != nil {
		return err
	}
	l := row{name: "rank at the store, " + where.name + ", p99", unit: "µs", ours: micro(ours.p99), goal: "≤ 2,000 µs"}
	if n > 0 {
		l.name = fmt.Sprintf("%d around somebody at the store, %s, p99", n, where.name)
	}
	if limit != nil {
		bare, err := b.timed(o.length, func(who uuid.UUID) error {
			if n == 0 {
				return limit.rank(context.Background(), who)
			}
			_, err := limit.read(context.Background(), who, n, true)
			return err
		})
		if err != nil {
			return err
		}
		l.limit = micro(bare.p99)
	}
	r.add(l)
	return nil
}

func micro(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }

// timed asks for anybody on the board, over and over.
func (b *largeBoard) timed(length time.Duration, read func(uuid.UUID) error) (latency, error) {
	var took []time.Duration
	for began := time.Now(); time.Since(began) < length; {
		who, asked := b.entries[rand.IntN(len(b.entries))].SubjectID, time.Now()
		if err := read(who); err != nil {
			return latency{}, err
		}
		took = append(took, time.Since(asked))
	}
	return latencyOf(took), nil
}

// openPort makes an adapter, and in Redis what it is compared with.
func (b *largeBoard) openPort(ctx context.Context, where place) (board.Board, *bareRanks, func(), error) {
	if where.settings.Boards != onRedis {
		return memory.New(2 * len(b.entries)), nil, func() {}, nil
	}
	client, err := openRedis(ctx, where)
	if err != nil {
		return nil, nil, nil, err
	}
	ranks, err := newBareRanks(ctx, where.settings.RedisURL, b.entries)
	if err != nil {
		_ = client.Close()
		return nil, nil, nil, err
	}
	return redisboard.New(client, "bench:port:"), ranks, func() {
		ranks.close()
		_ = client.Close()
	}, nil
}

// openRedis answers a client that calls Redis already.
func openRedis(ctx context.Context, where place) (*redis.Client, error) {
	client, err := redis.Open(redis.Config{URL: where.settings.RedisURL, Timeout: portTime}, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := await(ctx, tellAfter, func() (bool, error) { return client.State().Here, nil }); err != nil {
		_ = client.Close()
		return nil, err
	}
	return client, nil
}

// inRedis asks whether a deployment has made the board there, and not in its own memory,
// as it does while Redis is away or could not hold it.
func (b *largeBoard) inRedis(client *redis.Client) func(context.Context) (bool, error) {
	boards := redisboard.New(client, "throng:board:")
	return func(ctx context.Context) (bool, error) {
		at, err := boards.Position(ctx, b.key())
		if errors.Is(err, board.ErrAbsent) || errors.Is(err, board.ErrAway) {
			return false, nil
		}
		return at == positions, err
	}
}

// redisIsHere waits until a deployment calls Redis: before, it would make the board in its
// own memory.
func redisIsHere(ctx context.Context, s *side) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return await(ctx, tellAfter, func() (bool, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.addr+"/ops/metrics", http.NoBody)
		if err != nil {
			return false, err
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return false, err
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		return bytes.Contains(text, []byte("\nthrong_redis_here 1\n")), err
	})
}
