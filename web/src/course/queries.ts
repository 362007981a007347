import { createConnectQueryKey, useInfiniteQuery, useQuery } from "@connectrpc/connect-query";
import type { QueryClient } from "@tanstack/react-query";
import { Role } from "@throng/gen/throng/access/v1/access_pb";
import { CourseService } from "@throng/gen/throng/course/v1/course_pb";
import { useMe } from "../user/useMe";

const { getCourse, getInstructor, searchCourses, searchInstructors, listInstructorCourses } =
  CourseService.method;

const paged = {
  pageParamKey: "pageToken",
  getNextPageParam: (last: { nextPageToken: string }) => last.nextPageToken || undefined,
} as const;

/** A course by its id, with what it teaches. */
export function useCourse(courseId: string) {
  return useQuery(getCourse, { name: { case: "courseId", value: courseId } });
}

export function useInstructor(instructorId: string) {
  return useQuery(getInstructor, { instructorId });
}

/** Courses by what their numbers and titles begin with, then by what they resemble. */
export function useCourses(query: string) {
  return useInfiniteQuery(
    searchCourses,
    { query, pageToken: "" },
    { ...paged, placeholderData: (before) => before },
  );
}

/** Instructors by what their names begin with, then by what they resemble. */
export function useInstructors(query: string) {
  return useInfiniteQuery(
    searchInstructors,
    { query, pageToken: "" },
    { ...paged, placeholderData: (before) => before },
  );
}

/** What somebody teaches, where he is the primary instructor first. */
export function useCoursesOf(instructorId: string) {
  return useInfiniteQuery(listInstructorCourses, { instructorId, pageToken: "" }, paged);
}

/** Who teaches a course, the primary one first, beginning where a token says. */
export function useTeachers(courseId: string, pageToken = "", enabled = true) {
  return useInfiniteQuery(
    CourseService.method.listCourseInstructors,
    { courseId, pageToken },
    { ...paged, enabled },
  );
}

/** Asks anew for all that is shown of courses and instructors. */
export function refreshCourses(client: QueryClient): Promise<void> {
  return client.invalidateQueries({
    queryKey: createConnectQueryKey({ schema: CourseService, cardinality: undefined }),
  });
}

/** Whether the reader may change courses and instructors; undefined until it is known. */
export function useIsStaff(): boolean | undefined {
  const me = useMe();
  return me && me.role >= Role.ORGANIZER;
}
