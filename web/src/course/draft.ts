import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  Course,
  CreateCourseRequestSchema,
  Syllabus,
  UpdateCourseRequestSchema,
} from "@throng/gen/throng/course/v1/catalog_pb";

/** A part of the syllabus as it is filled in. */
export interface PartDraft {
  /** Of the form alone. */
  id: number;
  title: string;
  text: string;
}

/** A course as it is filled into a form. */
export interface CourseDraft {
  number: string;
  title: string;
  text: string;
  /** Empty for none. */
  productId: string;
  parts: PartDraft[];
}

/** The form of a course that is there, or an empty one. */
export function draftOf(course?: Course, syllabus?: Syllabus): CourseDraft {
  return {
    number: course?.number ?? "",
    title: course?.title ?? "",
    text: course?.text ?? "",
    productId: course?.productId ?? "",
    parts: (syllabus?.sections ?? []).map(({ title, text }, id) => ({ id, title, text })),
  };
}

const numberOf = ({ number }: CourseDraft) => number.trim().toUpperCase();
const sectionsOf = ({ parts }: CourseDraft) =>
  parts.map(({ title, text }) => ({ title: title.trim(), text: text.trim() }));

/** The message that makes the course. */
export function createOf(draft: CourseDraft): MessageInitShape<typeof CreateCourseRequestSchema> {
  return {
    number: numberOf(draft),
    title: draft.title.trim(),
    text: draft.text.trim(),
    productId: draft.productId,
    ...(draft.parts.length > 0 && { syllabus: { sections: sectionsOf(draft) } }),
  };
}

/** The message that changes a course from what it was into what is filled in; what is the same is left out. */
export function updateOf(
  courseId: string,
  before: CourseDraft,
  draft: CourseDraft,
): MessageInitShape<typeof UpdateCourseRequestSchema> {
  const was = createOf(before);
  const is = createOf(draft);
  const sections = sectionsOf(draft);
  return {
    courseId,
    ...(was.number !== is.number && { number: is.number ?? "" }),
    ...(was.title !== is.title && { title: is.title ?? "" }),
    ...(was.text !== is.text && { text: is.text ?? "" }),
    ...(was.productId !== is.productId && { productId: is.productId ?? "" }),
    ...(JSON.stringify(sectionsOf(before)) !== JSON.stringify(sections) && { syllabus: { sections } }),
  };
}
