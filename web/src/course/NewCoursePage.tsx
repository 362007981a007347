import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { CreateCourseRequestSchema } from "@throng/gen/throng/course/v1/catalog_pb";
import { CourseService } from "@throng/gen/throng/course/v1/course_pb";
import { useState } from "react";
import { useForm } from "../app/useForm";
import { useTitle } from "../app/useTitle";
import { Button } from "../ui/Button";
import { FormProblem } from "../ui/FormProblem";
import { PageHead } from "../ui/PageHead";
import { toast } from "../ui/toasts";
import { CourseFields } from "./CourseFields";
import { createOf, draftOf } from "./draft";
import { refreshCourses } from "./queries";
import { StaffOnly } from "./StaffOnly";

/** Adds a course; who teaches it is chosen once it is there. */
export function NewCoursePage() {
  useTitle("New course");
  return (
    <>
      <PageHead title="New course" />
      <StaffOnly>
        <NewCourse />
      </StaffOnly>
    </>
  );
}

function NewCourse() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [draft, setDraft] = useState(() => draftOf());
  const { mutateAsync } = useMutation(CourseService.method.createCourse);
  const { form, errors, problem, busy } = useForm(
    CreateCourseRequestSchema,
    async (message) => {
      const { course } = await mutateAsync(message);
      void refreshCourses(client);
      if (course) {
        toast(`${course.number} is there. Choose who teaches it.`);
        await navigate({ to: "/courses/$courseId/edit", params: { courseId: course.id }, replace: true });
      }
    },
    { course_differs: "number", product_unknown: "product_id" },
  );
  return (
    <form
      {...form(() => createOf(draft))}
      aria-label="New course"
      className="panel flex flex-col gap-4 p-4 sm:p-5"
    >
      <CourseFields draft={draft} errors={errors} onChange={setDraft} />
      <FormProblem text={problem} />
      <Button busy={busy} type="submit">
        Add course
      </Button>
    </form>
  );
}
