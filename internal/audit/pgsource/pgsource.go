// Package pgsource computes home timelines from the tables of Postgres, by one
// statement over those of all nouns (sql/queries/audit.sql).
package pgsource

import (
	"context"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/auditdb"
	"github.com/throng-social/throng/internal/audit"
	"github.com/throng-social/throng/internal/postgres"
)

// Source implements audit.Source.
type Source struct {
	db *postgres.DB
	q  auditdb.Queries
}

var _ audit.Source = (*Source)(nil)

// New makes a source.
func New(db *postgres.DB) *Source { return &Source{db: db} }

// Home implements audit.Source.
func (s *Source) Home(ctx context.Context, reader uuid.UUID, limit int) ([]uuid.UUID, error) {
	return s.q.HomeByDefinition(ctx, s.db.Primary(ctx), auditdb.HomeByDefinitionParams{ReaderID: reader, PageLimit: int32(limit)}) //nolint:gosec // some hundreds
}
