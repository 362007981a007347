import { Link } from "@tanstack/react-router";
import type { Course } from "@throng/gen/throng/course/v1/catalog_pb";
import type { ReactNode } from "react";

/** One course of a list. */
export function CourseRow({ course, children }: { course: Course; children?: ReactNode }) {
  return (
    <li className="panel lazily-drawn relative p-4 transition-colors hover:bg-raised sm:px-5">
      <p className="flex flex-wrap items-center gap-2 text-sm font-semibold text-soft">
        {course.number}
        {children}
      </p>
      <h2 className="text-base wrap-anywhere">
        {/* The link covers the row. */}
        <Link
          className="after:absolute after:inset-0 after:rounded-panel hover:underline"
          params={{ courseId: course.id }}
          to="/courses/$courseId"
        >
          <bdi>{course.title}</bdi>
        </Link>
      </h2>
      {course.text && (
        <p className="mt-0.5 line-clamp-2 text-sm text-soft wrap-anywhere" dir="auto">
          {course.text}
        </p>
      )}
    </li>
  );
}
