package graph

import "context"

// Recount counts all edges anew and reports each account whose counts differ,
// and each follow that stands across a block. It answers how many differences
// there are, and changes nothing. Writes may go on meanwhile.
func (s *Service) Recount(ctx context.Context, report func(diff string)) (int, error) {
	return s.store.Recount(ctx, report)
}
