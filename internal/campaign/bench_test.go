package campaign_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/throng-social/throng/internal/pace"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

// manyAtOnce is how many people check in at once, for each processor.
const manyAtOnce = 8

// BenchmarkCheckIn measures the noun, not the way to it.
func BenchmarkCheckIn(b *testing.B) {
	w := openRush(b, rpctest.InProcess)
	run := w.campaign(terms{cap: 1_000_000_000})
	b.SetParallelism(manyAtOnce)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		who := w.joined(run)
		for pb.Next() {
			if _, err := w.try(who, hello(run)); err != nil {
				b.Error(err)
			}
		}
	})
}

// BenchmarkBareCheckIn stores as much of a row and an event as can be done without
// asking whether it may be.
func BenchmarkBareCheckIn(b *testing.B) {
	servers := pgtest.New(b)
	w := openRushWith(b, rpctest.InProcess, servers, pace.Rate{}, nil)
	run := w.campaign(terms{})
	config, err := pgxpool.ParseConfig(servers.Writer)
	must(b, err)
	config.MaxConns = 16
	pool, err := pgxpool.NewWithConfig(b.Context(), config)
	must(b, err)
	defer pool.Close()
	b.SetParallelism(manyAtOnce)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		who, ctx := uuid.New(), b.Context()
		for n := 0; pb.Next(); n++ {
			err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
				_, err := tx.Exec(ctx, `INSERT INTO campaign_check_ins (id, campaign_id, user_id, day, number, text, idempotency_key, request_hash)
					VALUES (uuid_v7(), $1, $2, current_date, $3, 'at the top', $4, '')`, run, who, n, uuid.NewString())
				if err == nil {
					_, err = tx.Exec(ctx, `INSERT INTO river_job (kind, queue, max_attempts, args) VALUES ('campaign.checked_in', 'checkins', 20, $1)`, []byte(`{"payload": "aGVsbG8="}`))
				}
				return err
			})
			if err != nil {
				b.Error(err)
			}
		}
	})
}
