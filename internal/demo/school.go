package demo

import (
	"context"

	"google.golang.org/protobuf/proto"

	coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"
	throng "github.com/throng-social/throng/sdk/go"
)

// teachers are those of the course, the primary one first.
var teachers = []*coursev1.CreateInstructorRequest{
	{
		FirstName: "Dev", LastName: "Patel", Title: "Builds bikes from other bikes", Organization: "Thursday Repair Evening",
		Learners: 212, AverageRatingHundredths: 471, Ratings: 64, IdempotencyKey: "demo-teacher-dev",
	},
	{
		FirstName: "Ingrid", MiddleInitial: "B", LastName: "Solheim", AcademicTitle: "Dr.", Title: "Counts spokes for a living", Organization: "Institute for Round Things",
		Learners: 1840, AverageRatingHundredths: 438, Ratings: 530, IdempotencyKey: "demo-teacher-ingrid",
	},
}

var course = &coursev1.CreateCourseRequest{
	Number: "BIKE-1", Title: "Wheel building for patient people",
	Text: "Four evenings, one wheel. You bring a rim, a hub and thirty-two spokes; you leave with something that turns.",
	Syllabus: &coursev1.Syllabus{Sections: []*coursev1.SyllabusSection{
		{Title: "What holds a wheel together", Text: "Tension, and why a spoke pulls but never pushes."},
		{Title: "Lacing", Text: "Crossing three times, and finding the mistake in the first one."},
		{Title: "Truing", Text: "Left and right, up and down, in turns and with tea."},
		{Title: "The first ride", Text: "It makes a sound. We talk about the sound."},
	}},
}

// teach offers the course with its teachers; the reviews of a product are its reviews.
func teach(ctx context.Context, organizer *throng.Client, productID string) error {
	req := proto.CloneOf(course)
	req.ProductId = productID
	made, err := organizer.Courses.CreateCourse(ctx, req)
	if err != nil {
		return err
	}
	role := coursev1.Role_ROLE_PRIMARY
	for _, t := range teachers {
		teacher, err := organizer.Courses.CreateInstructor(ctx, t)
		if err != nil {
			return err
		}
		_, err = organizer.Courses.AssignInstructor(ctx, &coursev1.AssignInstructorRequest{
			CourseId: made.GetCourse().GetId(), InstructorId: teacher.GetInstructor().GetId(), Role: role,
		})
		if err != nil {
			return err
		}
		role = coursev1.Role_ROLE_ASSISTANT
	}
	return nil
}
