import type { Instructor } from "@throng/gen/throng/course/v1/instructor_pb";

type Named = Pick<Instructor, "firstName" | "middleInitial" | "lastName">;

/** What an instructor is called, without titles. */
export function fullName({ firstName, middleInitial, lastName }: Named): string {
  const initial = middleInitial && /\p{L}$/u.test(middleInitial) ? `${middleInitial}.` : middleInitial;
  return [firstName, initial, lastName].filter(Boolean).join(" ");
}

/** What he is, and where. */
export function sayPost({ title, organization }: Pick<Instructor, "title" | "organization">): string {
  return [title, organization].filter(Boolean).join(", ");
}

const average = new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 2 });

/** A mean in hundredths as people read it: 4.73. */
export function sayAverage(hundredths: number): string {
  return average.format(hundredths / 100);
}
