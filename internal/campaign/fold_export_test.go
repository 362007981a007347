package campaign

import (
	"context"

	"github.com/google/uuid"
)

// Fold counts once what a campaign has.
func (s *Service) Fold(ctx context.Context, campaign uuid.UUID) (int, error) {
	return s.fold(ctx, campaign)
}

// ForgetStates is what a process that was killed has left of its states.
func (s *Service) ForgetStates() { s.folding.states = newStates(mostStateBytes) }

// HoldsState tells whether the state of a campaign is in memory.
func (s *Service) HoldsState(campaign uuid.UUID) bool {
	s.folding.states.mu.Lock()
	defer s.folding.states.mu.Unlock()
	return s.folding.states.byID[campaign] != nil
}
