package graph

import "time"

// LimitStreams lowers the number of rows that a stream takes.
func (s *Service) LimitStreams(rows int) { s.streamRows = rows }

// LimitDeletion lowers the time that one job spends on an account.
func (s *Service) LimitDeletion(budget time.Duration) { s.deletionBudget = budget }

// MaxImports is how many streams are taken at once.
const MaxImports = maxImports
