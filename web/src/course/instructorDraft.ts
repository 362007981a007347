import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  CreateInstructorRequestSchema,
  Instructor,
  UpdateInstructorRequestSchema,
} from "@throng/gen/throng/course/v1/instructor_pb";

/** An instructor as he is filled into a form. */
export interface InstructorDraft {
  firstName: string;
  middleInitial: string;
  lastName: string;
  academicTitle: string;
  title: string;
  organization: string;
  learners: string;
  /** Of 5, as in `4.73`; empty where there are no ratings. */
  average: string;
  ratings: string;
}

/** The form of an instructor who is there, or an empty one. */
export function draftOf(instructor?: Instructor): InstructorDraft {
  const { firstName = "", middleInitial = "", lastName = "" } = instructor ?? {};
  const { academicTitle = "", title = "", organization = "" } = instructor ?? {};
  const { learners = 0n, ratings = 0n, averageRatingHundredths = 0 } = instructor ?? {};
  return {
    firstName,
    middleInitial,
    lastName,
    academicTitle,
    title,
    organization,
    learners: learners > 0n ? String(learners) : "",
    average: averageRatingHundredths > 0 ? String(averageRatingHundredths / 100) : "",
    ratings: ratings > 0n ? String(ratings) : "",
  };
}

/** What is no number is a negative one: the contract's rules refuse it at its field. */
function countOf(text: string): bigint {
  const digits = text.trim();
  return digits === "" ? 0n : /^\d{1,18}$/.test(digits) ? BigInt(digits) : -1n;
}

function hundredthsOf(text: string): number {
  const written = text.trim().replace(",", ".");
  return written === "" ? 0 : /^\d(\.\d{1,2})?$/.test(written) ? Math.round(Number(written) * 100) : -1;
}

function valuesOf(draft: InstructorDraft) {
  return {
    firstName: draft.firstName.trim(),
    middleInitial: draft.middleInitial.trim().replace(/\.$/, ""),
    lastName: draft.lastName.trim(),
    academicTitle: draft.academicTitle.trim(),
    title: draft.title.trim(),
    organization: draft.organization.trim(),
    learners: countOf(draft.learners),
    averageRatingHundredths: hundredthsOf(draft.average),
    ratings: countOf(draft.ratings),
  };
}

/** What the rules say of the whole, by the field where it is told. */
export function missingOf(draft: InstructorDraft): Record<string, string> {
  const { ratings, averageRatingHundredths } = valuesOf(draft);
  return ratings === 0n && averageRatingHundredths > 0
    ? { average_rating_hundredths: "Without ratings there is no average." }
    : {};
}

/** The message that adds the instructor. */
export function createOf(
  draft: InstructorDraft,
  pictureMediaId: string,
  idempotencyKey: string,
): MessageInitShape<typeof CreateInstructorRequestSchema> {
  return { ...valuesOf(draft), pictureMediaId, idempotencyKey };
}

/** The message that changes an instructor into what is filled in; what is the same is left out. */
export function updateOf(
  instructorId: string,
  before: InstructorDraft,
  draft: InstructorDraft,
): MessageInitShape<typeof UpdateInstructorRequestSchema> {
  const was: Record<string, unknown> = valuesOf(before);
  const changed = Object.entries(valuesOf(draft)).filter(([name, value]) => was[name] !== value);
  return { instructorId, ...Object.fromEntries(changed) };
}
