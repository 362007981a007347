package app_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/app"
	"github.com/throng-social/throng/internal/postgres/pgtest"
	"github.com/throng-social/throng/internal/redis/redistest"
)

// onRedis gives Redis every part that it can have.
func onRedis(url string) func(*app.Settings) {
	return func(s *app.Settings) {
		s.RedisURL, s.PubSub, s.Limits, s.Cache, s.Boards = url, "redis", "redis", "redis", "redis"
	}
}

func (d deployment) awaitMetric(t *testing.T, line string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !strings.Contains(metrics(t, d.base), "\n"+line+"\n"); {
		if time.Now().After(deadline) {
			t.Fatal("the metrics never say", line)
		}
		<-time.After(10 * time.Millisecond)
	}
}

// Without Redis everything is slower, and nothing is down.
func TestADeploymentWhoseRedisGoesGoesOnAndUsesItWhenItIsBack(t *testing.T) {
	t.Parallel()
	server, db := redistest.New(t), pgtest.New(t)
	d := deploy(t, db, seams[0], onRedis(server.URL()), func(s *app.Settings) { s.RateLimits = true })
	ann, bob := d.signUp(t), d.signUp(t)
	ann.follow(t, bob)
	d.awaitMetric(t, "throng_live_connected 1")
	if err := server.Kill(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.awaitMetric(t, "throng_live_connected 0")
	res, err := http.Get(d.base + "/ops/readyz")
	if err != nil || res.StatusCode != http.StatusNoContent {
		t.Fatal("without Redis readiness answers", res, err)
	}
	res.Body.Close()
	post := bob.post(t, "without Redis")
	if !bob.sees(t, post) || !ann.sees(t, post) {
		t.Error("a post that was made without Redis is not there")
	}
	d.settled(t) // no job waits for Redis
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.awaitMetric(t, "throng_live_connected 1")
	d.awaitMetric(t, "throng_redis_here 1")
	if post = bob.post(t, "with Redis again"); !ann.sees(t, post) {
		t.Error("a post that was made afterwards is not there")
	}
}

// Somebody who has not seen the change learns of it long before what his process
// remembers has lived its minute.
func TestAChangeInOneProcessIsSoonSeenInAnother(t *testing.T) {
	t.Parallel()
	db, redis := pgtest.New(t), onRedis(redistest.New(t).URL())
	here, there := deploy(t, db, seams[0], redis), deploy(t, db, seams[0], redis)
	there.awaitMetric(t, "throng_live_connected 1")
	here.awaitMetric(t, "throng_live_connected 1")
	ann := here.signUp(t)
	stranger := there.forgetful(ann)
	name := func() string {
		res, err := stranger.users.GetUser(t.Context(), &userv1.GetUserRequest{Key: &userv1.GetUserRequest_Id{Id: ann.id}})
		if err != nil {
			t.Fatal(err)
		}
		return res.GetUser().GetDisplayName()
	}
	name()
	began, changed := time.Now(), "Ann the Second"
	if _, err := ann.users.UpdateProfile(t.Context(), &userv1.UpdateProfileRequest{DisplayName: &changed}); err != nil {
		t.Fatal(err)
	}
	for name() != changed {
		if time.Since(began) > 30*time.Second {
			t.Fatal("she still has her old name there")
		}
		<-time.After(5 * time.Millisecond)
	}
	t.Logf("seen after %v", time.Since(began))
}

func TestTheDoctorSaysWhetherRedisAnswersWhereAPartIsSetToIt(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*app.Settings){
		"✓ redis\n":                func(*app.Settings) {},
		"✓ redis\n ":               onRedis(redistest.URL(t)),
		"✗ redis: Redis is away: ": onRedis("redis://127.0.0.1:1"),
	} {
		s := unreached(t)
		change(&s)
		var out bytes.Buffer
		if err := app.Doctor(t.Context(), s, &out); err == nil || !strings.Contains(out.String(), strings.TrimSpace(want)) {
			t.Errorf("%q is missing in: %s", want, out.String())
		}
	}
}
