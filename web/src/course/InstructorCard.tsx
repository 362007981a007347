import { Link } from "@tanstack/react-router";
import type { Instructor } from "@throng/gen/throng/course/v1/instructor_pb";
import type { ReactNode } from "react";
import { Stars } from "../review/Stars";
import { counted } from "../ui/count";
import { Icon } from "../ui/Icon";
import { fullName, sayAverage, sayPost } from "./names";
import { Portrait } from "./Portrait";

interface CardProps {
  instructor: Instructor;
  /** Stands for the link to his page where this is it. */
  heading?: ReactNode;
  /** What he is to the course, beside the name. */
  badge?: ReactNode;
  children?: ReactNode;
}

/** Who somebody is, and what those who learnt from him make of it. */
export function InstructorCard({ instructor, heading, badge, children }: CardProps) {
  const post = sayPost(instructor);
  return (
    <div className="flex gap-3.5">
      <Portrait instructor={instructor} />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          {heading ?? <NameLink instructor={instructor} />}
          {instructor.academicTitle && (
            <bdi className="text-sm text-soft wrap-anywhere">{instructor.academicTitle}</bdi>
          )}
          {badge}
        </p>
        {post && (
          <p className="text-sm text-soft wrap-anywhere" dir="auto">
            {post}
          </p>
        )}
        <Numbers instructor={instructor} />
        {children}
      </div>
    </div>
  );
}

function NameLink({ instructor }: { instructor: Instructor }) {
  return (
    <Link
      className="font-bold wrap-anywhere hover:underline"
      params={{ instructorId: instructor.id }}
      to="/instructors/$instructorId"
    >
      <bdi>{fullName(instructor)}</bdi>
    </Link>
  );
}

function Numbers({ instructor }: { instructor: Instructor }) {
  const { ratings, learners, averageRatingHundredths } = instructor;
  const average = sayAverage(averageRatingHundredths);
  return (
    <p className="mt-1 flex flex-wrap items-center gap-x-4 gap-y-1 text-sm text-soft tabular-nums">
      {ratings > 0n ? (
        <span className="inline-flex flex-wrap items-center gap-x-1.5">
          <Stars label="Rated" size={16} value={averageRatingHundredths / 100} />
          <b className="text-ink">{average}/5</b> by {counted(ratings, "rating", "ratings")}
        </span>
      ) : (
        <span>Not rated yet</span>
      )}
      <span className="inline-flex items-center gap-1">
        <Icon name="person" size={16} />
        {counted(learners, "learner", "learners")}
      </span>
    </p>
  );
}
