import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { type CourseInstructor, Role } from "@throng/gen/throng/course/v1/assignment_pb";
import { CourseService } from "@throng/gen/throng/course/v1/course_pb";
import type { Instructor } from "@throng/gen/throng/course/v1/instructor_pb";
import { faultOf } from "@throng/sdk";
import { useState } from "react";
import { sayFault } from "../app/faults";
import { Badge } from "../ui/Badge";
import { Button } from "../ui/Button";
import { Confirm } from "../ui/Dialog";
import { More } from "../ui/More";
import { Faulted } from "../ui/Notice";
import { Loading } from "../ui/Spinner";
import { toast } from "../ui/toasts";
import { AddTeacher } from "./AddTeacher";
import { InstructorCard } from "./InstructorCard";
import { fullName } from "./names";
import { refreshCourses, useTeachers } from "./queries";

/** Who teaches a course, and who is to. */
export function Teachers({ courseId }: { courseId: string }) {
  const query = useTeachers(courseId);
  const all = query.data?.pages.flatMap((page) => page.instructors);
  const assign = useAssign(courseId);
  return (
    <section aria-label="Who teaches it" className="panel flex flex-col gap-4 p-4 sm:p-5">
      <h2 className="text-lg">Who teaches it</h2>
      {query.isPending && <Loading />}
      {query.isError && !all && <Faulted error={query.error} retry={query.refetch} />}
      {all?.length === 0 && <p className="text-soft">Nobody yet.</p>}
      <ul aria-label="Instructors" className="flex flex-col gap-4 empty:hidden">
        {all?.map((each) => (
          <Teacher
            courseId={courseId}
            key={each.instructor?.id}
            onPrimary={(instructor) => assign.assign(instructor, Role.PRIMARY)}
            teacher={each}
          />
        ))}
      </ul>
      <More query={query} />
      <AddTeacher busy={assign.busy} onAssign={assign.assign} />
      {assign.contested && (
        <Confirm
          action="Replace"
          busy={assign.busy}
          look="primary"
          onClose={assign.giveUp}
          onConfirm={assign.replace}
          title="Replace the primary instructor?"
        >
          The course has one already, who will be nothing to it any more once{" "}
          <bdi>{fullName(assign.contested)}</bdi> has that place.
        </Confirm>
      )}
    </section>
  );
}

/** Assigns somebody; in the place of a primary instructor only when that is meant. */
function useAssign(courseId: string) {
  const client = useQueryClient();
  const [contested, setContested] = useState<Instructor>();
  const { mutateAsync, isPending } = useMutation(CourseService.method.assignInstructor);
  const send = async (instructor: Instructor, role: Role, replace: boolean): Promise<boolean> => {
    try {
      await mutateAsync({ courseId, instructorId: instructor.id, role, replace });
      setContested(undefined);
      toast(`${fullName(instructor)} ${role === Role.PRIMARY ? "teaches it" : "assists"} now.`);
      await refreshCourses(client);
      return true;
    } catch (err) {
      if (faultOf(err).reason === "has_primary") {
        setContested(instructor);
      } else {
        setContested(undefined);
        toast(sayFault(err), "failed");
      }
      return false;
    }
  };
  return {
    busy: isPending,
    contested,
    assign: (instructor: Instructor, role: Role) => send(instructor, role, false),
    replace: () => void (contested && send(contested, Role.PRIMARY, true)),
    giveUp: () => setContested(undefined),
  };
}

interface TeacherProps {
  courseId: string;
  teacher: CourseInstructor;
  onPrimary(instructor: Instructor): void;
}

function Teacher({ courseId, teacher: { instructor, role }, onPrimary }: TeacherProps) {
  const client = useQueryClient();
  const { mutate, isPending } = useMutation(CourseService.method.unassignInstructor, {
    onSuccess: () => refreshCourses(client),
    onError: (err) => toast(sayFault(err), "failed"),
  });
  if (!instructor) {
    return null;
  }
  const name = fullName(instructor);
  return (
    <li className="border-b border-line pb-4 last:border-0 last:pb-0">
      <InstructorCard
        badge={role === Role.PRIMARY ? <Badge>primary</Badge> : <Badge look="plain">assistant</Badge>}
        instructor={instructor}
      >
        <p className="mt-2 flex flex-wrap gap-2">
          {role !== Role.PRIMARY && (
            <Button
              aria-label={`Make ${name} primary`}
              look="outline"
              onClick={() => onPrimary(instructor)}
              size="small"
            >
              Make primary
            </Button>
          )}
          <Button
            aria-label={`Remove ${name}`}
            busy={isPending}
            look="outline"
            onClick={() => mutate({ courseId, instructorId: instructor.id })}
            size="small"
          >
            Remove
          </Button>
        </p>
      </InstructorCard>
    </li>
  );
}
