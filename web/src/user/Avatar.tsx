import { useServices } from "../app/services";
import { hashOf } from "../ui/dots";
import { Letter } from "../ui/Mark";
import type { MaybeUser } from "./name";

// Ground and dots for people without a picture; all keep their look at night.
const looks = [
  "bg-[#0c5b45] text-[#c9f26b]",
  "bg-[#f4c95d] text-[#5a2a12]",
  "bg-[#24427a] text-[#a9d6ff]",
  "bg-[#c2371f] text-[#ffe1c4]",
  "bg-[#d9ccf5] text-[#3f2576]",
  "bg-[#12343b] text-[#6fe0cf]",
  "bg-[#ffd2c2] text-[#8c1f3f]",
  "bg-[#3b3a1f] text-[#e8e26b]",
];

const sizes = {
  tiny: "size-6",
  small: "size-9",
  normal: "size-11",
  large: "size-20 min-[24rem]:size-24 sm:size-28",
} as const;

/** Somebody's picture, or the first letter of the handle in dots. Names stand beside it. */
export function Avatar(props: { user: MaybeUser; size?: keyof typeof sizes; className?: string }) {
  const { throng } = useServices();
  const shape = `block shrink-0 overflow-hidden rounded-[34%] ${sizes[props.size ?? "normal"]} ${props.className ?? ""}`;
  const { user } = props;
  if (user?.avatar) {
    return (
      <img
        alt=""
        className={`${shape} bg-line object-cover`}
        decoding="async"
        height={112}
        loading="lazy"
        src={throng.resolve(user.avatar.url)}
        width={112}
      />
    );
  }
  return (
    <span aria-hidden="true" className={`${shape} ${lookOf(user?.handle)}`}>
      <svg aria-hidden="true" className="size-full p-[14%]" viewBox="0 0 50 50">
        <Letter character={user?.handle.charAt(0) ?? ""} />
      </svg>
    </span>
  );
}

/** The colours of an account without a picture. */
export function lookOf(handle: string | undefined): string {
  return handle ? (looks[hashOf(handle) % looks.length] ?? "") : "bg-line text-soft";
}
