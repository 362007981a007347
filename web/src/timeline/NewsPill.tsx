import type { TimelineItem } from "@throng/gen/throng/timeline/v1/timeline_pb";
import type { User } from "@throng/gen/throng/user/v1/user_pb";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { useCalm } from "../ui/useCalm";
import { Avatar } from "../user/Avatar";

const mostFaces = 3;
const mostCounted = 99;

interface NewsPillProps {
  items: TimelineItem[];
  /** There are more than these. */
  more: boolean;
  busy: boolean;
  onShow(): void;
}

/**
 * Says how many posts have come and brings them in when it is pressed. It takes
 * no room: it appears over the timeline, which stays where it is.
 */
export function NewsPill({ items, more, busy, onShow }: NewsPillProps) {
  const number = shortNumber(items.length, more);
  const label = items.length > 0 ? `${number} new ${number === "1" ? "post" : "posts"}` : "";
  return (
    <div className="pointer-events-none sticky top-20 z-10 my-1.25 flex h-0 items-center justify-center lg:top-8">
      <p className="sr-only" role="status">
        {useCalm(label)}
      </p>
      {label && (
        <Button
          busy={busy}
          className="pointer-events-auto animate-rise shadow-float"
          data-action="news"
          onClick={onShow}
          size="small"
        >
          {!busy && <Icon name="up" size={18} />}
          <Faces items={items} />
          {label}
        </Button>
      )}
    </div>
  );
}

/** A number of posts as it is told: "3", or "20+" where there are more. */
export function shortNumber(count: number, more: boolean): string {
  return `${Math.min(count, mostCounted)}${more || count > mostCounted ? "+" : ""}`;
}

/** Who wrote, the newest first. */
function Faces({ items }: { items: TimelineItem[] }) {
  const authors = new Map<string, User>();
  for (const { author } of items) {
    if (author && authors.size < mostFaces) {
      authors.set(author.id, author);
    }
  }
  return (
    <span aria-hidden="true" className="flex -space-x-1.5">
      {[...authors.values()].map((author) => (
        <Avatar className="ring-2 ring-brand" key={author.id} size="tiny" user={author} />
      ))}
    </span>
  );
}
