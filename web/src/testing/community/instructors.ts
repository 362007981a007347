import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Code, type HandlerContext, type ServiceImpl } from "@connectrpc/connect";
import { Role } from "@throng/gen/throng/course/v1/assignment_pb";
import type { CourseService } from "@throng/gen/throng/course/v1/course_pb";
import {
  type Instructor,
  InstructorSchema,
  type UpdateInstructorRequest,
} from "@throng/gen/throng/course/v1/instructor_pb";
import { searched } from "./likeness";
import { type Community, fail, pageOf } from "./store";

/** Adds an instructor. */
export function employ(
  community: Community,
  instructor: MessageInitShape<typeof InstructorSchema>,
): Instructor {
  const employed = create(InstructorSchema, { id: community.nextId(), ...instructor });
  community.instructors.set(employed.id, employed);
  return employed;
}

export function instructorOf(community: Community, instructorId: string): Instructor {
  return (
    community.instructors.get(instructorId) ??
    fail(Code.NotFound, "instructor_not_found", "no such instructor")
  );
}

function pictureOf(community: Community, mediaId: string) {
  if (!mediaId) {
    return {};
  }
  const picture = community.media.get(mediaId);
  return { picture: picture ?? fail(Code.FailedPrecondition, "media_not_ready", "not arrived") };
}

function update(community: Community, request: UpdateInstructorRequest): Instructor {
  const { $typeName: _, $unknown: __, instructorId, pictureMediaId, ...values } = request;
  const { picture, ...before } = instructorOf(community, instructorId);
  const kept = pictureMediaId === undefined ? picture && { picture } : pictureOf(community, pictureMediaId);
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  const next = create(InstructorSchema, { ...before, ...given, ...kept });
  if (next.ratings === 0n && next.averageRatingHundredths > 0) {
    fail(Code.InvalidArgument, "average_without_ratings", "without ratings there is no mean of them");
  }
  community.instructors.set(next.id, next);
  return next;
}

/** The courses of an instructor, where he is the primary one first. */
function coursesOf(community: Community, instructorId: string) {
  const all = [...community.courses.values()];
  const as = (role: Role) => (taught: (typeof all)[number]) => ({ course: taught.course, role });
  return [
    ...all.filter(({ primary }) => primary === instructorId).map(as(Role.PRIMARY)),
    ...all.filter(({ assistants }) => assistants.has(instructorId)).map(as(Role.ASSISTANT)),
  ];
}

function remove(community: Community, instructorId: string): void {
  const { id } = instructorOf(community, instructorId);
  const led = coursesOf(community, id).filter(({ role }) => role === Role.PRIMARY);
  if (led.length > 0) {
    const numbers = led.slice(0, 10).map(({ course }) => course.number);
    const message = `this is the primary instructor of ${numbers.join(", ")}`;
    fail(Code.FailedPrecondition, "primary_instructor", message);
  }
  for (const { assistants } of community.courses.values()) {
    assistants.delete(id);
  }
  community.instructors.delete(id);
}

/** The part of the service of courses that is about instructors. */
export function instructors(community: Community, must: (context: HandlerContext) => unknown) {
  return {
    createInstructor(request, context) {
      must(context);
      const { $typeName: _, $unknown: __, pictureMediaId, idempotencyKey, ...values } = request;
      const key = `instructor ${idempotencyKey}`;
      const before = community.instructors.get(community.keys.get(key) ?? "");
      const instructor = before ?? employ(community, { ...values, ...pictureOf(community, pictureMediaId) });
      community.keys.set(key, instructor.id);
      return { instructor };
    },
    getInstructor: ({ instructorId }) => ({ instructor: instructorOf(community, instructorId) }),
    updateInstructor(request, context) {
      must(context);
      return { instructor: update(community, request) };
    },
    deleteInstructor({ instructorId }, context) {
      must(context);
      remove(community, instructorId);
      return {};
    },
    searchInstructors(request) {
      const found = searched(
        [...community.instructors.values()],
        request.query,
        ({ lastName }) => lastName,
        ({ firstName, lastName }) => `${firstName} ${lastName}`,
      );
      const { part, nextPageToken } = pageOf(found, ({ id }) => id, request);
      return { instructors: part, nextPageToken };
    },
    listInstructorCourses(request) {
      const all = coursesOf(community, instructorOf(community, request.instructorId).id);
      const { part, nextPageToken } = pageOf(all, ({ course }) => course.id, request);
      return { courses: part, nextPageToken };
    },
  } satisfies Partial<ServiceImpl<typeof CourseService>>;
}
