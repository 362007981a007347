import { Link } from "@tanstack/react-router";
import type { Relationship } from "@throng/gen/throng/graph/v1/graph_pb";
import type { User } from "@throng/gen/throng/user/v1/user_pb";
import { FollowButton } from "../graph/FollowButton";
import { useRelationships } from "../graph/relationships";
import { Avatar } from "./Avatar";
import { nameOf } from "./name";

/** One page of people, whose relationships are asked for together. */
export function UserRows({ users }: { users: User[] }) {
  const relationships = useRelationships(users.map((user) => user.id));
  return users.map((user) => <UserRow key={user.id} relationship={relationships.get(user.id)} user={user} />);
}

function UserRow({ user, relationship }: { user: User; relationship: Relationship | undefined }) {
  return (
    <li className="panel relative flex items-center gap-3 p-4 transition-colors hover:bg-raised sm:px-5">
      <Avatar user={user} />
      <div className="min-w-0 flex-1">
        {/* The link covers the row; the button lies above it. */}
        <Link
          className="font-bold after:absolute after:inset-0 after:rounded-panel hover:underline"
          params={{ handle: user.handle }}
          to="/@{$handle}"
        >
          <bdi className="block truncate">{nameOf(user)}</bdi>
        </Link>
        <p className="truncate text-sm text-soft">
          @{user.handle}
          {relationship?.followedBy && (
            <span className="ml-2 hidden rounded-md bg-glow px-1.5 py-0.5 text-xs text-on-glow min-[24rem]:inline">
              follows you
            </span>
          )}
        </p>
        {user.bio && (
          <p className="mt-0.5 line-clamp-1 text-sm" dir="auto">
            {user.bio}
          </p>
        )}
      </div>
      <div className="relative">
        <FollowButton relationship={relationship} small user={user} />
      </div>
    </li>
  );
}
