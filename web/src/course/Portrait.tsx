import type { Instructor } from "@throng/gen/throng/course/v1/instructor_pb";
import { useServices } from "../app/services";
import { Letter } from "../ui/Mark";
import { lookOf } from "../user/Avatar";

const sizes = { normal: "size-14", large: "size-20" } as const;

interface PortraitProps {
  instructor: Pick<Instructor, "id" | "lastName" | "picture">;
  size?: keyof typeof sizes;
}

/** An instructor's picture, or the first letter of the last name in dots. The name stands beside it. */
export function Portrait({ instructor, size = "normal" }: PortraitProps) {
  const { throng } = useServices();
  const shape = `block shrink-0 overflow-hidden rounded-[34%] ${sizes[size]}`;
  if (instructor.picture) {
    return (
      <img
        alt=""
        className={`${shape} bg-line object-cover`}
        decoding="async"
        height={80}
        loading="lazy"
        src={throng.resolve(instructor.picture.url)}
        width={80}
      />
    );
  }
  return (
    <span aria-hidden="true" className={`${shape} ${lookOf(instructor.id)}`}>
      <svg aria-hidden="true" className="size-full p-[14%]" viewBox="0 0 50 50">
        <Letter character={instructor.lastName.charAt(0)} />
      </svg>
    </span>
  );
}
