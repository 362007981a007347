package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
)

// home is the read of a home timeline over HTTP, ours and bare.
type home struct {
	world      *world
	ours, bare *side
}

func newHome(ctx context.Context, w *world) (*home, error) {
	h := &home{world: w}
	var err error
	if h.ours, err = startSide(ctx, h.order(false)); err != nil {
		return nil, err
	}
	if h.bare, err = startSide(ctx, h.order(true)); err != nil {
		return nil, errors.Join(err, h.ours.stop())
	}
	return h, nil
}

func (h *home) order(bare bool) order {
	return order{Bare: bare, Settings: h.world.settings, Log: filepath.Join(h.world.dir, "serve.log")}
}

func (h *home) close() { _ = errors.Join(h.ours.stop(), h.bare.stop()) }

// agree asserts that both sides answer the same, but for how old the answer is.
func (h *home) agree() error {
	ours, err := dial(h.ours.addr)
	if err != nil {
		return err
	}
	defer ours.conn.Close()
	bare, err := dial(h.bare.addr)
	if err != nil {
		return err
	}
	defer bare.conn.Close()
	for i, r := range h.world.readers[:min(compared, len(h.world.readers))] {
		kind := []codec{asJSON, asProtobuf}[i%2]
		one, err := ours.read(r, kind)
		if err != nil {
			return err
		}
		other, err := bare.read(r, kind)
		if err != nil {
			return err
		}
		if len(one.GetItems()) != 20 || !proto.Equal(one, other) {
			return fmt.Errorf("the answers for reader %s differ:\n%v\n%v", r.id, one, other)
		}
	}
	return nil
}

const compared = 200

func (c *client) read(r *reader, kind codec) (*timelinev1.GetHomeTimelineResponse, error) {
	var body bytes.Buffer
	if err := c.call(r, kind, &body); err != nil {
		return nil, err
	}
	res := &timelinev1.GetHomeTimelineResponse{}
	read := proto.Unmarshal
	if kind == asJSON {
		read = protojson.Unmarshal
	}
	err := read(body.Bytes(), res)
	if f := res.GetFreshness(); f != nil {
		f.Age = nil
	}
	return res, err
}

// through measures calls a second in a closed loop, caches as they come.
func (h *home) through(ctx context.Context, o Options, kind codec) (pair, error) {
	loop := func(s *side) func() (float64, error) {
		return func() (float64, error) { return closedLoop(ctx, s.addr, h.world.readers, kind, o.Length) }
	}
	if _, err := closedLoop(ctx, h.ours.addr, h.world.readers, kind, o.Length); err != nil {
		return pair{}, err
	}
	if _, err := closedLoop(ctx, h.bare.addr, h.world.readers, kind, o.Length/2); err != nil {
		return pair{}, err
	}
	if err := h.profile(o, "home-"+kind.name); err != nil {
		return pair{}, err
	}
	return inTurn(o.Rounds, h.world.cpuOf("ours", h.ours.cmd.Process.Pid, loop(h.ours)), h.world.cpuOf("bare", h.bare.cmd.Process.Pid, loop(h.bare)))
}

func (h *home) profile(o Options, name string) error {
	if o.Profile == "" {
		return nil
	}
	length := time.Duration(2*o.Rounds) * o.Length
	return errors.Join(h.ours.profile(filepath.Join(o.Profile, name+".ours.pprof"), length),
		h.bare.profile(filepath.Join(o.Profile, name+".bare.pprof"), length))
}

// cold measures the first call of each reader after a start. Strangers, who share
// no account and no post with the readers, have warmed up everything else.
func (h *home) cold(ctx context.Context, o Options, kind codec) (pair, error) {
	first := func(bare bool) func() (float64, error) {
		return func() (float64, error) {
			s, err := startSide(ctx, h.order(bare))
			if err != nil {
				return 0, err
			}
			defer s.stop() //nolint:errcheck // it has answered all that it was asked
			if _, err := closedLoop(ctx, s.addr, h.world.strangers, kind, o.Length/2); err != nil {
				return 0, err
			}
			if o.Profile != "" && !bare {
				if err := s.profile(filepath.Join(o.Profile, "cold-"+kind.name+".ours.pprof"), time.Second); err != nil {
					return 0, err
				}
			}
			return onceEach(ctx, s.addr, h.world.readers, kind)
		}
	}
	return inTurn(o.Rounds, first(false), first(true))
}
