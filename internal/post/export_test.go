package post

import "time"

// SetEraseBudget makes erasures make way sooner, or later.
func (s *Service) SetEraseBudget(d time.Duration) { s.eraseBudget = d }
