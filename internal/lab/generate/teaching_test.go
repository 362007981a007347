package generate

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

func TestTeachingSaysWhatTheFilesOfASetSay(t *testing.T) {
	t.Parallel()
	s, err := OfCourses(3000, 3)
	must(t, err)
	dir := schools(t, 3000, 3)
	known := TeachingOf(s)
	for i, row := range rowsOf(t, dir, "courses.csv") {
		number, keys := known.Course(int64(i))
		if known.Number(int64(i)) != number {
			t.Fatalf("course %d is %s and %s", i, known.Number(int64(i)), number)
		}
		teachers := make([]string, len(keys))
		for j, key := range keys {
			teachers[j] = strconv.FormatInt(key, 10)
		}
		if got, want := number+" "+strings.Join(teachers, " "), strings.TrimSpace(row[0]+" "+row[3]+" "+row[4]); got != want || known.AssistantsOf(int64(i)) != len(keys)-1 {
			t.Fatalf("course %d: %s and %d assistants, the file has %s", i, got, known.AssistantsOf(int64(i)), want)
		}
	}
	for i, row := range rowsOf(t, dir, "instructors.csv") {
		who := known.Instructor(int64(i) + 1)
		got := []string{
			strconv.Itoa(i + 1), who.FirstName, who.MiddleInitial, who.LastName, who.AcademicTitle, who.Title, who.Organization, strconv.FormatInt(who.Learners, 10),
			fmt.Sprintf("%d.%02d", who.AverageHundredths/100, who.AverageHundredths%100), strconv.FormatInt(who.Ratings, 10),
		}
		if strings.Join(got, "|") != strings.Join(row, "|") {
			t.Fatalf("instructor %d: %q, the file has %q", i+1, got, row)
		}
	}
}
