package user

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	userv1 "github.com/throng-social/throng/gen/go/throng/user/v1"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func handles(from, to int) []string {
	var hs []string
	for i := from; i < to; i++ {
		hs = append(hs, fmt.Sprintf("epi_%d", i))
	}
	return hs
}

func TestResolveHandlesAnswersInTheOrderAskedFor(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		ada, ben := p.register(t, "ada").GetUser().GetId(), p.register(t, "ben").GetUser().GetId()
		res, err := p.ResolveHandles(t.Context(), &userv1.ResolveHandlesRequest{Handles: []string{"ben", "nobody", "ada", "ben"}})
		must(t, err)
		if want := []string{ben, "", ada, ben}; !slices.Equal(res.GetUserIds(), want) {
			t.Errorf("got %v, want %v", res.GetUserIds(), want)
		}
		equal(t, "created", res.GetCreated(), 0)
		equal(t, "accounts", p.count(t, "SELECT count(*) FROM users"), 2)
	})
}

func TestResolveHandlesMakesWhatIsMissingOnce(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		ada := p.register(t, "ada").GetUser().GetId()
		req := &userv1.ResolveHandlesRequest{Handles: []string{"zoe", "ada", "epi_1", "zoe"}, CreateMissing: true}
		first, err := p.ResolveHandles(t.Context(), req)
		must(t, err)
		equal(t, "created", first.GetCreated(), 2)
		equal(t, "id of the old", first.GetUserIds()[1], ada)
		equal(t, "id of the repeated", first.GetUserIds()[3], first.GetUserIds()[0])
		again, err := p.ResolveHandles(t.Context(), req)
		must(t, err)
		equal(t, "created again", again.GetCreated(), 0)
		if !slices.Equal(first.GetUserIds(), again.GetUserIds()) {
			t.Errorf("got %v, then %v", first.GetUserIds(), again.GetUserIds())
		}
		u, err := p.GetUser(t.Context(), &userv1.GetUserRequest{Key: &userv1.GetUserRequest_Handle{Handle: "zoe"}})
		must(t, err)
		equal(t, "name", u.GetUser().GetDisplayName(), "zoe")
		equal(t, "role", u.GetUser().GetRole(), member)
	})
}

func TestResolveHandlesAtTheSameTimeAgree(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		p := setup(t, seam)
		const calls, size = 8, 500
		answers := make([]map[string]string, calls)
		created := make([]int64, calls)
		var wg sync.WaitGroup
		for i := range calls {
			wg.Go(func() {
				hs := handles(i*size/4, i*size/4+size) // each overlaps the next ones
				if i%2 == 1 {
					slices.Reverse(hs)
				}
				res, err := p.ResolveHandles(t.Context(), &userv1.ResolveHandlesRequest{Handles: hs, CreateMissing: true})
				if err != nil {
					t.Error(err)
					return
				}
				created[i], answers[i] = res.GetCreated(), map[string]string{}
				for j, h := range hs {
					answers[i][h] = res.GetUserIds()[j]
				}
			})
		}
		wg.Wait()
		all := map[string]string{}
		var sum int64
		for i, answer := range answers {
			sum += created[i]
			for h, id := range answer {
				if known, ok := all[h]; ok && known != id || id == "" {
					t.Fatalf("%s is %q and %q", h, known, id)
				}
				all[h] = id
			}
		}
		equal(t, "created", int(sum), len(all))
		equal(t, "accounts", p.count(t, "SELECT count(*) FROM users"), len(all))
	})
}

// The benchmarks measure the noun, not the way to it.

func BenchmarkImport(b *testing.B) {
	for _, batch := range []int{1000, 10_000} {
		b.Run(fmt.Sprint(batch), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				p := setup(b, rpctest.InProcess)
				b.StartTimer()
				for from := 0; from < 75_877; from += batch {
					hs := handles(from, min(from+batch, 75_877))
					_, err := p.service.ResolveHandles(b.Context(), &userv1.ResolveHandlesRequest{Handles: hs, CreateMissing: true})
					must(b, err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/75_877, "µs/account")
		})
	}
}

func BenchmarkResolveKnownHandles(b *testing.B) {
	p := setup(b, rpctest.InProcess)
	for from := 0; from < 75_877; from += 10_000 {
		_, err := p.service.ResolveHandles(b.Context(), &userv1.ResolveHandlesRequest{Handles: handles(from, min(from+10_000, 75_877)), CreateMissing: true})
		must(b, err)
	}
	hs := handles(20_000, 22_000)
	for b.Loop() {
		_, err := p.service.ResolveHandles(b.Context(), &userv1.ResolveHandlesRequest{Handles: hs, CreateMissing: true})
		must(b, err)
	}
}

func BenchmarkHydrate(b *testing.B) {
	p := setup(b, rpctest.InProcess)
	res, err := p.service.ResolveHandles(b.Context(), &userv1.ResolveHandlesRequest{Handles: handles(0, 50), CreateMissing: true})
	must(b, err)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := p.service.HydrateUsers(b.Context(), &userv1.HydrateUsersRequest{UserIds: res.GetUserIds()}); err != nil {
				b.Error(err)
			}
		}
	})
}
