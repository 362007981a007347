package app

import (
	"context"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"connectrpc.com/grpchealth"
)

const probeTime = 2 * time.Second

// health is readiness: the process is not draining and the parts that it stands on
// answer. Liveness asks nothing of either.
type health struct {
	pings    []func(context.Context) error
	draining atomic.Bool
}

func newHealth(pings ...func(context.Context) error) *health { return &health{pings: pings} }

func (h *health) drain() { h.draining.Store(true) }

func (h *health) ok(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	return !h.draining.Load() && !slices.ContainsFunc(h.pings, func(ping func(context.Context) error) bool { return ping(ctx) != nil })
}

func (h *health) ready(w http.ResponseWriter, r *http.Request) {
	if !h.ok(r.Context()) {
		http.Error(w, "not ready", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// checker answers gRPC health checks for the process and its services.
func (h *health) checker(services []string) grpchealth.Checker {
	return &checker{StaticChecker: grpchealth.NewStaticChecker(services...), health: h}
}

type checker struct {
	*grpchealth.StaticChecker
	health *health
}

// Check implements grpchealth.Checker.
func (c *checker) Check(ctx context.Context, req *grpchealth.CheckRequest) (*grpchealth.CheckResponse, error) {
	res, err := c.StaticChecker.Check(ctx, req)
	if err == nil && !c.health.ok(ctx) {
		res.Status = grpchealth.StatusNotServing
	}
	return res, err
}
