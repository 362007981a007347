import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Code, type ConnectRouter } from "@connectrpc/connect";
import { Role as Rank } from "@throng/gen/throng/access/v1/access_pb";
import { type AssignInstructorRequest, Role } from "@throng/gen/throng/course/v1/assignment_pb";
import {
  type Course,
  CourseSchema,
  type CreateCourseRequest,
  type Syllabus,
  SyllabusSchema,
  type UpdateCourseRequest,
} from "@throng/gen/throng/course/v1/catalog_pb";
import { CourseService } from "@throng/gen/throng/course/v1/course_pb";
import type { Instructor } from "@throng/gen/throng/course/v1/instructor_pb";
import { instructorOf, instructors } from "./instructors";
import { searched } from "./likeness";
import { firstReviews, metaOf } from "./reviews";
import { type Community, fail, pageOf } from "./store";
import { ranked } from "./users";

/** A course with those who teach it, by id. */
export interface Taught {
  course: Course;
  syllabus: Syllabus;
  primary: string | undefined;
  assistants: Set<string>;
}

/** Adds a course. */
export function offer(
  community: Community,
  course: MessageInitShape<typeof CourseSchema>,
  syllabus: MessageInitShape<typeof SyllabusSchema> = {},
): Taught {
  const taught: Taught = {
    course: create(CourseSchema, { id: community.nextId(), ...course }),
    syllabus: create(SyllabusSchema, syllabus),
    primary: undefined,
    assistants: new Set(),
  };
  community.courses.set(taught.course.id, taught);
  return taught;
}

export function courseOf(community: Community, courseId: string): Taught {
  return (
    community.courses.get(courseId) ?? fail(Code.NotFound, "course_not_found", "this course does not exist")
  );
}

function checkProduct(community: Community, productId: string): void {
  if (productId && !community.products.has(productId)) {
    fail(Code.InvalidArgument, "product_unknown", "no such product");
  }
}

function createCourse(community: Community, request: CreateCourseRequest): Taught {
  const { number, title, text, productId, syllabus } = request;
  checkProduct(community, productId);
  const before = [...community.courses.values()].find(({ course }) => course.number === number);
  if (!before) {
    return offer(community, { number, title, text, productId }, syllabus ?? {});
  }
  if (before.course.title !== title || before.course.text !== text) {
    fail(Code.AlreadyExists, "course_differs", "there is another course with this number");
  }
  return before;
}

function updateCourse(community: Community, request: UpdateCourseRequest): Taught {
  const taught = courseOf(community, request.courseId);
  const { number, title, text, productId, syllabus } = request;
  const others = [...community.courses.values()].filter((each) => each !== taught);
  if (others.some(({ course }) => course.number === number)) {
    fail(Code.AlreadyExists, "number_taken", "there is another course with this number");
  }
  checkProduct(community, productId ?? "");
  const { course } = taught;
  course.number = number ?? course.number;
  course.title = title ?? course.title;
  course.text = text ?? course.text;
  course.productId = productId ?? course.productId;
  taught.syllabus = syllabus ?? taught.syllabus;
  return taught;
}

/** Makes somebody the primary instructor of a course, or an assistant. */
export function assign(
  community: Community,
  { courseId, instructorId, role, replace }: Omit<AssignInstructorRequest, "$typeName">,
): void {
  const taught = courseOf(community, courseId);
  const { id } = instructorOf(community, instructorId);
  if (taught.primary === id) {
    if (role === Role.ASSISTANT) {
      fail(Code.FailedPrecondition, "is_primary", "the primary instructor cannot be an assistant");
    }
  } else if (role === Role.ASSISTANT) {
    taught.assistants.add(id);
  } else if (taught.primary && !replace) {
    fail(Code.FailedPrecondition, "has_primary", "the course has a primary instructor");
  } else {
    taught.primary = id;
    taught.assistants.delete(id);
  }
}

function teachersOf(community: Community, { primary, assistants }: Taught) {
  const known = (id: string): Instructor => instructorOf(community, id);
  return [
    ...(primary ? [{ instructor: known(primary), role: Role.PRIMARY }] : []),
    ...[...assistants].sort().map((id) => ({ instructor: known(id), role: Role.ASSISTANT })),
  ];
}

/** A section with its content, unless it is set to fail. */
function section<T>(community: Community, name: string, content: () => T) {
  const reason = community.sections.get(name);
  return reason === undefined
    ? { result: { case: "content" as const, value: content() } }
    : { result: { case: "failure" as const, value: { reason } } };
}

function pageOfCourse(community: Community, courseId: string) {
  const taught = courseOf(community, courseId);
  const { productId } = taught.course;
  const assistants = teachersOf(community, taught).filter(({ role }) => role === Role.ASSISTANT);
  const first = pageOf(assistants, ({ instructor }) => instructor.id, { pageSize: 20, pageToken: "" });
  return {
    course: section(community, "course", () => taught.course),
    primaryInstructor: section(community, "primary", () => ({
      ...(taught.primary && { instructor: instructorOf(community, taught.primary) }),
    })),
    assistants: section(community, "assistants", () => ({
      instructors: first.part.map(({ instructor }) => instructor),
      nextPageToken: first.nextPageToken,
    })),
    reviewMeta: section(community, "reviewMeta", () => ({
      ...(productId && { meta: metaOf(community, productId) }),
    })),
    reviews: section(community, "reviews", () => ({ reviews: firstReviews(community, productId) })),
    syllabus: section(community, "syllabus", () => taught.syllabus),
  };
}

export function courses(community: Community) {
  const must = ranked(community, Rank.ORGANIZER);
  const byNumber = (number: string) =>
    [...community.courses.values()].find(({ course }) => course.number === number)?.course.id ?? "";
  return (router: ConnectRouter) =>
    router.service(CourseService, {
      createCourse(request, context) {
        must(context);
        return { course: createCourse(community, request).course };
      },
      getCourse({ name }) {
        const id = name.case === "number" ? byNumber(name.value) : (name.value ?? "");
        const { course, syllabus } = courseOf(community, id);
        return { course, syllabus };
      },
      updateCourse(request, context) {
        must(context);
        const { course, syllabus } = updateCourse(community, request);
        return { course, syllabus };
      },
      deleteCourse({ courseId }, context) {
        must(context);
        community.courses.delete(courseOf(community, courseId).course.id);
        return {};
      },
      searchCourses(request) {
        const all = [...community.courses.values()].map(({ course }) => course);
        const found = searched(
          all,
          request.query,
          ({ number }) => number,
          ({ title }) => title,
        );
        const { part, nextPageToken } = pageOf(found, ({ id }) => id, request);
        return { courses: part, nextPageToken };
      },
      assignInstructor(request, context) {
        must(context);
        assign(community, request);
        return {};
      },
      unassignInstructor({ courseId, instructorId }, context) {
        must(context);
        const taught = courseOf(community, courseId);
        taught.assistants.delete(instructorId);
        taught.primary = taught.primary === instructorId ? undefined : taught.primary;
        return {};
      },
      listCourseInstructors(request) {
        const all = teachersOf(community, courseOf(community, request.courseId));
        const { part, nextPageToken } = pageOf(all, ({ instructor }) => instructor.id, request);
        return { instructors: part, nextPageToken };
      },
      getCoursePage: ({ courseId }) => pageOfCourse(community, courseId),
      ...instructors(community, must),
    });
}
