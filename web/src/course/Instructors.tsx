import type { Instructor } from "@throng/gen/throng/course/v1/instructor_pb";
import type { Assistants, GetCoursePageResponse } from "@throng/gen/throng/course/v1/page_pb";
import { useState } from "react";
import { sayFault } from "../app/faults";
import { Badge } from "../ui/Badge";
import { Button } from "../ui/Button";
import { InstructorCard } from "./InstructorCard";
import { Part } from "./Part";
import { useTeachers } from "./queries";

interface InstructorsProps {
  courseId: string;
  page: GetCoursePageResponse;
  busy: boolean;
  onRetry(): void;
}

/** Who teaches a course, and who assists; the one may be there without the other. */
export function Instructors({ courseId, page, ...again }: InstructorsProps) {
  return (
    <div className="flex flex-col gap-4">
      <Part {...again} result={page.primaryInstructor?.result} what="The primary instructor">
        {({ instructor }) =>
          instructor ? (
            <InstructorCard badge={<Badge>primary</Badge>} instructor={instructor} />
          ) : (
            <p className="text-soft">Nobody teaches it yet.</p>
          )
        }
      </Part>
      <Part {...again} result={page.assistants?.result} what="Who assists">
        {(assistants) => <AssistantList assistants={assistants} courseId={courseId} />}
      </Part>
    </div>
  );
}

function AssistantList({ courseId, assistants }: { courseId: string; assistants: Assistants }) {
  const [asked, setAsked] = useState(false);
  const token = assistants.nextPageToken;
  const query = useTeachers(courseId, token, asked && token !== "");
  const further = query.data?.pages.flatMap((page) => page.instructors) ?? [];
  const all = once([...assistants.instructors, ...further.flatMap(({ instructor }) => instructor ?? [])]);
  if (all.length === 0) {
    return null;
  }
  const more = asked ? query.hasNextPage || query.isPending : token !== "";
  return (
    <div className="border-t border-line pt-4">
      <h3 className="mb-3 text-base">Assistants</h3>
      <ul aria-label="Assistants" className="flex flex-col gap-4">
        {all.map((instructor) => (
          <li key={instructor.id}>
            <InstructorCard instructor={instructor} />
          </li>
        ))}
      </ul>
      {query.isError && <p className="mt-3 text-soft">{sayFault(query.error)}</p>}
      {(more || query.isError) && (
        <Button
          busy={query.isFetching}
          className="mt-3"
          look="outline"
          onClick={() =>
            asked ? void (query.data ? query.fetchNextPage() : query.refetch()) : setAsked(true)
          }
          size="small"
        >
          {query.isError ? "Try again" : "More assistants"}
        </Button>
      )}
    </div>
  );
}

function once(instructors: Instructor[]): Instructor[] {
  return [...new Map(instructors.map((each) => [each.id, each])).values()];
}
