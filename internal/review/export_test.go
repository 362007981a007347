package review

import "time"

// What tests look at from outside.
var (
	Mean          = mean
	ParseFirstKey = parseFirstKey
)

// FirstKey names a first page.
type FirstKey = firstKey

// SetEraseBudget makes erasures make way sooner, or later.
func (s *Service) SetEraseBudget(d time.Duration) { s.eraseBudget = d }
