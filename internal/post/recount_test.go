package post_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestRecountReportsEveryDifference(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w, user := open(t, seam), uuid.New()
		wrong, missing, right := w.create(user, say("one")), w.create(user, say("two")), w.create(user, say("three"))
		w.like(user, wrong)
		w.like(user, missing)
		w.like(user, right)
		w.exact()
		w.exec(`UPDATE post_counts SET likes = 7, replies = 1 WHERE post_id = $1`, wrong.GetId())
		w.exec(`DELETE FROM post_counts WHERE post_id = $1`, missing.GetId())
		w.exec(`INSERT INTO post_counts (post_id, likes) VALUES ($1, 0), ($2, 3)`, uuid.New(), uuid.New())
		var diffs []string
		n, err := w.service.Recount(t.Context(), func(diff string) { diffs = append(diffs, diff) })
		must(t, err)
		if n != 3 || len(diffs) != 3 || diffs[0] != "post "+wrong.GetId()+": 7 likes stored, 1 counted; 1 replies stored, 0 counted" {
			t.Errorf("%d differences: %q", n, diffs)
		}
	})
}
