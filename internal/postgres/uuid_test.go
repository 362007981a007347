package postgres_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/postgres/pgtest"
)

func TestIdsComeBackAsTheyWereSent(t *testing.T) {
	t.Parallel()
	pool := open(t, pgtest.New(t)).Writer(t.Context())
	sent := []uuid.UUID{uuid.New(), uuid.Nil, uuid.New()}
	var one uuid.UUID
	var none, some *uuid.UUID
	var list, empty, null []uuid.UUID
	var text string
	err := pool.QueryRow(t.Context(), "SELECT $1::uuid, NULL::uuid, $1::uuid, $2::uuid[], $3::uuid[], $4::uuid[], $2::uuid[]::text", sent[0], sent, []uuid.UUID{}, []uuid.UUID(nil)).
		Scan(&one, &none, &some, &list, &empty, &null, &text)
	if err != nil {
		t.Fatal(err)
	}
	if one != sent[0] || none != nil || *some != sent[0] || !slices.Equal(list, sent) || empty == nil || len(empty) != 0 || null != nil {
		t.Fatal("got", one, none, some, list, empty, null)
	}
	if want := "{" + sent[0].String() + "," + sent[1].String() + "," + sent[2].String() + "}"; text != want {
		t.Fatal("the server got", text, "want", want)
	}
}

func TestAnIdThatIsNullIsRefusedWhereItMayNotBe(t *testing.T) {
	t.Parallel()
	pool := open(t, pgtest.New(t)).Writer(t.Context())
	var one uuid.UUID
	if err := pool.QueryRow(t.Context(), "SELECT NULL::uuid").Scan(&one); err == nil {
		t.Error("null was read as", one)
	}
	var list []uuid.UUID
	for _, sql := range []string{"SELECT ARRAY[NULL]::uuid[]", "SELECT ARRAY[ARRAY[gen_random_uuid(), gen_random_uuid()]]"} {
		if err := pool.QueryRow(t.Context(), sql).Scan(&list); err == nil {
			t.Error(sql, "was read as", list)
		}
	}
}
