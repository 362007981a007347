package campaign_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	accessv1 "github.com/throng-social/throng/gen/go/throng/access/v1"
	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/gen/go/throng/campaign/v1/campaignv1connect"
	"github.com/throng-social/throng/internal/postgres/pgtest"
)

// BenchmarkWatchers tells what streams cost without what carries them: memory of
// each, and how long a change takes to reach the last of them.
func BenchmarkWatchers(b *testing.B) {
	for _, n := range []int{1000, 5000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) { benchmarkWatchers(b, n) })
	}
}

func benchmarkWatchers(b *testing.B, n int) {
	d := pgtest.New(b)
	a := startArena(b, d)
	l := newLedger(b, d, a.bus, boardOfTeams)
	subjects, scores := l.teams(100), map[uuid.UUID]int64{}
	for i, subject := range subjects {
		scores[subject] = int64(i) + 1
	}
	l.count(scores)
	_, handler := campaignv1connect.NewCampaignServiceHandler(a.service)
	raw, err := proto.Marshal(&campaignv1.WatchLeaderboardRequest{CampaignId: l.id.String()})
	noError(b, err)
	body := append(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(raw))), raw...) //nolint:gosec // a short message
	before := inUse()
	var got atomic.Int64
	var streams sync.WaitGroup
	for range n {
		streams.Go(func() {
			ctx := viewer(b, newID(b), accessv1.Role_ROLE_MEMBER)
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, campaignv1connect.CampaignServiceWatchLeaderboardProcedure, bytes.NewReader(body))
			if err != nil {
				b.Error(err)
				return
			}
			r.Header.Set("Content-Type", "application/connect+proto")
			handler.ServeHTTP(&drain{header: http.Header{}, flushed: &got}, r)
		})
	}
	eventually(b, "all have their snapshot", func() bool { return got.Load() >= int64(n) })
	<-time.After(time.Second)
	each := float64(inUse()-before) / 1024 / float64(n)
	score := int64(1000)
	for b.Loop() {
		score++
		want := got.Load() + int64(n)
		l.count(map[uuid.UUID]int64{subjects[0]: score})
		eventually(b, "all have the change", func() bool { return got.Load() >= want })
	}
	b.ReportMetric(each, "KB/watcher")
	a.service.EndStreams()
	streams.Wait()
}

func inUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse) //nolint:gosec // far from the bound
}

// drain takes what a stream is sent, and counts messages.
type drain struct {
	header  http.Header
	flushed *atomic.Int64
}

func (d *drain) Header() http.Header       { return d.header }
func (*drain) Write(p []byte) (int, error) { return len(p), nil }
func (*drain) WriteHeader(int)             {}
func (d *drain) Flush()                    { d.flushed.Add(1) }
