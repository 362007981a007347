import { Link } from "@tanstack/react-router";
import type { CheckIn } from "@throng/gen/throng/campaign/v1/check_in_pb";
import { lazy, Suspense, useId, useState } from "react";
import { Pictures } from "../media/Pictures";
import { PostText } from "../post/PostText";
import { Menu } from "../ui/Menu";
import { Time } from "../ui/Time";
import { Avatar } from "../user/Avatar";
import { nameOf } from "../user/name";
import { present } from "./queries";

const VoidDialog = lazy(() => import("./VoidDialog").then((m) => ({ default: m.VoidDialog })));

/** One check-in, as an article of a feed. */
export function CheckInCard(props: { checkIn: CheckIn; position: number; organizes: boolean }) {
  const { checkIn, position, organizes } = props;
  const user = present(checkIn.user);
  const labelId = useId();
  const [voiding, setVoiding] = useState(false);
  return (
    <article
      aria-labelledby={labelId}
      aria-posinset={position}
      aria-setsize={-1}
      className="panel lazily-drawn p-4 sm:px-5"
      data-post={checkIn.id}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: articles of a feed take the focus
      tabIndex={0}
    >
      <div className="flex gap-3">
        <Avatar user={user} />
        <div className="min-w-0 flex-1">
          <header className="flex items-start gap-2">
            <p className="min-w-0 flex-1 leading-snug" id={labelId}>
              {user ? (
                <Link
                  className="block truncate font-bold hover:underline"
                  params={{ handle: user.handle }}
                  to="/@{$handle}"
                >
                  <bdi>{nameOf(user)}</bdi>
                </Link>
              ) : (
                <span className="block truncate font-bold">{nameOf(user)}</span>
              )}
              <span className="text-sm text-soft">
                checked in · <Time at={checkIn.createdAt} />
              </span>
            </p>
            {organizes && (
              <div className="-mt-1.5 -mr-2">
                <Menu
                  actions={[
                    {
                      label: "Withdraw check-in",
                      icon: "trash",
                      danger: true,
                      onSelect: () => setVoiding(true),
                    },
                  ]}
                  label="More about this check-in"
                />
              </div>
            )}
          </header>
          <PostText className="mt-1" text={checkIn.text} />
          <Pictures author={nameOf(user)} media={checkIn.media} />
        </div>
      </div>
      <Suspense>{voiding && <VoidDialog checkIn={checkIn} onClose={() => setVoiding(false)} />}</Suspense>
    </article>
  );
}
