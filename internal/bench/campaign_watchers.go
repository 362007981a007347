package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	campaignv1 "github.com/throng-social/throng/gen/go/throng/campaign/v1"
	"github.com/throng-social/throng/gen/go/throng/campaign/v1/campaignv1connect"
)

// attendance is everybody who sees a board: those who watch it by streams, each on a
// connection of his own, and the one who asks for it.
type attendance struct {
	watchers []*watcher
	// asked is what the one was shown, who is not signed in.
	asked []sighting
	// last is the position that he was shown last.
	last    atomic.Int64
	end     context.CancelFunc
	present sync.WaitGroup
	leaving sync.Once

	mu  sync.Mutex
	err error
}

// watcher is one stream. Its own goroutine alone uses what it has seen until all have
// left.
type watcher struct {
	conn    net.Conn
	body    io.ReadCloser
	message bytes.Buffer
	seen    []sighting
	last    atomic.Int64
}

const (
	// openedAtOnce bounds the streams that are being opened at the same time, each until
	// it shows the board: a thousand at once would be refused, as more than there is time for.
	openedAtOnce = 32
	// smallBuffer is enough for a line of a head.
	smallBuffer = 4 << 10
	// endOfStream marks the last envelope of a stream.
	endOfStream = 2
)

// assemble opens a stream for each, and waits until all have been shown the board.
func (l *live) assemble(ctx context.Context, people []*reader) (*attendance, error) {
	ctx, end := context.WithCancel(ctx)
	a := &attendance{watchers: make([]*watcher, len(people)), end: end}
	g := errgroup.Group{}
	g.SetLimit(openedAtOnce)
	for i, r := range people {
		g.Go(func() (err error) {
			a.watchers[i], err = l.watch(r)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		a.leave()
		return nil, err
	}
	for _, w := range a.watchers {
		a.present.Go(func() { a.fail(ctx, w.run()) })
	}
	a.present.Go(func() { a.fail(ctx, l.look(ctx, a)) })
	if err := a.arrive(ctx, 1); err != nil {
		a.leave()
		return nil, err
	}
	return a, nil
}

// watch opens a stream of the best teams, until it is shown them.
func (l *live) watch(r *reader) (*watcher, error) {
	message, err := proto.Marshal(&campaignv1.WatchLeaderboardRequest{CampaignId: l.campaign.String(), Scope: campaignv1.Scope_SCOPE_TEAMS, Top: int32(l.world.size.Contest.Teams)}) //nolint:gosec // few
	if err != nil {
		return nil, err
	}
	envelope := append(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(message))), message...) //nolint:gosec // short
	c, err := dialWith(l.side.addr, smallBuffer)
	if err != nil {
		return nil, err
	}
	q := question{codec{"stream", "application/connect+proto"}, campaignv1connect.CampaignServiceWatchLeaderboardProcedure, string(envelope)}
	w := &watcher{conn: c.conn}
	if _, err = c.conn.Write(r.request(nil, q)); err == nil {
		w.body, err = answerOf(c.in)
	}
	if err == nil {
		err = w.next()
	}
	return w, err
}

func answerOf(in *bufio.Reader) (io.ReadCloser, error) {
	res, err := http.ReadResponse(in, nil)
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		return nil, errors.Join(statusError(res.StatusCode), res.Body.Close())
	}
	return res.Body, nil
}

// run reads the stream to its end.
func (w *watcher) run() error {
	defer w.body.Close()
	for {
		if err := w.next(); err != nil {
			return err
		}
	}
}

// next reads what is shown next.
func (w *watcher) next() error {
	var head [5]byte
	if _, err := io.ReadFull(w.body, head[:]); err != nil {
		return err
	}
	w.message.Reset()
	if _, err := io.CopyN(&w.message, w.body, int64(binary.BigEndian.Uint32(head[1:]))); err != nil {
		return err
	}
	if head[0]&endOfStream != 0 {
		return fmt.Errorf("the stream has ended: %s", &w.message)
	}
	shown := &campaignv1.WatchLeaderboardResponse{}
	if err := proto.Unmarshal(w.message.Bytes(), shown); err != nil {
		return err
	}
	w.seen = append(w.seen, sighting{shown.GetPosition(), time.Now()})
	w.last.Store(shown.GetPosition())
	return nil
}

// look asks for the board until all have left. Whoever is refused is shown nothing, and
// asks again.
func (l *live) look(ctx context.Context, a *attendance) error {
	c, err := dial(l.side.addr)
	if err != nil {
		return err
	}
	defer c.conn.Close()
	request := boardPage(l.campaign, campaignv1.Scope_SCOPE_TEAMS)
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	var body bytes.Buffer
	for {
		body.Reset()
		shown := &campaignv1.GetLeaderboardResponse{}
		err := c.exchange(request, &reader{}, &body)
		if err == nil {
			err = protojson.Unmarshal(body.Bytes(), shown)
		}
		if _, refused := errors.AsType[statusError](err); err != nil && !refused {
			return err
		}
		if shown.GetPosition() > a.last.Load() {
			a.asked = append(a.asked, sighting{shown.GetPosition(), time.Now()})
			a.last.Store(shown.GetPosition())
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// fail keeps the first error of somebody who had not left.
func (a *attendance) fail(ctx context.Context, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.err == nil && ctx.Err() == nil {
		a.err = err
	}
}

// arrive waits until all have been shown a position.
func (a *attendance) arrive(ctx context.Context, position int64) error {
	ctx, cancel := context.WithTimeout(ctx, arrivalTime)
	defer cancel()
	err := await(ctx, tellAfter, func() (bool, error) {
		a.mu.Lock()
		defer a.mu.Unlock()
		return a.err == nil && a.late(position) == 0, a.err
	})
	if err != nil {
		return fmt.Errorf("%d of %d were not shown position %d: %w", a.late(position), len(a.watchers)+1, position, err)
	}
	return nil
}

// late counts those who were not shown a position.
func (a *attendance) late(position int64) (n int) {
	for _, w := range a.watchers {
		if w.last.Load() < position {
			n++
		}
	}
	if a.last.Load() < position {
		n++
	}
	return n
}

// leave ends all streams.
func (a *attendance) leave() {
	a.leaving.Do(func() {
		a.end()
		for _, w := range a.watchers {
			if w != nil {
				_ = w.conn.Close()
			}
		}
		a.present.Wait()
	})
}
