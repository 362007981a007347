import { Link } from "@tanstack/react-router";
import type { Relationship } from "@throng/gen/throng/graph/v1/graph_pb";
import type { User } from "@throng/gen/throng/user/v1/user_pb";
import { useSession } from "../app/services";
import { Button, buttonClass } from "../ui/Button";
import { nameOf } from "../user/name";
import { useGraph } from "./relationships";

interface FollowButtonProps {
  user: User;
  /** Undefined while it is not known; nothing can be pressed then. */
  relationship: Relationship | undefined;
  small?: boolean;
}

/** Follows and unfollows; lifts the reader's own block where there is one. */
export function FollowButton({ user, relationship, small }: FollowButtonProps) {
  const session = useSession();
  const graph = useGraph(user.id);
  const size = small ? "small" : "normal";
  const name = nameOf(user);
  if (session?.userId === user.id) {
    return null;
  }
  if (!session) {
    return (
      <Link
        aria-label={`Follow ${name}`}
        className={buttonClass("primary", size)}
        search={{ next: `/@${user.handle}` }}
        to="/signin"
      >
        Follow
      </Link>
    );
  }
  if (relationship?.blocking) {
    return (
      <Button
        aria-label={`Unblock ${name}`}
        busy={graph.busy}
        look="outline"
        onClick={() => void graph.unblock()}
        size={size}
      >
        Unblock
      </Button>
    );
  }
  const following = relationship?.following ?? false;
  return (
    <Button
      aria-label={`${following ? "Following" : "Follow"} ${name}`}
      busy={graph.busy}
      disabled={!relationship}
      look={following ? "outline" : "primary"}
      onClick={() => void (following ? graph.unfollow() : graph.follow())}
      size={size}
      title={following ? "Unfollow" : undefined}
    >
      {following ? "Following" : relationship?.followedBy ? "Follow back" : "Follow"}
    </Button>
  );
}
