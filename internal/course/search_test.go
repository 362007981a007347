package course_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"
	"github.com/throng-social/throng/internal/fault"
	"github.com/throng-social/throng/internal/rpc/rpctest"
)

// titled makes courses of numbers and titles.
func (w world) titled(courses ...[2]string) {
	w.t.Helper()
	for _, c := range courses {
		w.course(c[0], func(req *coursev1.CreateCourseRequest) { req.Title = c[1] })
	}
}

// numbersOf pages through all courses that a search finds.
func (w world) numbersOf(query string, size int32) (numbers []string) {
	w.t.Helper()
	req := &coursev1.SearchCoursesRequest{Query: query, PageSize: size}
	for {
		res, err := w.SearchCourses(w.t.Context(), req)
		must(w.t, err)
		for _, c := range res.GetCourses() {
			numbers = append(numbers, c.GetNumber())
		}
		if req.PageToken = res.GetNextPageToken(); req.GetPageToken() == "" {
			return numbers
		}
	}
}

// namesOf pages through all instructors that a search finds.
func (w world) namesOf(query string, size int32) (names []string) {
	w.t.Helper()
	req := &coursev1.SearchInstructorsRequest{Query: query, PageSize: size}
	for {
		res, err := w.SearchInstructors(w.t.Context(), req)
		must(w.t, err)
		for _, who := range res.GetInstructors() {
			names = append(names, strings.TrimSpace(who.GetFirstName()+" "+who.GetLastName()))
		}
		if req.PageToken = res.GetNextPageToken(); req.GetPageToken() == "" {
			return names
		}
	}
}

func TestCoursesAreFoundByNumberThenByTitleThenByResemblance(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		w.titled([2]string{"CS-101", "Machine Learning"}, [2]string{"CS-102", "Databases"}, [2]string{"MA-1", "CS for mathematicians"},
			[2]string{"MA-2", "Learning by  Doing"}, [2]string{"MA-3", "ÉCONOMIE"}, [2]string{"MA-4", "Earning money"})
		for query, want := range map[string]string{
			"":               "[CS-101 CS-102 MA-1 MA-2 MA-3 MA-4]",
			"cs":             "[CS-101 CS-102 MA-1]",
			" CS-1 ":         "[CS-101 CS-102 MA-1]",
			"learning":       "[MA-2 CS-101 MA-4]",
			"learning by do": "[MA-2 CS-101]",
			"éco":            "[MA-3]",
			"e\u0301co":      "[MA-3]",
			"datbases":       "[CS-102]",
			"zzz":            "[]",
			"%":              "[]",
			"_":              "[]",
			"'":              "[]",
		} {
			got := w.numbersOf(query, 50)
			if fmt.Sprint(got) != want {
				t.Errorf("%q: got %v, want %s", query, got, want)
			}
		}
	})
}

func TestInstructorsAreFoundByNameThenByLastNameThenByResemblance(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		for _, name := range [][2]string{{"Marie", "Curie"}, {"Irène", "Joliot Curie"}, {"Curie", "Smith"}, {"", "Plato"}, {"Pierre", "Curry"}} {
			w.instructor(name[0], name[1])
		}
		for query, want := range map[string]string{
			"":         "[Curie Smith Irène Joliot Curie Marie Curie Pierre Curry Plato]",
			"cur":      "[Curie Smith Marie Curie Pierre Curry Irène Joliot Curie]",
			"MARIE cu": "[Marie Curie]",
			"joliot":   "[Irène Joliot Curie]",
			"plato":    "[Plato]",
			"maria":    "[Marie Curie]",
			"zzz":      "[]",
			"%":        "[]",
		} {
			got := w.namesOf(query, 50)
			if fmt.Sprint(got) != want {
				t.Errorf("%q: got %v, want %s", query, got, want)
			}
		}
	})
}

func TestPagesOfASearchNeitherRepeatNorSkip(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		w.exec(`INSERT INTO courses (number, title, title_key, text)
			SELECT 'ROSE-' || n, 'Other', 'other', '' FROM generate_series(1, 9) AS n
			UNION ALL SELECT 'X' || n, 'Rose', 'rose', '' FROM generate_series(1, 9) AS n
			UNION ALL SELECT 'Y' || n, 'A Rose ' || n, 'a rose ' || n, '' FROM generate_series(1, 9) AS n`)
		w.exec(`INSERT INTO course_instructors (key, first_name, middle_initial, last_name, name_key, last_key, academic_title, title, organization, learners, average_rating, ratings)
			SELECT 'a' || n, 'Rose', '', 'M' || n, 'rose m' || n, 'm' || n, '', '', '', 0, 0, 0 FROM generate_series(1, 9) AS n
			UNION ALL SELECT 'b' || n, 'Axl', '', 'Rose', 'axl rose', 'rose', '', '', '', 0, 0, 0 FROM generate_series(1, 9) AS n
			UNION ALL SELECT 'c' || n, 'The', '', 'Old Rose ' || n, 'the old rose ' || n, 'old rose ' || n, '', '', '', 0, 0, 0 FROM generate_series(1, 9) AS n`)
		courses, people := w.numbersOf("rose", 50), w.namesOf("rose", 50)
		equal(t, "courses", len(courses), 27)
		equal(t, "instructors", len(people), 27)
		for _, size := range []int32{1, 4, 9, 18} {
			if got := w.numbersOf("rose", size); !slices.Equal(got, courses) {
				t.Errorf("pages of %d: got %v, want %v", size, got, courses)
			}
			if got := w.namesOf("rose", size); !slices.Equal(got, people) {
				t.Errorf("pages of %d: got %v, want %v", size, got, people)
			}
		}
		res, err := w.SearchCourses(t.Context(), &coursev1.SearchCoursesRequest{Query: "rose", PageSize: 2})
		must(t, err)
		token := res.GetNextPageToken()
		for query, bad := range map[string]string{"ros": token, "rose": "x" + token, "rose ": ".", "rose  ": "%", "rosé": strings.ReplaceAll(token, ".", "")} {
			_, err = w.SearchCourses(t.Context(), &coursev1.SearchCoursesRequest{Query: query, PageToken: bad})
			wantFault(t, err, fault.Invalid, "page_token_invalid")
		}
		_, err = w.SearchInstructors(t.Context(), &coursev1.SearchInstructorsRequest{Query: "rose", PageToken: token})
		wantFault(t, err, fault.Invalid, "page_token_invalid")
	})
}

func TestTheLongestTitleFitsAPageToken(t *testing.T) {
	t.Parallel()
	w := open(t, rpctest.OverSocket)
	title := strings.Repeat("𐐨", 200)
	w.titled([2]string{"A", title}, [2]string{"B", title})
	equal(t, "found", fmt.Sprint(w.numbersOf(title[:40], 1)), "[A B]")
}

func TestWhatIsFoundIsAsItIsNow(t *testing.T) {
	t.Parallel()
	rpctest.Each(t, func(t *testing.T, seam rpctest.Seam) {
		w := open(t, seam)
		w.titled([2]string{"A", "Old"})
		res, err := w.GetCourse(t.Context(), byNumber("A"))
		must(t, err)
		ada := w.instructor("Ada", "Byron")
		_, err = w.UpdateCourse(staff(t), &coursev1.UpdateCourseRequest{CourseId: res.GetCourse().GetId(), Title: new("New")})
		must(t, err)
		_, err = w.UpdateInstructor(staff(t), &coursev1.UpdateInstructorRequest{InstructorId: ada.GetId(), LastName: new("Lovelace")})
		must(t, err)
		for query, want := range map[string]int{"old": 0, "new": 1} {
			equal(t, query, len(w.numbersOf(query, 0)), want)
		}
		for query, want := range map[string]int{"byron": 0, "ada l": 1, "love": 1} {
			equal(t, query, len(w.namesOf(query, 0)), want)
		}
	})
}
