package course

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/throng-social/throng/gen/db/coursedb"
	coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"
	"github.com/throng-social/throng/internal/postgres"
)

// importBatch is what is new of a message, in the form in which it is stored.
type importBatch struct {
	instructors []coursedb.CopyInstructorsParams
	courses     []coursedb.CopyCoursesParams
	assistants  []coursedb.CopyAssistantsParams
	refused     []*coursev1.CourseRefusal

	// byKey are the instructors that the message speaks of, there says which courses
	// there are.
	byKey map[string]uuid.UUID
	there map[string]bool
}

// store stores a message, alone among imports or beside others. Then it fails as
// Exists where another has added a part of it since it was looked for. Nobody has seen
// anything of what it adds, so nothing that is cached becomes old.
func (im *importer) store(ctx context.Context, m *coursev1.ImportCoursesRequest, alone bool) (*importBatch, error) {
	var b *importBatch
	lock := im.service.q.ShareCourseImports
	if alone {
		lock = im.service.q.HoldCourseImports
	}
	err := im.service.db.InTx(ctx, func(tx postgres.Tx) (err error) {
		if err = lock(ctx, tx); err != nil {
			return err
		}
		if b, err = im.prepare(ctx, tx, m); err != nil {
			return err
		}
		return im.copy(ctx, tx, b)
	})
	return b, err
}

// prepare finds out what of a message is new.
func (im *importer) prepare(ctx context.Context, tx postgres.Tx, m *coursev1.ImportCoursesRequest) (*importBatch, error) {
	b := &importBatch{byKey: map[string]uuid.UUID{}, there: map[string]bool{}}
	if err := im.learnCourses(ctx, tx, b, m.GetCourses()); err != nil {
		return nil, err
	}
	if err := im.learnInstructors(ctx, tx, b, m); err != nil {
		return nil, err
	}
	for _, who := range m.GetInstructors() {
		if err := b.addInstructor(who); err != nil {
			return nil, err
		}
	}
	for _, c := range m.GetCourses() {
		if err := b.addCourse(c); err != nil {
			return nil, err
		}
	}
	b.sort()
	return b, nil
}

func (im *importer) learnCourses(ctx context.Context, tx postgres.Tx, b *importBatch, courses []*coursev1.ImportedCourse) error {
	if len(courses) == 0 {
		return nil
	}
	numbers := make([]string, len(courses))
	for i, c := range courses {
		numbers[i] = c.GetNumber()
	}
	slices.Sort(numbers)
	found, err := im.service.q.FindNumbers(ctx, tx, numbers)
	for _, number := range found {
		b.there[number] = true
	}
	return err
}

// learnInstructors looks for those whom the message brings, and for those of the
// courses that are new. Sorted keys are near one another in the index.
func (im *importer) learnInstructors(ctx context.Context, tx postgres.Tx, b *importBatch, m *coursev1.ImportCoursesRequest) error {
	asked := map[string]struct{}{}
	for _, who := range m.GetInstructors() {
		asked[who.GetKey()] = struct{}{}
	}
	for _, c := range m.GetCourses() {
		if b.there[c.GetNumber()] {
			continue
		}
		asked[c.GetPrimaryInstructorKey()] = struct{}{}
		for _, key := range c.GetAssistantKeys() {
			asked[key] = struct{}{}
		}
	}
	delete(asked, "")
	if len(asked) == 0 {
		return nil
	}
	rows, err := im.service.q.FindInstructorsByKeys(ctx, tx, slices.Sorted(maps.Keys(asked)))
	for _, row := range rows {
		b.byKey[row.Key] = row.ID
	}
	return err
}

// addInstructor adds one who is not there, once.
func (b *importBatch) addInstructor(who *coursev1.ImportedInstructor) error {
	if _, there := b.byKey[who.GetKey()]; there {
		return nil
	}
	made, err := uuid.NewV7()
	if err != nil {
		return err
	}
	b.byKey[who.GetKey()] = made
	b.instructors = append(b.instructors, coursedb.CopyInstructorsParams{
		ID: made, Key: who.GetKey(), FirstName: who.GetFirstName(), MiddleInitial: who.GetMiddleInitial(), LastName: who.GetLastName(),
		NameKey: textKey(who.GetFirstName() + " " + who.GetLastName()), LastKey: textKey(who.GetLastName()),
		AcademicTitle: who.GetAcademicTitle(), Title: who.GetTitle(), Organization: who.GetOrganization(), Learners: who.GetLearners(),
		AverageRating: int16(who.GetAverageRatingHundredths()), Ratings: who.GetRatings(), //nolint:gosec // 0 to 500
	})
	return nil
}

// addCourse adds one that is not there, once, if those who teach it are.
func (b *importBatch) addCourse(c *coursev1.ImportedCourse) error {
	if b.there[c.GetNumber()] {
		return nil
	}
	row := coursedb.CopyCoursesParams{Number: c.GetNumber(), Title: c.GetTitle(), TitleKey: textKey(c.GetTitle()), Text: c.GetText()}
	row.SyllabusTitles, row.SyllabusTexts = columnsOf(c.GetSyllabus())
	var err error
	if row.ProductID, err = optionalID("product_id", c.GetProductId()); err != nil {
		return err
	}
	if row.ID, err = uuid.NewV7(); err != nil {
		return err
	}
	assistants := make([]coursedb.CopyAssistantsParams, len(c.GetAssistantKeys()))
	known := c.GetPrimaryInstructorKey() == ""
	if !known {
		var primary uuid.UUID
		primary, known = b.byKey[c.GetPrimaryInstructorKey()]
		row.PrimaryID = &primary
	}
	for i, key := range c.GetAssistantKeys() {
		who, there := b.byKey[key]
		known = known && there
		assistants[i] = coursedb.CopyAssistantsParams{CourseID: row.ID, InstructorID: who}
	}
	if !known {
		b.refused = append(b.refused, &coursev1.CourseRefusal{Line: c.GetLine(), Reason: "instructor_missing"})
		return nil
	}
	b.there[c.GetNumber()] = true
	b.courses, b.assistants = append(b.courses, row), append(b.assistants, assistants...)
	return nil
}

// sort puts all into the order of what is unique, so that whoever stores the same at
// the same time does so in the same order.
func (b *importBatch) sort() {
	slices.SortFunc(b.instructors, func(x, y coursedb.CopyInstructorsParams) int { return strings.Compare(x.Key, y.Key) })
	slices.SortFunc(b.courses, func(x, y coursedb.CopyCoursesParams) int { return strings.Compare(x.Number, y.Number) })
	slices.SortFunc(b.assistants, func(x, y coursedb.CopyAssistantsParams) int {
		return cmp.Or(bytes.Compare(x.CourseID[:], y.CourseID[:]), bytes.Compare(x.InstructorID[:], y.InstructorID[:]))
	})
}

func (im *importer) copy(ctx context.Context, tx postgres.Tx, b *importBatch) error {
	q := im.service.q
	if len(b.instructors) > 0 {
		if _, err := q.CopyInstructors(ctx, tx, b.instructors); err != nil {
			return err
		}
	}
	if len(b.courses) == 0 {
		return nil
	}
	if _, err := q.CopyCourses(ctx, tx, b.courses); err != nil || len(b.assistants) == 0 {
		return err
	}
	_, err := q.CopyAssistants(ctx, tx, b.assistants)
	return err
}
