import type { MessageInitShape } from "@bufbuild/protobuf";
import { Role } from "@throng/gen/throng/course/v1/assignment_pb";
import type { InstructorSchema } from "@throng/gen/throng/course/v1/instructor_pb";
import { assign, employ, offer } from "./community";
import { shop } from "./shop";

/** The village with a school that Olga runs: one course, which Grace Hopper teaches and the shop's boots are reviewed for. */
export function school() {
  const place = shop();
  const { community, boots } = place;
  const engages = (lastName: string, init: MessageInitShape<typeof InstructorSchema> = {}) =>
    employ(community, { firstName: "Ann", lastName, ...init });
  const grace = engages("Hopper", {
    firstName: "Grace",
    middleInitial: "B",
    academicTitle: "Ph.D.",
    title: "Rear Admiral",
    organization: "Navy",
    learners: 12_345n,
    averageRatingHundredths: 473,
    ratings: 321n,
  });
  const taught = offer(
    community,
    { number: "CS-101", title: "Compilers", text: "How they are made.", productId: boots.id },
    { sections: [{ title: "Lexers", text: "Words." }, { title: "Parsers" }] },
  );
  const courseId = taught.course.id;
  const assigns = (instructor: { id: string }, role: Role, to = courseId) =>
    assign(community, { courseId: to, instructorId: instructor.id, role, replace: false });
  assigns(grace, Role.PRIMARY);
  return {
    ...place,
    grace,
    taught,
    path: `/courses/${courseId}`,
    engages,
    assigns,
    assists: (instructor: { id: string }, to = courseId) => assigns(instructor, Role.ASSISTANT, to),
  };
}
