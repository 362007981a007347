import { Code } from "@connectrpc/connect";
import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import {
  type Course,
  type GetCourseResponse,
  UpdateCourseRequestSchema,
} from "@throng/gen/throng/course/v1/catalog_pb";
import { CourseService } from "@throng/gen/throng/course/v1/course_pb";
import { useState } from "react";
import { sayFault } from "../app/faults";
import { useForm } from "../app/useForm";
import { useTitle } from "../app/useTitle";
import { Button, buttonClass } from "../ui/Button";
import { Confirm } from "../ui/Dialog";
import { FormProblem } from "../ui/FormProblem";
import { Icon } from "../ui/Icon";
import { Faulted, Notice } from "../ui/Notice";
import { PageHead } from "../ui/PageHead";
import { Loading } from "../ui/Spinner";
import { toast } from "../ui/toasts";
import { CourseFields } from "./CourseFields";
import { draftOf, updateOf } from "./draft";
import { refreshCourses, useCourse } from "./queries";
import { StaffOnly } from "./StaffOnly";
import { Teachers } from "./Teachers";

const route = getRouteApi("/courses/$courseId/edit");

/** Changes a course and who teaches it. */
export function EditCoursePage() {
  const { courseId } = route.useParams();
  const query = useCourse(courseId);
  const course = query.data?.course;
  const gone = query.error?.code === Code.NotFound || query.error?.code === Code.InvalidArgument;
  useTitle(course ? `Edit ${course.number}` : "Edit course");
  return (
    <>
      <PageHead title={course && !gone ? `Edit ${course.number}` : "Edit course"} />
      <StaffOnly>
        {query.isPending && <Loading />}
        {gone && (
          <Notice title="There is no such course" word="gone">
            Its address is wrong, or it was taken away.
          </Notice>
        )}
        {query.isError && !gone && !course && <Faulted error={query.error} retry={query.refetch} />}
        {query.data && course && !gone && (
          <div className="flex flex-col gap-2.5" key={course.id}>
            <Teachers courseId={course.id} />
            <Edit answer={query.data} course={course} />
            <Further course={course} />
          </div>
        )}
      </StaffOnly>
    </>
  );
}

function Edit({ course, answer }: { course: Course; answer: GetCourseResponse }) {
  const client = useQueryClient();
  // What the form began with: what others change meanwhile is not sent back.
  const [before, setBefore] = useState(() => draftOf(course, answer.syllabus));
  const [draft, setDraft] = useState(before);
  const { mutateAsync } = useMutation(CourseService.method.updateCourse);
  const { form, errors, problem, busy } = useForm(
    UpdateCourseRequestSchema,
    async (message) => {
      const answer = await mutateAsync(message);
      const next = draftOf(answer.course, answer.syllabus);
      setBefore(next);
      setDraft(next);
      void refreshCourses(client);
      toast("The course is saved.");
    },
    { number_taken: "number", product_unknown: "product_id" },
  );
  return (
    <section aria-label="The course" className="panel p-4 sm:p-5">
      <h2 className="mb-3 text-lg">The course</h2>
      <form {...form(() => updateOf(course.id, before, draft))} className="flex flex-col gap-4">
        <CourseFields draft={draft} errors={errors} onChange={setDraft} />
        <FormProblem text={problem} />
        <Button busy={busy} type="submit">
          Save
        </Button>
      </form>
    </section>
  );
}

/** The way to the page, and to the end of it. */
function Further({ course }: { course: Course }) {
  const [asks, setAsks] = useState(false);
  const client = useQueryClient();
  const navigate = useNavigate();
  const { mutate, isPending } = useMutation(CourseService.method.deleteCourse, {
    onSuccess: async () => {
      toast(`${course.number} is deleted.`);
      await navigate({ to: "/courses", replace: true });
      void refreshCourses(client);
    },
    onError: (err) => {
      setAsks(false);
      toast(sayFault(err), "failed");
    },
  });
  return (
    <div className="panel flex flex-wrap gap-2 p-4 sm:p-5">
      <Link className={buttonClass("outline")} params={{ courseId: course.id }} to="/courses/$courseId">
        See its page
      </Link>
      <Button look="warning" onClick={() => setAsks(true)}>
        <Icon name="trash" size={20} />
        Delete course
      </Button>
      {asks && (
        <Confirm
          action="Delete course"
          busy={isPending}
          onClose={() => setAsks(false)}
          onConfirm={() => mutate({ courseId: course.id })}
          title={`Delete ${course.number}?`}
        >
          Nothing brings it back. Its instructors and its reviews stay.
        </Confirm>
      )}
    </div>
  );
}
