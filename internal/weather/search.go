package weather

import (
	"context"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/weatherdb"
	weatherv1 "github.com/throng-social/throng/gen/go/throng/weather/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/page"
	"github.com/throng-social/throng/internal/postgres"
)

const (
	// candidates bounds how many places that resemble a query are ranked.
	candidates = 1000
	// minResembling is the shortest query that can resemble anything, in characters.
	minResembling = 3
	// aboveAll is greater than any likeness.
	aboveAll = 2
)

// hit is a place that was found, and its likeness; 0 for one whose name begins with the
// query.
type hit struct {
	id   uuid.UUID
	name string
	rank float64
}

// SearchLocations implements WeatherService: first come names that begin with the query,
// and when there are no more of those, names that resemble it.
func (s *Service) SearchLocations(ctx context.Context, req *weatherv1.SearchLocationsRequest) (*weatherv1.SearchLocationsResponse, error) {
	query := nameKey(req.GetQuery())
	list := "weather/" + query
	after, err := s.pages.Open(list, req.GetPageToken(), page.Cursor{})
	if err != nil {
		return nil, err
	}
	size := int(page.Size(req.GetPageSize()))
	found, err := s.search(ctx, query, after, size+1)
	if err != nil {
		return nil, err
	}
	res := &weatherv1.SearchLocationsResponse{}
	if len(found) > size {
		found = found[:size]
		res.NextPageToken = s.pages.Seal(list, page.Cursor{Rank: found[size-1].rank, ID: found[size-1].id})
	}
	for _, h := range found {
		res.Locations = append(res.Locations, &weatherv1.Location{Id: h.id.String(), Name: h.name})
	}
	return res, nil
}

// search answers up to n places after one. A cursor with a rank is among those that
// resemble the query.
func (s *Service) search(ctx context.Context, query string, after page.Cursor, n int) (found []hit, err error) {
	// All names that begin with the query are before this one, byte by byte.
	end := query + string(utf8.MaxRune)
	if after.Rank == 0 {
		if found, err = s.beginning(ctx, query, end, after.ID, n); err != nil || len(found) == n {
			return found, err
		}
		after = page.Cursor{Rank: aboveAll}
	}
	more, err := s.resembling(ctx, weatherdb.SearchByResemblanceParams{
		Query: query, QueryEnd: end, AfterRank: after.Rank, AfterID: after.ID, Candidates: candidates, PageLimit: int32(n - len(found)), //nolint:gosec // a page size
	})
	return append(found, more...), err
}

func (s *Service) beginning(ctx context.Context, query, end string, after uuid.UUID, n int) ([]hit, error) {
	rows, err := s.q.SearchByPrefix(ctx, s.db.Reader(ctx), weatherdb.SearchByPrefixParams{
		Prefix: query, PrefixEnd: end, AfterID: after, PageLimit: int32(n), //nolint:gosec // a page size
	})
	found := make([]hit, len(rows))
	for i, row := range rows {
		found[i] = hit{id: row.ID, name: row.Name}
	}
	return found, err
}

// resembling is an extra: where there is so much to compare that it takes too long, the
// search ends without it.
func (s *Service) resembling(ctx context.Context, p weatherdb.SearchByResemblanceParams) ([]hit, error) {
	if utf8.RuneCountInString(p.Query) < minResembling {
		return nil, nil
	}
	var rows []weatherdb.SearchByResemblanceRow
	err := s.db.InSnapshot(ctx, func(tx postgres.Tx) error {
		if err := s.q.BoundSearch(ctx, tx); err != nil {
			return err
		}
		var err error
		rows, err = s.q.SearchByResemblance(ctx, tx, p)
		return err
	})
	if fault.Is(err, fault.TimedOut) && ctx.Err() == nil {
		s.log.WarnContext(ctx, "a search for resembling places took too long")
		return nil, nil
	}
	found := make([]hit, len(rows))
	for i, row := range rows {
		found[i] = hit{row.ID, row.Name, row.Rank}
	}
	return found, err
}
