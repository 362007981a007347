import { Code } from "@connectrpc/connect";
import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { CourseService } from "@throng/gen/throng/course/v1/course_pb";
import { type Instructor, UpdateInstructorRequestSchema } from "@throng/gen/throng/course/v1/instructor_pb";
import { useState } from "react";
import { useForm } from "../app/useForm";
import { useTitle } from "../app/useTitle";
import { usePicture } from "../media/usePicture";
import { Button } from "../ui/Button";
import { FormProblem } from "../ui/FormProblem";
import { Faulted, Notice } from "../ui/Notice";
import { PageHead } from "../ui/PageHead";
import { Loading } from "../ui/Spinner";
import { toast } from "../ui/toasts";
import { InstructorFields } from "./InstructorFields";
import { draftOf, missingOf, updateOf } from "./instructorDraft";
import { refreshCourses, useInstructor } from "./queries";
import { StaffOnly } from "./StaffOnly";

const route = getRouteApi("/instructors/$instructorId/edit");

/** Changes what is said of an instructor, on all of his courses at once. */
export function EditInstructorPage() {
  const { instructorId } = route.useParams();
  const query = useInstructor(instructorId);
  const instructor = query.data?.instructor;
  const gone = query.error?.code === Code.NotFound || query.error?.code === Code.InvalidArgument;
  useTitle("Edit instructor");
  return (
    <>
      <PageHead title="Edit instructor" />
      <StaffOnly>
        {query.isPending && <Loading />}
        {gone && (
          <Notice title="There is no such instructor" word="gone">
            The address is wrong, or the entry was taken away.
          </Notice>
        )}
        {query.isError && !gone && !instructor && <Faulted error={query.error} retry={query.refetch} />}
        {instructor && !gone && <Edit instructor={instructor} key={instructor.id} />}
      </StaffOnly>
    </>
  );
}

function Edit({ instructor }: { instructor: Instructor }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const instructorId = instructor.id;
  // What the form began with: what others change meanwhile is not sent back.
  const [before] = useState(() => draftOf(instructor));
  const [draft, setDraft] = useState(before);
  const picture = usePicture(instructor.picture, { square: 512 });
  const { mutateAsync } = useMutation(CourseService.method.updateInstructor);
  const { form, errors, problem, busy } = useForm(
    UpdateInstructorRequestSchema,
    async (message) => {
      await mutateAsync(message);
      void refreshCourses(client);
      toast("The instructor is saved.");
      await navigate({ to: "/instructors/$instructorId", params: { instructorId }, replace: true });
    },
    { media_not_ready: "picture_media_id", average_without_ratings: "average_rating_hundredths" },
  );
  const read = () => ({
    ...updateOf(instructorId, before, draft),
    ...(picture.change !== undefined && { pictureMediaId: picture.change }),
  });
  return (
    <form
      {...form(read, missingOf(draft))}
      aria-label="Edit instructor"
      className="panel flex flex-col gap-4 p-4 sm:p-5"
    >
      <InstructorFields draft={draft} errors={errors} onChange={setDraft} picture={picture} />
      <FormProblem text={problem} />
      <Button busy={busy} disabled={!picture.settled} type="submit">
        Save
      </Button>
    </form>
  );
}
