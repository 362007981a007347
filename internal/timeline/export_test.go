package timeline

import (
	"context"
	"time"
)

// WriteViews writes the views counted so far, as happens every half a minute.
var WriteViews = (*Service).writeViews

// ErrRestless is what a handler answers whose edges keep changing: it is to be
// tried again.
var ErrRestless = errRestless

// FixCosts takes the place of what was measured, in seconds.
func FixCosts(s *Service, push, pull float64) {
	c := s.costs
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seconds = [3]float64{costPush: push, costPull: pull}
	c.measured = [3]bool{costPush: true, costPull: true}
	c.sharedAt = time.Now()
}

// LimitCopies is how many posts one move may write.
func LimitCopies(s *Service, posts int) { s.moveCopies = posts }

// LookAtPolicy makes the service look at the policy in force anew, as happens
// every second.
func LookAtPolicy(ctx context.Context, s *Service) {
	s.policies.forget()
	s.inForce(ctx)
}

// WriteViewsByHand leaves the writing of views to WriteViews alone.
func WriteViewsByHand(s *Service) { s.views.every = 1 << 62 }
