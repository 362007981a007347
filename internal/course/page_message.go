package course

import coursev1 "github.com/throng-social/throng/gen/go/throng/course/v1"

// Each section's two messages: what there is, and why there is nothing.

func courseSection(c *coursev1.Course) *coursev1.CourseSection {
	return &coursev1.CourseSection{Result: &coursev1.CourseSection_Content{Content: c}}
}

func courseFailure(f *coursev1.SectionFailure) *coursev1.CourseSection {
	return &coursev1.CourseSection{Result: &coursev1.CourseSection_Failure{Failure: f}}
}

func primarySection(p *coursev1.PrimaryInstructor) *coursev1.PrimaryInstructorSection {
	return &coursev1.PrimaryInstructorSection{Result: &coursev1.PrimaryInstructorSection_Content{Content: p}}
}

func primaryFailure(f *coursev1.SectionFailure) *coursev1.PrimaryInstructorSection {
	return &coursev1.PrimaryInstructorSection{Result: &coursev1.PrimaryInstructorSection_Failure{Failure: f}}
}

func assistantsSection(a *coursev1.Assistants) *coursev1.AssistantsSection {
	return &coursev1.AssistantsSection{Result: &coursev1.AssistantsSection_Content{Content: a}}
}

func assistantsFailure(f *coursev1.SectionFailure) *coursev1.AssistantsSection {
	return &coursev1.AssistantsSection{Result: &coursev1.AssistantsSection_Failure{Failure: f}}
}

func metaSection(m *coursev1.CourseReviewMeta) *coursev1.ReviewMetaSection {
	return &coursev1.ReviewMetaSection{Result: &coursev1.ReviewMetaSection_Content{Content: m}}
}

func metaFailure(f *coursev1.SectionFailure) *coursev1.ReviewMetaSection {
	return &coursev1.ReviewMetaSection{Result: &coursev1.ReviewMetaSection_Failure{Failure: f}}
}

func reviewsSection(r *coursev1.CourseReviews) *coursev1.ReviewsSection {
	return &coursev1.ReviewsSection{Result: &coursev1.ReviewsSection_Content{Content: r}}
}

func reviewsFailure(f *coursev1.SectionFailure) *coursev1.ReviewsSection {
	return &coursev1.ReviewsSection{Result: &coursev1.ReviewsSection_Failure{Failure: f}}
}

func syllabusSection(s *coursev1.Syllabus) *coursev1.SyllabusPageSection {
	return &coursev1.SyllabusPageSection{Result: &coursev1.SyllabusPageSection_Content{Content: s}}
}

func syllabusFailure(f *coursev1.SectionFailure) *coursev1.SyllabusPageSection {
	return &coursev1.SyllabusPageSection{Result: &coursev1.SyllabusPageSection_Failure{Failure: f}}
}
