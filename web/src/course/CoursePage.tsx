import { Code } from "@connectrpc/connect";
import { useQuery } from "@connectrpc/connect-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { Course } from "@throng/gen/throng/course/v1/catalog_pb";
import { CourseService } from "@throng/gen/throng/course/v1/course_pb";
import type { GetCoursePageResponse } from "@throng/gen/throng/course/v1/page_pb";
import { useTitle } from "../app/useTitle";
import { LongText } from "../review/LongText";
import { Stars } from "../review/Stars";
import { sayMean } from "../review/sums";
import { buttonClass } from "../ui/Button";
import { counted } from "../ui/count";
import { Icon } from "../ui/Icon";
import { Faulted, Notice } from "../ui/Notice";
import { PageHead } from "../ui/PageHead";
import { Loading } from "../ui/Spinner";
import { CourseReviews } from "./CourseReviews";
import { Instructors } from "./Instructors";
import { Part, Section } from "./Part";
import { useIsStaff } from "./queries";
import { SectionLinks } from "./SectionLinks";
import { SyllabusList } from "./SyllabusList";

const route = getRouteApi("/courses/$courseId");

/** A course: who teaches it, what it teaches, and what people say of it. What fails of that says so in its place. */
export function CoursePage() {
  const { courseId } = route.useParams();
  const query = useQuery(CourseService.method.getCoursePage, { courseId });
  const page = query.data;
  const gone = query.error?.code === Code.NotFound || query.error?.code === Code.InvalidArgument;
  const course = page && !gone ? courseOf(page) : undefined;
  useTitle(course?.title ?? "Course");
  return (
    <>
      <PageHead title={course?.title ?? "Course"} />
      {query.isPending && <Loading />}
      {gone && (
        <Notice title="There is no such course" word="gone">
          Its address is wrong, or it was taken away.
        </Notice>
      )}
      {query.isError && !gone && !page && <Faulted error={query.error} retry={query.refetch} />}
      {page && !gone && (
        <Sections
          busy={query.isFetching}
          courseId={courseId}
          key={courseId}
          onRetry={() => void query.refetch()}
          page={page}
        />
      )}
    </>
  );
}

function courseOf({ course }: GetCoursePageResponse): Course | undefined {
  return course?.result.case === "content" ? course.result.value : undefined;
}

const places = [
  { id: "about", label: "About" },
  { id: "instructors", label: "Instructors" },
  { id: "syllabus", label: "Syllabus" },
  { id: "reviews", label: "Reviews" },
] as const;

interface SectionsProps {
  courseId: string;
  page: GetCoursePageResponse;
  busy: boolean;
  onRetry(): void;
}

function Sections({ courseId, page, busy, onRetry }: SectionsProps) {
  const again = { busy, onRetry };
  return (
    <>
      <SectionLinks places={places} />
      <div className="flex flex-col gap-2.5">
        <Section id="about" title="About">
          <Part {...again} result={page.course?.result} what="What it is about">
            {(course) => <About course={course} page={page} />}
          </Part>
          <Tools courseId={courseId} />
        </Section>
        <Section id="instructors" title="Instructors">
          <Instructors {...again} courseId={courseId} page={page} />
        </Section>
        <Section id="syllabus" title="Syllabus">
          <Part {...again} result={page.syllabus?.result} what="The syllabus">
            {(syllabus) => <SyllabusList syllabus={syllabus} />}
          </Part>
        </Section>
        <Section id="reviews" title="Reviews">
          <CourseReviews {...again} page={page} />
        </Section>
      </div>
    </>
  );
}

function About({ course, page }: { course: Course; page: GetCoursePageResponse }) {
  const sums = page.reviewMeta?.result.case === "content" ? page.reviewMeta.result.value.meta : undefined;
  return (
    <>
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-soft">
        <b className="text-ink">{course.number}</b>
        {sums && sums.total > 0n && (
          <span className="inline-flex items-center gap-1.5">
            <Stars
              label={`${sayMean(sums.meanRating)} of 5 stars`}
              size={16}
              value={Number(sums.meanRating)}
            />
            {counted(sums.total, "review", "reviews")}
          </span>
        )}
      </p>
      <LongText className="mt-2" text={course.text} />
    </>
  );
}

/** What only organizers may do. */
function Tools({ courseId }: { courseId: string }) {
  if (!useIsStaff()) {
    return null;
  }
  return (
    <p className="mt-4">
      <Link className={buttonClass("outline", "small")} params={{ courseId }} to="/courses/$courseId/edit">
        <Icon name="settings" size={18} />
        Edit course
      </Link>
    </p>
  );
}
