package campaign_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/gen/go/throng/campaign/v1/campaignv1connect"
	"github.com/throng-social/throng/internal/identity"
	"github.com/throng-social/throng/internal/postgres/pgtest"
)

// BenchmarkWatchers tells what streams cost: memory of each, and how long a change
// takes to reach the last of them. Without sockets it is what the service needs;
// with them both ends of each are in it, the client's too.
func BenchmarkWatchers(b *testing.B) {
	for _, sockets := range []bool{false, true} {
		for _, n := range []int{1000, 5000} {
			b.Run(fmt.Sprintf("streams=%d/sockets=%v", n, sockets), func(b *testing.B) { benchmarkWatchers(b, n, sockets) })
		}
	}
}

func benchmarkWatchers(b *testing.B, n int, sockets bool) {
	b.Helper()
	d := pgtest.New(b)
	a := startArena(b, d)
	l := newLedger(b, d, a.bus, boardOfTeams)
	subjects, scores := l.teams(100), map[uuid.UUID]int64{}
	for i, subject := range subjects {
		scores[subject] = int64(i) + 1
	}
	l.count(scores)
	raw, err := proto.Marshal(&campaignv1.WatchLeaderboardRequest{CampaignId: l.id.String()})
	noError(b, err)
	o := opener{b: b, body: append(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(raw))), raw...)}
	_, o.handler = campaignv1connect.NewCampaignServiceHandler(a.service)
	if sockets {
		o.listen()
	}
	before := inUse()
	for range n {
		o.streams.Go(o.open)
	}
	eventually(b, "all have their snapshot", func() bool { return o.got.Load() >= int64(n) })
	each := float64(inUse()-before) / 1024 / float64(n)
	score := int64(1000)
	for b.Loop() {
		score++
		want := o.got.Load() + int64(n)
		l.count(map[uuid.UUID]int64{subjects[0]: score})
		eventually(b, "all have the change", func() bool { return o.got.Load() >= want })
	}
	b.ReportMetric(each, "KB/watcher")
	a.service.EndStreams()
	o.streams.Wait()
}

func inUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// opener opens streams of different accounts and counts what comes over them.
type opener struct {
	b       *testing.B
	handler http.Handler
	body    []byte
	client  *http.Client
	url     string
	got     atomic.Int64
	streams sync.WaitGroup
}

// listen serves HTTP/2 without TLS, to a client that reads nothing into a message.
func (o *opener) listen() {
	protocols := &http.Protocols{}
	protocols.SetUnencryptedHTTP2(true)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.handler.ServeHTTP(w, r.WithContext(asSomebody(r.Context())))
	}))
	server.Config.Protocols = protocols
	server.Start()
	transport := &http.Transport{Protocols: protocols}
	o.client, o.url = &http.Client{Transport: transport}, server.URL
	o.b.Cleanup(func() { transport.CloseIdleConnections(); server.Close() })
}

func asSomebody(ctx context.Context) context.Context {
	return identity.With(ctx, identity.Caller{UserID: uuid.New()})
}

func (o *opener) open() {
	r, err := http.NewRequestWithContext(asSomebody(context.WithoutCancel(o.b.Context())), http.MethodPost, o.url+campaignv1connect.CampaignServiceWatchLeaderboardProcedure, bytes.NewReader(o.body))
	if err != nil {
		o.b.Error(err)
		return
	}
	r.Header.Set("Content-Type", "application/connect+proto")
	if o.client == nil {
		o.handler.ServeHTTP(&drain{header: http.Header{}, flushed: &o.got}, r)
		return
	}
	res, err := o.client.Do(r)
	if err != nil {
		o.b.Error(err)
		return
	}
	defer func() { _ = res.Body.Close() }()
	var head [5]byte
	for {
		if _, err := io.ReadFull(res.Body, head[:]); err != nil {
			return
		}
		if _, err := io.CopyN(io.Discard, res.Body, int64(binary.BigEndian.Uint32(head[1:]))); err != nil {
			return
		}
		o.got.Add(1)
	}
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
