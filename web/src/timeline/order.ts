import type { TimelineItem } from "@throng/gen/throng/timeline/v1/timeline_pb";

/** What this needs of a page of a home timeline. */
export interface HomePart {
  items: TimelineItem[];
  nextPageToken: string;
}

/** The id of an item's post, by which timelines are ordered. */
export function idOf(item: TimelineItem): string {
  return item.post?.id ?? "";
}

/** Newest first by id and each post once, in whatever order and however often they came. */
export function newestFirst(items: TimelineItem[]): TimelineItem[] {
  const byId = new Map(items.map((item) => [idOf(item), item]));
  byId.delete("");
  return [...byId.values()].sort((a, b) => (idOf(a) < idOf(b) ? 1 : -1));
}

/** Where the loaded part of a timeline ends. What is older comes with the next page; "" where there is none. */
export function endOf(parts: HomePart[]): string {
  const ids = parts.flatMap((part) => part.items.map(idOf));
  return parts.at(-1)?.nextPageToken
    ? ids.reduce((least, id) => (id < least ? id : least), ids[0] ?? "")
    : "";
}

/** Posts that wait to be brought in. */
export interface News {
  items: TimelineItem[];
  /** Posts are missing between the news and what is shown, so that the page has to be asked for anew. */
  gap: boolean;
}

export const noNews: News = { items: [], gap: false };

/** What has arrived: by the stream, or as a first page with more below it. */
export interface Arrival {
  items: TimelineItem[];
  more: boolean;
}

// Beyond it the page asked for anew is cheaper than what was collected. It is far
// below what the server sends at once, so that nothing it cut off is missed.
const mostNews = 100;

/** Adds what arrived to the news: without what is shown already, or comes with a further page, or is one's own. */
export function withArrival(held: News, arrival: Arrival, parts: HomePart[], me: string | undefined): News {
  const shown = new Set(parts.flatMap((part) => part.items.map(idOf)));
  const end = endOf(parts);
  const isNews = (item: TimelineItem) => !shown.has(idOf(item)) && idOf(item) > end;
  const apart = !joins(held, arrival, parts, me);
  const others = arrival.items.filter((item) => apart || item.post?.authorId !== me);
  const items = newestFirst([...held.items, ...others]).filter(isNews);
  const gap = items.length > 0 && (held.gap || apart || items.length > mostNews);
  return { items: items.slice(0, mostNews), gap };
}

/**
 * Whether nothing can be missing between what arrived and what is known. Known
 * posts of one's own prove nothing as long as there are others: they are put on
 * top of the page whatever is below them.
 */
export function joins(
  held: News,
  { items, more }: Arrival,
  parts: HomePart[],
  me: string | undefined,
): boolean {
  if (!more) {
    return true;
  }
  const known = [...held.items, ...parts.flatMap((part) => part.items)];
  const others = known.filter((item) => item.post?.authorId !== me);
  const [newest] = newestFirst(others.length > 0 ? others : known);
  const oldest = items.at(-1);
  return newest !== undefined && oldest !== undefined && idOf(oldest) <= idOf(newest);
}
