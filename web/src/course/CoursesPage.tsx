import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import type { Course } from "@throng/gen/throng/course/v1/catalog_pb";
import { useCallback } from "react";
import { useTitle } from "../app/useTitle";
import { SearchBox } from "../review/SearchBox";
import { buttonClass } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { More } from "../ui/More";
import { Faulted, Notice } from "../ui/Notice";
import { Loading } from "../ui/Spinner";
import { CourseRow } from "./CourseRow";
import { useCourses, useIsStaff } from "./queries";

const route = getRouteApi("/courses");

/** All courses by number, found by what numbers and titles begin with or resemble. */
export function CoursesPage() {
  const { q = "" } = route.useSearch();
  const navigate = useNavigate();
  const write = useCallback(
    (next: string) => void navigate({ to: "/courses", search: next ? { q: next } : {}, replace: true }),
    [navigate],
  );
  const query = useCourses(q);
  const courses = query.data && once(query.data.pages.flatMap((page) => page.courses));
  useTitle("Courses");
  return (
    <>
      <Head />
      <SearchBox
        busy={query.isFetching && q !== ""}
        label="Search courses by number or title"
        onWords={write}
        placeholder="Number or title"
        words={q}
      />
      <p className="sr-only" role="status">
        {q &&
          courses &&
          !query.isPlaceholderData &&
          (courses.length === 0 ? "No course found." : `${courses.length} courses found.`)}
      </p>
      {query.isPending && <Loading />}
      {query.isError && !courses && <Faulted error={query.error} retry={query.refetch} />}
      {courses?.length === 0 && !query.isPlaceholderData && <Empty q={q} />}
      <ul aria-busy={query.isFetching} aria-label="Courses" className="flex flex-col gap-2.5">
        {courses?.map((course) => (
          <CourseRow course={course} key={course.id} />
        ))}
      </ul>
      <More query={query} />
    </>
  );
}

/** A course that was renamed between two pages may be on both. */
function once(courses: Course[]): Course[] {
  return [...new Map(courses.map((course) => [course.id, course])).values()];
}

function Head() {
  const staff = useIsStaff();
  return (
    <div className="mb-3 flex min-h-11 flex-wrap items-center justify-between gap-3">
      <h1 className="text-xl">Courses</h1>
      <div className="flex flex-wrap gap-2">
        <Link className={buttonClass("outline", "small")} to="/instructors">
          <Icon name="person" size={18} />
          Instructors
        </Link>
        {staff && (
          <Link className={buttonClass("primary", "small")} to="/courses/new">
            <Icon name="pen" size={18} />
            New course
          </Link>
        )}
      </div>
    </div>
  );
}

function Empty({ q }: { q: string }) {
  return q ? (
    <Notice title={`No course is like “${q}”`} word="hm">
      Try fewer letters, or another spelling.
    </Notice>
  ) : (
    <Notice title="There are no courses yet" word="soon">
      As soon as the school adds one, it is here.
    </Notice>
  );
}
