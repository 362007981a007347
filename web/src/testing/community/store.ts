import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampNow } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Instructor } from "@throng/gen/throng/course/v1/instructor_pb";
import { DetailSchema } from "@throng/gen/throng/fault/v1/fault_pb";
import type { Media } from "@throng/gen/throng/media/v1/media_pb";
import type { Post } from "@throng/gen/throng/post/v1/post_pb";
import type { Product } from "@throng/gen/throng/review/v1/product_pb";
import { type FreshnessSchema, Strategy } from "@throng/gen/throng/timeline/v1/timeline_pb";
import type { Session, User } from "@throng/gen/throng/user/v1/user_pb";
import type { Taught } from "./courses";
import type { Held } from "./reviews";
import type { Run } from "./run";
import type { Observatory } from "./weather";

// A community in memory that keeps the contract: what the tests of the pages
// speak to, and what pages are looked at with where there is no server.

export interface Account {
  user: User;
  email: string;
  password: string;
  sessions: { session: Session; refreshToken: string }[];
}

/** An open stream of a home timeline or of a board. */
export interface Watcher {
  wake(): void;
  cut: boolean;
}

export class Community {
  readonly accounts = new Map<string, Account>();
  /** `follower followee`, oldest first. */
  readonly follows = new Set<string>();
  /** `blocker blocked`. */
  readonly blocks = new Set<string>();
  /** Oldest first. */
  readonly posts = new Map<string, Post>();
  /** `post user`. */
  readonly likes = new Set<string>();
  readonly media = new Map<string, Media>();
  readonly bytes = new Map<string, Uint8Array>();
  readonly keys = new Map<string, string>();
  /** Every post in the order in which it came, whatever its id. */
  readonly arrived: Post[] = [];
  readonly watchers = new Set<Watcher>();
  /** Campaigns, oldest first. */
  readonly runs = new Map<string, Run>();
  readonly products = new Map<string, Product>();
  /** Reviews, oldest first. */
  readonly reviews = new Map<string, Held>();
  /** `review user`, of those whom it helped. */
  readonly helped = new Set<string>();
  /** Courses and instructors, oldest first. */
  readonly courses = new Map<string, Taught>();
  readonly instructors = new Map<string, Instructor>();
  /** Set it to let a section of course pages fail, with a reason. */
  readonly sections = new Map<string, string>();
  readonly places = new Map<string, Observatory>();
  /** How many reviews a call looks through for words. */
  looksThrough = 2000;
  /** What home timelines say of themselves. */
  freshness: MessageInitShape<typeof FreshnessSchema> = { strategy: Strategy.PUSH, complete: true };
  /** Every call in order, by method, for tests to look at. */
  readonly calls: { method: string; message: unknown }[] = [];
  /** Set it to let calls of a method fail. */
  readonly faults = new Map<string, ConnectError>();
  /** Set it to let calls of a method wait. */
  readonly holds = new Map<string, Promise<void>>();
  position = 0n;
  #last = 0n;

  /** Breaks the streams that are open. */
  hangUp(): void {
    const boards = [...this.runs.values()].flatMap((run) => [...run.watchers]);
    for (const watcher of [...this.watchers, ...boards]) {
      watcher.cut = true;
      watcher.wake();
    }
  }

  /** A UUIDv7, greater than all before it. */
  nextId(): string {
    const now = BigInt(Date.now()) << 20n;
    this.#last = now > this.#last ? now : this.#last + 1n;
    const hex = this.#last.toString(16).padStart(17, "0");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(12, 15)}-80${hex.slice(15, 17)}-000000000000`;
  }

  byHandle(handle: string): Account | undefined {
    return [...this.accounts.values()].find(({ user }) => user.handle === handle.toLowerCase());
  }

  account(userId: string): Account {
    return this.accounts.get(userId) ?? fail(Code.NotFound, "user_unknown", "no such account");
  }

  /** The post as a viewer sees it. */
  view(post: Post, viewerId: string | undefined): Post {
    const likes = [...this.likes].filter((like) => like.startsWith(post.id));
    return {
      ...post,
      likeCount: BigInt(likes.length),
      replyCount: BigInt([...this.posts.values()].filter((each) => each.replyToId === post.id).length),
      likedByMe: this.likes.has(`${post.id} ${viewerId}`),
    };
  }

  post(postId: string): Post {
    return this.posts.get(postId) ?? fail(Code.NotFound, "post_unknown", "no such post");
  }

  blocked(a: string, b: string): boolean {
    return this.blocks.has(`${a} ${b}`) || this.blocks.has(`${b} ${a}`);
  }

  /** What a key made before, or what is made under it now. */
  once<T>(key: string, held: (id: string) => T | undefined, make: () => { id: string } & T): T {
    const before = held(this.keys.get(key) ?? "");
    if (before) {
      return before;
    }
    const made = make();
    this.keys.set(key, made.id);
    return made;
  }
}

/** Raises an error as the server does. */
export function fail(code: Code, reason: string, message: string): never {
  throw new ConnectError(message, code, undefined, [
    { desc: DetailSchema, value: create(DetailSchema, { reason }) },
  ]);
}

export interface Page {
  pageSize: number;
  pageToken: string;
}

/** One page of a list that is in order; the token is the key of its last entry. */
export function pageOf<T>(all: T[], key: (each: T) => string, { pageSize, pageToken }: Page) {
  const start = pageToken ? all.findIndex((each) => key(each) === pageToken) + 1 : 0;
  const part = all.slice(start, start + (pageSize || 20));
  const last = part.at(-1);
  const nextPageToken = last && start + part.length < all.length ? key(last) : "";
  return { part, nextPageToken };
}

export const now = timestampNow;
