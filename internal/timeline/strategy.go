package timeline

import (
	"context"
	"sync"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	timelinev1 "github.com/throng-social/throng/gen/go/throng/timeline/v1"
	"github.com/throng-social/throng/internal/consistency"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/queue"
	"github.com/throng-social/throng/internal/timeline/policy"
)

// policyLife is how long a process goes on with a policy before it looks again.
// Nothing is wrong meanwhile: a policy decides on cost alone.
const (
	policyLife    = time.Second
	policyTimeout = 2 * time.Second
)

// strategies are the names of settings and commands.
var strategies = map[string]timelinev1.Strategy{
	"push":     timelinev1.Strategy_STRATEGY_PUSH,
	"pull":     timelinev1.Strategy_STRATEGY_PULL,
	"hybrid":   timelinev1.Strategy_STRATEGY_HYBRID,
	"adaptive": timelinev1.Strategy_STRATEGY_ADAPTIVE,
}

// StrategyNamed is the strategy of a name: push, pull, hybrid or adaptive.
func StrategyNamed(name string) (timelinev1.Strategy, bool) {
	s, ok := strategies[name]
	return s, ok
}

// force is what is in force: a policy, the switch it came by, and what things
// cost.
type force struct {
	policy.Policy
	costs   policy.Costs
	version int64
}

// policies remembers what is in force.
type policies struct {
	mu      sync.Mutex
	known   force
	readAt  time.Time
	reading bool
}

// inForce is the policy in force. It is looked at anew beside the calls that go
// by it, so none waits for that but the first; where the database cannot be
// asked, the last one known stays.
func (s *Service) inForce(ctx context.Context) force {
	p := &s.policies
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.readAt.IsZero():
		p.known.Policy, p.known.costs = s.settingsPolicy(), s.costs.now()
		if f, err := s.loadForce(apart(ctx)); err == nil {
			p.known, p.readAt = f, time.Now()
		}
	case !p.reading && time.Since(p.readAt) > policyLife:
		p.reading = true
		go s.refreshForce(apart(ctx))
	}
	return p.known
}

func (s *Service) refreshForce(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, policyTimeout)
	defer cancel()
	f, err := s.loadForce(ctx)
	p := &s.policies
	p.mu.Lock()
	defer p.mu.Unlock()
	p.reading, p.readAt = false, time.Now()
	if err == nil {
		p.known = f
	}
}

// apart is a context for what a call sets off beside itself: it outlives the
// call and tells its session nothing.
func apart(ctx context.Context) context.Context {
	ctx, _ = consistency.Begin(context.WithoutCancel(ctx), consistency.Position{})
	return ctx
}

func (s *Service) loadForce(ctx context.Context) (force, error) {
	f := force{Policy: s.settingsPolicy(), costs: s.costs.now()}
	stored, err := s.Store.FindPolicy(ctx)
	switch {
	case fault.Is(err, fault.NotFound):
	case err != nil:
		return f, err
	default:
		f.Policy = policy.Policy{Strategy: timelinev1.Strategy(stored.Strategy), Threshold: int(stored.Threshold)}
		f.version = stored.Version
	}
	return f, s.shareCosts(ctx, &f.costs)
}

// settingsPolicy is what the settings say, which is in force until the first
// switch.
func (s *Service) settingsPolicy() policy.Policy {
	p := policy.Policy{Strategy: timelinev1.Strategy_STRATEGY_ADAPTIVE, Threshold: policy.DefaultThreshold}
	if named, ok := StrategyNamed(s.Config.Strategy); ok {
		p.Strategy = named
	}
	if s.Config.Threshold > 0 {
		p.Threshold = s.Config.Threshold
	}
	return p
}

// GetPolicy implements throng.timeline.v1.
func (s *Service) GetPolicy(ctx context.Context, _ *timelinev1.GetPolicyRequest) (*timelinev1.GetPolicyResponse, error) {
	f, err := s.loadForce(ctx)
	if err != nil {
		return nil, err
	}
	res := &timelinev1.GetPolicyResponse{Policy: policyMessage(f.Policy), PushCost: seconds(f.costs.Push), PullCost: seconds(f.costs.Pull)}
	stored, err := s.Store.FindPolicy(ctx)
	if fault.Is(err, fault.NotFound) {
		return res, nil
	}
	res.SwitchedAt = timestamppb.New(stored.SwitchedAt)
	if stored.SettledAt != nil {
		res.SettledAt = timestamppb.New(*stored.SettledAt)
	}
	return res, err
}

// SetPolicy implements throng.timeline.v1. The sweep that moves the edges is
// stored along with the switch.
func (s *Service) SetPolicy(ctx context.Context, req *timelinev1.SetPolicyRequest) (*timelinev1.SetPolicyResponse, error) {
	p := policy.Policy{Strategy: req.GetPolicy().GetStrategy(), Threshold: int(req.GetPolicy().GetThreshold())}
	if p.Threshold == 0 {
		p.Threshold = policy.DefaultThreshold
	}
	err := s.Store.SetPolicy(ctx, int16(p.Strategy), int32(p.Threshold), func(version int64) queue.Task { //nolint:gosec // validated
		return queue.Task{Topic: topicSweep, Queue: queue.Moves, Message: &timelinev1.SweepEdges{Version: version}}
	})
	s.policies.forget()
	return &timelinev1.SetPolicyResponse{Policy: policyMessage(p)}, err
}

func (p *policies) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.readAt = time.Time{}
}

func policyMessage(p policy.Policy) *timelinev1.Policy {
	return &timelinev1.Policy{Strategy: p.Strategy, Threshold: int32(p.Threshold)} //nolint:gosec // within the contract's bounds
}

func seconds(s float64) *durationpb.Duration {
	return durationpb.New(time.Duration(s * float64(time.Second)))
}
