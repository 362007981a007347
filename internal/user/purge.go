package user

import (
	"context"

	"github.com/throng-social/throng/gen/db/userdb"
)

const (
	// purgeBatch rows go in one statement, and at most purgeBatches of each kind
	// in one call.
	purgeBatch   = 500
	purgeBatches = 100
)

// Purge deletes what is over: sessions, refresh tokens, registrations that can
// not be repeated any more, and retired keys. It may run at any time and several
// times at once; what a call leaves is for the next one.
func (s *Service) Purge(ctx context.Context) error {
	db, now := s.db.Writer(ctx), s.now()
	for _, batch := range []func() (int64, error){
		func() (int64, error) {
			return s.q.PurgeRefreshTokens(ctx, db, userdb.PurgeRefreshTokensParams{Now: now, N: purgeBatch})
		},
		func() (int64, error) {
			return s.q.PurgeSessions(ctx, db, userdb.PurgeSessionsParams{Now: now, N: purgeBatch})
		},
		func() (int64, error) {
			return s.q.PurgeRegistrations(ctx, db, userdb.PurgeRegistrationsParams{Since: now.Add(-registrationLife), N: purgeBatch})
		},
	} {
		if err := purge(batch); err != nil {
			return err
		}
	}
	return s.keys.retire(ctx)
}

func purge(batch func() (int64, error)) error {
	for range purgeBatches {
		n, err := batch()
		if err != nil || n < purgeBatch {
			return err
		}
	}
	return nil
}
