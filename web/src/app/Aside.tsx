import { useQuery } from "@connectrpc/connect-query";
import { Link } from "@tanstack/react-router";
import { GraphService } from "@throng/gen/throng/graph/v1/graph_pb";
import type { User } from "@throng/gen/throng/user/v1/user_pb";
import { shortCount } from "../ui/count";
import { Icon } from "../ui/Icon";
import { DotBand } from "../ui/Mark";
import { lookOf } from "../user/Avatar";
import { nameOf } from "../user/name";
import { useMe } from "../user/useMe";

/** What there is room for on wide screens only. */
export function Aside({ onHelp }: { onHelp(): void }) {
  const me = useMe();
  if (!me) {
    // The column is kept, so that the page does not move when it is known.
    return <div className="hidden w-72 shrink-0 xl:block" />;
  }
  return (
    <aside
      aria-label="You and the keyboard"
      className="sticky top-0 hidden h-dvh w-72 shrink-0 flex-col gap-2.5 py-6 xl:flex"
    >
      <Card user={me} />
      <button
        className="flex items-center gap-3 rounded-panel px-5 py-3 text-sm font-medium text-soft hover:bg-panel hover:text-ink"
        onClick={onHelp}
        type="button"
      >
        <Icon name="keyboard" size={20} />
        Keyboard shortcuts
      </button>
    </aside>
  );
}

function Card({ user }: { user: User }) {
  const { data } = useQuery(GraphService.method.getCounts, { userId: user.id });
  const params = { handle: user.handle };
  return (
    <section aria-label="You" className="panel overflow-hidden">
      <DotBand className={`h-20 w-full ${lookOf(user.handle)}`} start={2} word={user.handle} />
      <div className="px-5 pb-5">
        <p className="mt-4 truncate font-bold">
          <bdi>{nameOf(user)}</bdi>
        </p>
        <p className="mt-2 flex gap-5 text-sm text-soft">
          <Link className="hover:text-ink hover:underline" params={params} to="/@{$handle}/followers">
            <b className="text-ink">{data ? shortCount(data.followers) : "–"}</b> followers
          </Link>
          <Link className="hover:text-ink hover:underline" params={params} to="/@{$handle}/following">
            <b className="text-ink">{data ? shortCount(data.following) : "–"}</b> following
          </Link>
        </p>
      </div>
    </section>
  );
}
