package generate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func schools(t *testing.T, courses int64, seed uint64) string {
	t.Helper()
	s, err := OfCourses(courses, seed)
	must(t, err)
	dir := t.TempDir()
	got, err := WriteCourses(t.Context(), s, dir, nil)
	must(t, err)
	if got != s {
		t.Errorf("wrote %v, want %v", got, s)
	}
	return dir
}

func TestASetOfCoursesHasTheRowsOfItsSpecAndTeachersWhoAreThere(t *testing.T) {
	t.Parallel()
	for _, courses := range []int64{LeastCourses, 5000} {
		dir := schools(t, courses, 1)
		there, numbers, assistants, most := map[string]int{}, map[string]bool{}, int64(0), 0
		for _, row := range rowsOf(t, dir, "instructors.csv") {
			there[row[0]] = 0
		}
		for _, row := range rowsOf(t, dir, "courses.csv") {
			keys := append(strings.Fields(row[4]), row[3])
			numbers[row[0]] = true
			assistants += int64(len(keys)) - 1
			most = max(most, len(keys)-1)
			slices.Sort(keys)
			if n := len(slices.Compact(slices.Clone(keys))); n != len(keys) {
				t.Errorf("somebody teaches %s twice: %v", row[0], keys)
			}
			for _, key := range keys {
				if _, ok := there[key]; !ok {
					t.Errorf("%s is taught by %s, who is not there", row[0], key)
				}
				there[key]++
			}
		}
		if got, want := fmt.Sprint(len(there), len(numbers), assistants), fmt.Sprint(courses, courses, courses*3/2); got != want {
			t.Errorf("instructors, courses, assistants: %s, want %s", got, want)
		}
		if most < 5 || most > 100 {
			t.Errorf("one course has %d assistants", most)
		}
		star := 0
		for _, n := range there {
			star = max(star, n)
		}
		if int64(star) < courses/500 {
			t.Errorf("nobody teaches more than %d courses", star)
		}
	}
}

func TestTheSameSeedMakesTheSameCourses(t *testing.T) {
	t.Parallel()
	first, again, other := sum(t, schools(t, 500, 7)), sum(t, schools(t, 500, 7)), sum(t, schools(t, 500, 8))
	if first != again || first == other {
		t.Errorf("got %s, again %s, with another seed %s", first, again, other)
	}
}

func TestASetOfCoursesThatIsTooSmallIsRefused(t *testing.T) {
	t.Parallel()
	for _, n := range []int64{0, LeastCourses - 1, MostCourses + 1} {
		if _, err := OfCourses(n, 1); err == nil {
			t.Errorf("%d were made", n)
		}
	}
}

func TestAnInterruptedSetOfCoursesSaysSo(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s, err := OfCourses(1000, 1)
	must(t, err)
	if _, err := WriteCourses(ctx, s, t.TempDir(), nil); !errors.Is(err, context.Canceled) {
		t.Error("got", err)
	}
}
