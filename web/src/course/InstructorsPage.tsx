import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import type { Instructor } from "@throng/gen/throng/course/v1/instructor_pb";
import { useCallback } from "react";
import { useTitle } from "../app/useTitle";
import { SearchBox } from "../review/SearchBox";
import { buttonClass } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { More } from "../ui/More";
import { Faulted, Notice } from "../ui/Notice";
import { PageHead } from "../ui/PageHead";
import { Loading } from "../ui/Spinner";
import { InstructorCard } from "./InstructorCard";
import { useInstructors, useIsStaff } from "./queries";

const route = getRouteApi("/instructors");

/** All instructors by name, found by what their names begin with or resemble. */
export function InstructorsPage() {
  const { q = "" } = route.useSearch();
  const navigate = useNavigate();
  const write = useCallback(
    (next: string) => void navigate({ to: "/instructors", search: next ? { q: next } : {}, replace: true }),
    [navigate],
  );
  const query = useInstructors(q);
  const all = query.data && once(query.data.pages.flatMap((page) => page.instructors));
  const staff = useIsStaff();
  useTitle("Instructors");
  return (
    <>
      <PageHead title="Instructors">
        {staff && (
          <Link className={`${buttonClass("primary", "small")} ml-auto`} to="/instructors/new">
            <Icon name="pen" size={18} />
            New instructor
          </Link>
        )}
      </PageHead>
      <SearchBox
        busy={query.isFetching && q !== ""}
        label="Search instructors by name"
        onWords={write}
        placeholder="Name"
        words={q}
      />
      <p className="sr-only" role="status">
        {q &&
          all &&
          !query.isPlaceholderData &&
          (all.length === 0 ? "Nobody found." : `${all.length} instructors found.`)}
      </p>
      {query.isPending && <Loading />}
      {query.isError && !all && <Faulted error={query.error} retry={query.refetch} />}
      {all?.length === 0 && !query.isPlaceholderData && (
        <Notice title={q ? `Nobody is called like “${q}”` : "There are no instructors yet"} word="hm" />
      )}
      <ul aria-busy={query.isFetching} aria-label="Instructors" className="flex flex-col gap-2.5">
        {all?.map((instructor) => (
          <li className="panel lazily-drawn p-4 sm:px-5" key={instructor.id}>
            <InstructorCard instructor={instructor} />
          </li>
        ))}
      </ul>
      <More query={query} />
    </>
  );
}

/** Somebody who was renamed between two pages may be on both. */
function once(instructors: Instructor[]): Instructor[] {
  return [...new Map(instructors.map((each) => [each.id, each])).values()];
}
