import { timestampDate } from "@bufbuild/protobuf/wkt";
import { useQuery } from "@connectrpc/connect-query";
import { Link } from "@tanstack/react-router";
import { GraphService, type Relationship } from "@throng/gen/throng/graph/v1/graph_pb";
import type { User } from "@throng/gen/throng/user/v1/user_pb";
import { useState } from "react";
import { useSession } from "../app/services";
import { BlockMenu } from "../graph/BlockMenu";
import { FollowButton } from "../graph/FollowButton";
import { PostText } from "../post/PostText";
import { Button } from "../ui/Button";
import { shortCount } from "../ui/count";
import { DotBand } from "../ui/Mark";
import { Avatar, lookOf } from "./Avatar";
import { EditProfile } from "./EditProfile";
import { nameOf } from "./name";

const month = new Intl.DateTimeFormat(undefined, { month: "long", year: "numeric" });

/** Who somebody is, and what one can do about it. */
export function ProfileHead({ user, relationship }: { user: User; relationship: Relationship | undefined }) {
  return (
    <section aria-label="Profile" className="panel mb-2.5 overflow-hidden">
      <DotBand className={`h-24 w-full sm:h-32 ${lookOf(user.handle)}`} start={13} word={user.handle} />
      <div className="px-4 pb-5 sm:px-5">
        <div className="flex items-end justify-between gap-3">
          <div className="-mt-12 rounded-[34%] bg-panel p-1.5">
            <Avatar size="large" user={user} />
          </div>
          <Controls relationship={relationship} user={user} />
        </div>
        <h1 className="mt-3 text-xl">
          <bdi>{nameOf(user)}</bdi>
        </h1>
        <p className="text-soft">
          @{user.handle}
          {relationship?.followedBy && (
            <span className="ml-2 rounded-md bg-glow px-1.5 py-0.5 text-xs text-on-glow">follows you</span>
          )}
        </p>
        <PostText className="mt-3" text={user.bio} />
        <Counts user={user} />
      </div>
    </section>
  );
}

function Controls({ user, relationship }: { user: User; relationship: Relationship | undefined }) {
  const [editing, setEditing] = useState(false);
  const session = useSession();
  if (session?.userId !== user.id) {
    return (
      <div className="flex items-center gap-1">
        {session && <BlockMenu relationship={relationship} user={user} />}
        <FollowButton relationship={relationship} user={user} />
      </div>
    );
  }
  return (
    <>
      <Button look="outline" onClick={() => setEditing(true)}>
        Edit profile
      </Button>
      {editing && <EditProfile onClose={() => setEditing(false)} user={user} />}
    </>
  );
}

function Counts({ user }: { user: User }) {
  const { data } = useQuery(GraphService.method.getCounts, { userId: user.id });
  const params = { handle: user.handle };
  return (
    <p className="mt-4 flex flex-wrap gap-x-5 gap-y-1 text-soft">
      <Link className="hover:text-ink hover:underline" params={params} to="/@{$handle}/followers">
        <Count value={data?.followers} /> {data?.followers === 1n ? "follower" : "followers"}
      </Link>
      <Link className="hover:text-ink hover:underline" params={params} to="/@{$handle}/following">
        <Count value={data?.following} /> following
      </Link>
      {user.createdAt && <span>here since {month.format(timestampDate(user.createdAt))}</span>}
    </p>
  );
}

function Count({ value }: { value: bigint | undefined }) {
  return <b className="text-ink tabular-nums">{value === undefined ? "–" : shortCount(value)}</b>;
}
