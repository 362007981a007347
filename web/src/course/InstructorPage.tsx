import { Code } from "@connectrpc/connect";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Role } from "@throng/gen/throng/course/v1/assignment_pb";
import type { Instructor } from "@throng/gen/throng/course/v1/instructor_pb";
import { useState } from "react";
import { useTitle } from "../app/useTitle";
import { Badge } from "../ui/Badge";
import { Button, buttonClass } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { More } from "../ui/More";
import { Faulted, Notice } from "../ui/Notice";
import { PageHead } from "../ui/PageHead";
import { Loading } from "../ui/Spinner";
import { CourseRow } from "./CourseRow";
import { DeleteInstructor } from "./DeleteInstructor";
import { InstructorCard } from "./InstructorCard";
import { fullName } from "./names";
import { useCoursesOf, useInstructor, useIsStaff } from "./queries";

const route = getRouteApi("/instructors/$instructorId");

/** An instructor and what he teaches. */
export function InstructorPage() {
  const { instructorId } = route.useParams();
  const query = useInstructor(instructorId);
  const instructor = query.data?.instructor;
  const gone = query.error?.code === Code.NotFound || query.error?.code === Code.InvalidArgument;
  const name = instructor && !gone ? fullName(instructor) : "Instructor";
  useTitle(name);
  return (
    <>
      <PageHead title={name} />
      {query.isPending && <Loading />}
      {gone && (
        <Notice title="There is no such instructor" word="gone">
          The address is wrong, or the entry was taken away.
        </Notice>
      )}
      {query.isError && !gone && !instructor && <Faulted error={query.error} retry={query.refetch} />}
      {instructor && !gone && (
        <div className="flex flex-col gap-2.5" key={instructor.id}>
          <About instructor={instructor} />
          <Courses instructor={instructor} />
        </div>
      )}
    </>
  );
}

function About({ instructor }: { instructor: Instructor }) {
  const staff = useIsStaff();
  const [deleting, setDeleting] = useState(false);
  const params = { instructorId: instructor.id };
  return (
    <section aria-label="About" className="panel p-4 sm:p-5">
      <InstructorCard
        heading={<bdi className="font-bold wrap-anywhere">{fullName(instructor)}</bdi>}
        instructor={instructor}
      />
      {staff && (
        <p className="mt-4 flex flex-wrap gap-2">
          <Link
            className={buttonClass("outline", "small")}
            params={params}
            to="/instructors/$instructorId/edit"
          >
            <Icon name="settings" size={18} />
            Edit instructor
          </Link>
          <Button look="warning" onClick={() => setDeleting(true)} size="small">
            <Icon name="trash" size={18} />
            Delete instructor
          </Button>
        </p>
      )}
      {deleting && <DeleteInstructor instructor={instructor} onClose={() => setDeleting(false)} />}
    </section>
  );
}

function Courses({ instructor }: { instructor: Instructor }) {
  const query = useCoursesOf(instructor.id);
  const all = query.data?.pages.flatMap((page) => page.courses);
  return (
    <section aria-label="Courses">
      <h2 className="mt-3 mb-2 px-1 text-lg">Courses</h2>
      {query.isPending && <Loading />}
      {query.isError && !all && <Faulted error={query.error} retry={query.refetch} />}
      {all?.length === 0 && <p className="panel p-4 text-soft sm:px-5">None yet.</p>}
      <ul aria-label="Courses" className="flex flex-col gap-2.5">
        {all?.map(
          ({ course, role }) =>
            course && (
              <CourseRow course={course} key={course.id}>
                {role === Role.PRIMARY ? <Badge>primary</Badge> : <Badge look="plain">assistant</Badge>}
              </CourseRow>
            ),
        )}
      </ul>
      <More query={query} />
    </section>
  );
}
