package imports

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"
)

// The bounds of the contract, as those of reviews.
const (
	mostTitle         = 200
	mostText          = 10_000
	mostSections      = 40
	mostSectionText   = 2000
	mostAssistants    = 100
	mostName          = 100
	mostAcademicTitle = 60
	mostPeople        = 10_000_000_000
	mostHundredths    = 500
)

var errNoKey = errors.New("the id of the instructor is empty")

var numberForm = regexp.MustCompile(`^[A-Z0-9][A-Z0-9._/-]{0,31}$`)

// checkInstructor says what the contract has against an instructor.
func checkInstructor(who *coursev1.ImportedInstructor) error {
	initial := who.GetMiddleInitial()
	switch {
	case utf8.RuneCountInString(initial) > 1 || strings.ContainsAny(initial, blanks):
		return fmt.Errorf("the middle initial, %.40q, is not one character", initial)
	case who.GetLearners() < 0 || who.GetLearners() > mostPeople:
		return fmt.Errorf("the learners are 0 to %d, not %d", mostPeople, who.GetLearners())
	case who.GetRatings() < 0 || who.GetRatings() > mostPeople:
		return fmt.Errorf("the ratings are 0 to %d, not %d", mostPeople, who.GetRatings())
	case who.GetAverageRatingHundredths() < 0 || who.GetAverageRatingHundredths() > mostHundredths:
		return fmt.Errorf("the average rating is 0 to 5.00, not %d hundredths", who.GetAverageRatingHundredths())
	case who.GetRatings() == 0 && who.GetAverageRatingHundredths() > 0:
		return errors.New("there is an average rating, and no ratings")
	}
	return cmp.Or(
		checkKey("the id", who.GetKey()), checkText("the middle initial", initial, 1), checkText("the first name", who.GetFirstName(), mostName),
		checkTitle("the last name", who.GetLastName(), mostName), checkText("the academic title", who.GetAcademicTitle(), mostAcademicTitle),
		checkText("the title", who.GetTitle(), mostTitle), checkText("the organization", who.GetOrganization(), mostTitle),
	)
}

// checkCourse says what the contract has against a course.
func checkCourse(c *coursev1.ImportedCourse) error {
	switch {
	case !numberForm.MatchString(c.GetNumber()):
		return fmt.Errorf("the number, %.60q, is not 1 to 32 of A-Z 0-9 . _ / -", c.GetNumber())
	case c.GetProductId() != "" && !isUUID(c.GetProductId()):
		return fmt.Errorf("the product, %.60q, is no UUID", c.GetProductId())
	case len(c.GetSyllabus()) > mostSections:
		return fmt.Errorf("there are more than %d sections", mostSections)
	case len(c.GetAssistantKeys()) > mostAssistants:
		return fmt.Errorf("there are more than %d assistants", mostAssistants)
	case c.GetPrimaryInstructorKey() != "" && slices.Contains(c.GetAssistantKeys(), c.GetPrimaryInstructorKey()):
		return errors.New("the primary instructor is among the assistants")
	}
	if err := cmp.Or(checkTitle("the title", c.GetTitle(), mostTitle), checkText("the text", c.GetText(), mostText), checkTeachers(c)); err != nil {
		return err
	}
	for _, s := range c.GetSyllabus() {
		if err := cmp.Or(checkTitle("the section's title", s.GetTitle(), mostTitle), checkText("the section's text", s.GetText(), mostSectionText)); err != nil {
			return err
		}
	}
	return nil
}

func checkTeachers(c *coursev1.ImportedCourse) error {
	if key := c.GetPrimaryInstructorKey(); key != "" {
		if err := checkKey("the primary instructor", key); err != nil {
			return err
		}
	}
	for i, key := range c.GetAssistantKeys() {
		if err := checkKey("the assistant", key); err != nil {
			return err
		}
		if slices.Contains(c.GetAssistantKeys()[:i], key) {
			return fmt.Errorf("the assistant %s is named twice", key)
		}
	}
	return nil
}

// checkTitle is checkText for what may not be blank.
func checkTitle(what, text string, most int) error {
	if strings.Trim(text, blanks) == "" {
		return fmt.Errorf("%s is empty", what)
	}
	return checkText(what, text, most)
}

func isUUID(text string) bool {
	_, err := uuid.Parse(text)
	return err == nil && len(text) == len(uuid.Nil.String())
}

// parseHundredths reads a number with two decimal places at most, exactly.
func parseHundredths(what, text string) (int32, error) {
	whole, part, _ := strings.Cut(text, ".")
	part = strings.TrimRight(part, "0")
	if len(part) > 2 || whole == "" || strings.ContainsAny(text, "+-_") {
		return 0, fmt.Errorf("%s, %.40q, is no number with two decimal places", what, text)
	}
	n, err := strconv.ParseInt(whole+(part + "00")[:2], 10, 32)
	if err != nil {
		return 0, fmt.Errorf("%s, %.40q, is no number with two decimal places", what, text)
	}
	return int32(n), nil
}
