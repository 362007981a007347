import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { CourseService } from "@throng/gen/throng/course/v1/course_pb";
import { CreateInstructorRequestSchema } from "@throng/gen/throng/course/v1/instructor_pb";
import { useState } from "react";
import { useForm } from "../app/useForm";
import { useKey } from "../app/useKey";
import { useTitle } from "../app/useTitle";
import { usePicture } from "../media/usePicture";
import { Button } from "../ui/Button";
import { FormProblem } from "../ui/FormProblem";
import { PageHead } from "../ui/PageHead";
import { toast } from "../ui/toasts";
import { InstructorFields } from "./InstructorFields";
import { createOf, draftOf, missingOf } from "./instructorDraft";
import { fullName } from "./names";
import { refreshCourses } from "./queries";
import { StaffOnly } from "./StaffOnly";

/** Adds an instructor. */
export function NewInstructorPage() {
  useTitle("New instructor");
  return (
    <>
      <PageHead title="New instructor" />
      <StaffOnly>
        <NewInstructor />
      </StaffOnly>
    </>
  );
}

function NewInstructor() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [draft, setDraft] = useState(() => draftOf());
  const picture = usePicture(undefined, { square: 512 });
  const { keyFor } = useKey();
  const { mutateAsync } = useMutation(CourseService.method.createInstructor);
  const { form, errors, problem, busy } = useForm(
    CreateInstructorRequestSchema,
    async (message) => {
      const { instructor } = await mutateAsync(message);
      void refreshCourses(client);
      if (instructor) {
        toast(`${fullName(instructor)} is there.`);
        await navigate({
          to: "/instructors/$instructorId",
          params: { instructorId: instructor.id },
          replace: true,
        });
      }
    },
    { media_not_ready: "picture_media_id", average_without_ratings: "average_rating_hundredths" },
  );
  const read = () => {
    const mediaId = picture.change ?? "";
    return createOf(draft, mediaId, keyFor(JSON.stringify([draft, mediaId])));
  };
  return (
    <form
      {...form(read, missingOf(draft))}
      aria-label="New instructor"
      className="panel flex flex-col gap-4 p-4 sm:p-5"
    >
      <InstructorFields draft={draft} errors={errors} onChange={setDraft} picture={picture} />
      <FormProblem text={problem} />
      <Button busy={busy} disabled={!picture.settled} type="submit">
        Add instructor
      </Button>
    </form>
  );
}
