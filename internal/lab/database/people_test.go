package database_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/lab/database"
	"github.com/throng-social/throng/internal/postgres/pgtest"
)

func TestPeopleAreEnrolledWithAnAccountsPassword(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	conn := connected(t, db)
	ask[uuid.UUID](t, conn, "INSERT INTO users (handle, password_hash) VALUES ('model', 'its hash') RETURNING id")
	ids, err := database.Enroll(t.Context(), db.Writer, "model", []string{"zoe", "ada"})
	if err != nil || len(ids) != 2 {
		t.Fatal(ids, err)
	}
	for i, handle := range []string{"zoe", "ada"} {
		if found := ask[uuid.UUID](t, conn, "SELECT id FROM users WHERE handle = $1 AND password_hash = 'its hash'", handle); len(found) != 1 || found[0] != ids[i] {
			t.Errorf("%s is %v, not %v", handle, found, ids[i])
		}
	}
	if _, err := database.Enroll(t.Context(), db.Writer, "nobody", []string{"eve"}); err == nil {
		t.Error("somebody has the password of nobody")
	}
}
