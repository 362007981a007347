package main_test

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/campaign/campaigntest"
	"github.com/throng-social/throng/internal/postgres"
	"github.com/throng-social/throng/internal/redis/redistest"
)

// checkIns is how many check-ins a rush has, unless THRONG_CHECK_INS says another
// number.
func checkIns(t *testing.T, otherwise int) int {
	t.Helper()
	text, ok := os.LookupEnv("THRONG_CHECK_INS")
	if !ok {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("THRONG_CHECK_INS is %q", text)
	}
	return n
}

// onPostgres is a deployment that has everything in Postgres but its boards, which
// are in Redis. A process that serves nothing looks after it.
func onPostgres(t *testing.T) (d *onAWS, redis string) {
	t.Helper()
	redis = startRedis(t)
	d = &onAWS{deployment: deploy(t, "THRONG_REDIS_URL="+redis, "THRONG_BOARDS=redis")}
	s := app.Settings{Database: app.Database{URL: d.db.Writer}, Secret: strings.Repeat("00", 32), Services: app.Nouns, MediaDir: t.TempDir()}
	s.Shape, s.Timeline.Keep, s.Timeline.FanoutPage = app.ShapeOne, 1, 1
	var err error
	if d.app, err = app.New(t.Context(), s, app.Role{}, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.app.Close)
	return d, redis
}

// Server and worker are killed five times while 64 clients check in, and Redis is
// emptied as often. Whoever was answered keeps what he was told, and once.
func TestACampaignWhoseServersAndWorkersAreKilledCountsEveryCheckInOnce(t *testing.T) {
	for _, shape := range []struct {
		name     string
		deploy   func(*testing.T) (*onAWS, string)
		checkIns int
	}{
		{"on Postgres", onPostgres, checkIns(t, 2000)},
		{"on AWS", onEmulators, min(2000, checkIns(t, 1000))},
	} {
		t.Run(shape.name, func(t *testing.T) {
			d, url := shape.deploy(t)
			d.up(t)
			crowd := campaigntest.Gather(t, d.crowded(t), campaigntest.Sized(shape.checkIns, campaigntest.ByPoints(), 1))
			redis, random := redistest.Connect(t, url), rand.New(rand.NewPCG(7, 8))
			const kills = 5
			crowd.Rush(func(ctx context.Context) {
				for i := range kills {
					crowd.Reach(ctx, shape.checkIns*(i+1)/(kills+1))
					<-time.After(time.Duration(random.IntN(200)) * time.Millisecond)
					d.crash(t)
					redistest.Flush(t, redis)
					d.up(t)
				}
			})
			crowd.Settled(d.app.OpenJobs)
			inMemory := d.another(t, "THRONG_BOARDS=memory")
			crowd.Verify("http://"+d.addr, inMemory)
			crowd.VerifyPosts("http://" + d.addr)
			if out := d.mustRun(t, "recount", "campaign"); !strings.Contains(out, "campaign: 0 differences") {
				t.Error(out)
			}
		})
	}
}

// crowded is how a crowd finds the deployment.
func (d *onAWS) crowded(t *testing.T) campaigntest.Deployment {
	t.Helper()
	pool, err := postgres.Open(t.Context(), d.db.Config(4), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return campaigntest.Deployment{Servers: []string{"http://" + d.addr}, DB: pool, Token: func(ctx context.Context, handle string) (string, error) {
		return d.app.Token(ctx, handle, 24*time.Hour)
	}}
}

// another starts one more server, with other settings, and answers its address.
func (d *onAWS) another(t *testing.T, more ...string) string {
	t.Helper()
	addr := freeAddr(t)
	one := deployment{db: d.db, addr: addr, environment: append(append([]string{}, d.environment...), append(more, "THRONG_ADDR="+addr)...)}
	one.serve(t)
	return "http://" + addr
}
