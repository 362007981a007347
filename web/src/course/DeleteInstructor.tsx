import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Role } from "@throng/gen/throng/course/v1/assignment_pb";
import { CourseService } from "@throng/gen/throng/course/v1/course_pb";
import type { Instructor } from "@throng/gen/throng/course/v1/instructor_pb";
import { faultOf } from "@throng/sdk";
import { sayFault } from "../app/faults";
import { Button } from "../ui/Button";
import { Confirm, Dialog } from "../ui/Dialog";
import { toast } from "../ui/toasts";
import { fullName } from "./names";
import { refreshCourses, useCoursesOf } from "./queries";

interface DeleteProps {
  instructor: Instructor;
  onClose(): void;
}

/** Deletes an instructor, unless a course has no other to teach it: then it says which ones. */
export function DeleteInstructor({ instructor, onClose }: DeleteProps) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const name = fullName(instructor);
  const { mutate, isPending, error } = useMutation(CourseService.method.deleteInstructor, {
    onSuccess: async () => {
      toast(`${name} is deleted.`);
      await navigate({ to: "/instructors", replace: true });
      void refreshCourses(client);
    },
    onError: (err) => {
      if (faultOf(err).reason !== "primary_instructor") {
        onClose();
        toast(sayFault(err), "failed");
      }
    },
  });
  if (error && faultOf(error).reason === "primary_instructor") {
    return <Needed instructor={instructor} onClose={onClose} said={sayFault(error)} />;
  }
  return (
    <Confirm
      action="Delete instructor"
      busy={isPending}
      onClose={onClose}
      onConfirm={() => mutate({ instructorId: instructor.id })}
      title={`Delete ${name}?`}
    >
      Nothing brings the entry back. Courses that this instructor assists at stay.
    </Confirm>
  );
}

/** The courses that need another primary instructor first. */
function Needed({ instructor, said, onClose }: DeleteProps & { said: string }) {
  const query = useCoursesOf(instructor.id);
  const courses = (query.data?.pages.flatMap((page) => page.courses) ?? []).flatMap(({ course, role }) =>
    course && role === Role.PRIMARY ? [course] : [],
  );
  return (
    <Dialog onClose={onClose} title={`${fullName(instructor)} is needed`}>
      <p role="alert">{said}</p>
      <p className="mt-2 text-soft">Let somebody else be primary there first.</p>
      <ul aria-label="Courses to change" className="mt-3 flex max-h-72 flex-col overflow-y-auto">
        {courses.map(({ id, number, title }) => (
          <li key={id}>
            <Link
              className="block rounded-xl px-3 py-2 wrap-anywhere hover:bg-ground"
              onClick={onClose}
              params={{ courseId: id }}
              to="/courses/$courseId/edit"
            >
              <b>{number}</b> <bdi>{title}</bdi>
            </Link>
          </li>
        ))}
      </ul>
      <div className="mt-5 flex flex-wrap justify-end gap-3">
        {query.hasNextPage && (
          <Button busy={query.isFetchingNextPage} look="quiet" onClick={() => void query.fetchNextPage()}>
            More
          </Button>
        )}
        <Button look="outline" onClick={onClose}>
          Close
        </Button>
      </div>
    </Dialog>
  );
}
