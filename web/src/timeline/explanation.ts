import { type Timestamp, timestampMs } from "@bufbuild/protobuf/wkt";
import {
  ExplainPostResponse_Cause as Cause,
  type ExplainPostResponse,
  ExplainPostResponse_EdgeMode as Mode,
  Strategy,
} from "@throng/gen/throng/timeline/v1/timeline_pb";

// What ExplainPost answers, in words for those who read timelines and do not
// make them.

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** Why the post is in the reader's home timeline, or why not. */
export function sayCause({ cause, inTimeline }: ExplainPostResponse, author: string): string {
  switch (cause) {
    case Cause.OWN:
      return "You wrote it. What you write is in your own home timeline too.";
    case Cause.FOLLOWED:
      return `You follow ${author}, so it is in your home timeline.`;
    case Cause.NOT_FOLLOWED:
      return `It is not in your home timeline: you do not follow ${author}.`;
    case Cause.DELETED:
      return "It is not in your home timeline: the post was deleted, or the account that wrote it.";
    case Cause.ON_ITS_WAY:
      return `You follow ${author}, and the post is on its way: it will be in your home timeline within seconds.`;
    default:
      return inTimeline ? "It is in your home timeline." : "It is not in your home timeline.";
  }
}

/** A row of the part that tells how a post came. */
export interface Step {
  what: string;
  how: string;
}

/** How the post came, step by step; what is not known is not told. */
export function steps(res: ExplainPostResponse, author: string): Step[] {
  const rows: [string, string][] = [
    ["Stored", res.storedAt ? exact.format(timestampMs(res.storedAt)) : ""],
    ["Into your timeline", sayWay(res, author)],
    [`New posts by ${author}`, sayMode(res)],
    ["On this server", sayStrategy(res.strategy)],
  ];
  return rows.flatMap(([what, how]) => (how ? [{ what, how }] : []));
}

function sayWay({ cause, deliveredAt, storedAt, inTimeline }: ExplainPostResponse, author: string): string {
  if (deliveredAt) {
    return `Written at ${exact.format(timestampMs(deliveredAt))}${sayLater(storedAt, deliveredAt)}.`;
  }
  if (cause === Cause.ON_ITS_WAY) {
    return "Not written yet.";
  }
  if (!inTimeline) {
    return "";
  }
  return cause === Cause.OWN
    ? "Read from your own posts whenever you open it."
    : `Read from the posts of ${author} whenever you open it.`;
}

/** How long the way took, where that is of interest: a follow brings posts in long after they were stored. */
function sayLater(from: Timestamp | undefined, to: Timestamp): string {
  const seconds = from ? (timestampMs(to) - timestampMs(from)) / 1000 : -1;
  if (seconds < 0 || seconds >= 3600) {
    return "";
  }
  if (seconds < 1) {
    return ", within a second";
  }
  return seconds < 60 ? `, ${Math.round(seconds)} s later` : `, ${Math.round(seconds / 60)} min later`;
}

function sayMode({ cause, mode, authorPulled }: ExplainPostResponse): string {
  if (cause === Cause.OWN || cause === Cause.NOT_FOLLOWED || cause === Cause.DELETED) {
    return "";
  }
  if (authorPulled) {
    return "Read by all followers whenever they look, at present: the author has many followers, or posts very often just now.";
  }
  switch (mode) {
    case Mode.PULL:
      return "Read whenever you open your timeline.";
    case Mode.PROMOTING:
      return "About to be written into your timeline; until all is there they are read as well.";
    case Mode.PUSH:
      return "Written into your timeline when they appear.";
    default:
      return "";
  }
}

function sayStrategy(strategy: Strategy): string {
  switch (strategy) {
    case Strategy.PUSH:
      return "Posts are written into the timelines of all followers when they appear.";
    case Strategy.PULL:
      return "Timelines are put together from everybody's posts whenever somebody looks.";
    case Strategy.HYBRID:
      return "Posts are written into timelines, except by authors with very many followers: theirs are read whenever somebody looks.";
    case Strategy.ADAPTIVE:
      return "For each author and each follower it is decided which costs less: to write posts into the timeline, or to read them whenever the follower looks.";
    default:
      return "";
  }
}
