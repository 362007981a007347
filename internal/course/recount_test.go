package course_test

import (
	"strings"
	"testing"

	"github.com/throng-social/throng/internal/rpc/rpctest"
)

func TestARecountFindsWhoIsLost(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.InProcess)
	c := w.course("CS-101")
	w.assign(c, w.instructor("Ada", "Lovelace"), primary)
	w.assign(c, w.instructor("Bob", "Ross"), assistant)
	for change, told := range map[string]string{
		`UPDATE courses SET primary_id = 'ffffffff-ffff-7fff-bfff-ffffffffffff'`:                                                           "its primary instructor",
		`INSERT INTO course_assistants SELECT id, primary_id FROM courses`:                                                                 "assists as well",
		`INSERT INTO course_assistants SELECT id, 'ffffffff-ffff-7fff-bfff-ffffffffffff' FROM courses`:                                     "its assistant",
		`INSERT INTO course_assistants SELECT 'ffffffff-ffff-7fff-bfff-ffffffffffff', id FROM course_instructors WHERE last_name = 'Ross'`: "is not there, and",
		`INSERT INTO course_assistants SELECT '00000000-0000-7000-8000-000000000001', id FROM course_instructors WHERE last_name = 'Ross'`: "is not there, and",
	} {
		w.exact()
		w.exec(`CREATE TABLE kept_courses AS TABLE courses`)
		w.exec(`CREATE TABLE kept_assistants AS TABLE course_assistants`)
		w.exec(change)
		var diffs []string
		n, err := w.service.Recount(t.Context(), func(diff string) { diffs = append(diffs, diff) })
		must(t, err)
		if n != 1 || len(diffs) != 1 || !strings.Contains(diffs[0], told) {
			t.Errorf("%s: %d differences: %v", change, n, diffs)
		}
		for table, kept := range map[string]string{"courses": "kept_courses", "course_assistants": "kept_assistants"} {
			w.exec(`DELETE FROM ` + table)
			w.exec(`INSERT INTO ` + table + ` TABLE ` + kept)
			w.exec(`DROP TABLE ` + kept)
		}
	}
	w.exact()
}
