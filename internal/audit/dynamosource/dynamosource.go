// Package dynamosource computes home timelines from the items of DynamoDB, where
// graph and posts are there: whom the reader follows, less those of a block, less
// accounts that are deleted (which Postgres knows), and of each the newest posts of
// his log. All is read strongly, item by item as the stores of these nouns keep them
// (their READMEs), and put together here, by sorting all that was found.
package dynamosource

import (
	"bytes"
	"context"
	"slices"
	"sync"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/throng-social/throng/gen/db/auditdb"
	"github.com/throng-social/throng/internal/audit"
	"github.com/throng-social/throng/internal/dynamo"
	"github.com/throng-social/throng/internal/postgres"
)

const (
	// logsAtOnce is how many logs are read at the same time.
	logsAtOnce = 8
	// idLength is that of an id as a sort key; others in a partition are longer or
	// shorter.
	idLength = 36
	// attrGone marks a place in a log whose post was deleted.
	attrGone = "d"
)

// Source implements audit.Source.
type Source struct {
	items    *dynamo.DB
	accounts *postgres.DB
	q        auditdb.Queries
}

var _ audit.Source = (*Source)(nil)

// New makes a source.
func New(items *dynamo.DB, accounts *postgres.DB) *Source {
	return &Source{items: items, accounts: accounts}
}

// Home implements audit.Source.
func (s *Source) Home(ctx context.Context, reader uuid.UUID, limit int) ([]uuid.UUID, error) {
	authors, err := s.authors(ctx, reader)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	var home []uuid.UUID
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(logsAtOnce)
	for _, author := range authors {
		g.Go(func() error {
			newest, err := s.newest(gctx, author, limit)
			mu.Lock()
			defer mu.Unlock()
			home = append(home, newest...)
			return err
		})
	}
	err = g.Wait()
	slices.SortFunc(home, func(a, b uuid.UUID) int { return bytes.Compare(b[:], a[:]) })
	return home[:min(len(home), limit)], err
}

// authors are whose posts belong to a reader's timeline, the reader among them.
func (s *Source) authors(ctx context.Context, reader uuid.UUID) ([]uuid.UUID, error) {
	followed, err := s.ids(ctx, dynamo.Graph, "F#"+reader.String())
	if err != nil {
		return nil, err
	}
	blocked, err := s.ids(ctx, dynamo.Graph, "K#"+reader.String())
	if err != nil {
		return nil, err
	}
	followed = slices.DeleteFunc(followed, func(author uuid.UUID) bool { return slices.Contains(blocked, author) })
	return s.q.ListStanding(ctx, s.accounts.Primary(ctx), append(followed, reader))
}

// ids are the ids that the sort keys of a partition are.
func (s *Source) ids(ctx context.Context, table, partition string) ([]uuid.UUID, error) {
	var found []uuid.UUID
	for item, err := range s.items.Each(ctx, dynamo.Primary, dynamo.Query{Table: table, PK: partition}) {
		if err != nil {
			return nil, err
		}
		if key := item.Key().SK; len(key) == idLength {
			id, err := uuid.Parse(key)
			if err != nil {
				return nil, err
			}
			found = append(found, id)
		}
	}
	return found, nil
}

// newest are the newest posts of a log that are not deleted.
func (s *Source) newest(ctx context.Context, author uuid.UUID, limit int) ([]uuid.UUID, error) {
	var found []uuid.UUID
	log := dynamo.Query{Table: dynamo.Post, PK: "L#" + author.String(), Backwards: true}
	for item, err := range s.items.Each(ctx, dynamo.Primary, log) {
		if err != nil {
			return nil, err
		}
		if _, gone := item[attrGone]; gone {
			continue
		}
		id, err := uuid.Parse(item.Key().SK)
		if err != nil {
			return nil, err
		}
		if found = append(found, id); len(found) == limit {
			break
		}
	}
	return found, nil
}
