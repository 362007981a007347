import type { User } from "@throng/gen/throng/user/v1/user_pb";

/** An account that is shown: null where it was deleted, undefined while it is asked for. */
export type MaybeUser = User | null | undefined;

/** The name people read. */
export function nameOf(user: MaybeUser): string {
  if (!user) {
    return user === null ? "Somebody who left" : "…";
  }
  return user.displayName || user.handle;
}
