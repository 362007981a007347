package database

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

var errNoModel = errors.New("there is no such account, or nobody can sign in to it")

// Enroll makes an account for each handle, which is signed in to with the password of
// another account: they have its hash, so that thousands of people need not be hashed
// one by one, and to check the password of each costs what it always does. Their ids
// are in the order of the handles.
func Enroll(ctx context.Context, url, model string, handles []string) ([]uuid.UUID, error) {
	const query = `
INSERT INTO users (handle, email, password_hash)
SELECT h, h || '@example.org', m.password_hash
FROM unnest($2::text[]) AS h, users m
WHERE m.handle = $1 AND m.password_hash IS NOT NULL
RETURNING id, handle`
	made := make(map[string]uuid.UUID, len(handles))
	err := with(ctx, url, func(conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, query, model, handles)
		if err != nil {
			return err
		}
		var id uuid.UUID
		var handle string
		if _, err = pgx.ForEachRow(rows, []any{&id, &handle}, func() error {
			made[handle] = id
			return nil
		}); err != nil {
			return err
		}
		_, err = conn.Exec(ctx, "ANALYZE users")
		return err
	})
	if err != nil {
		return nil, err
	}
	ids := make([]uuid.UUID, len(handles))
	for i, h := range handles {
		if ids[i] = made[h]; ids[i] == uuid.Nil {
			return nil, fmt.Errorf("%s: %w", model, errNoModel)
		}
	}
	return ids, nil
}
