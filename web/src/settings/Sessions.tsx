import { createConnectQueryKey, useInfiniteQuery, useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { type Session, UserService } from "@throng/gen/throng/user/v1/user_pb";
import { sayFault } from "../app/faults";
import { Button } from "../ui/Button";
import { More } from "../ui/More";
import { Faulted } from "../ui/Notice";
import { Loading } from "../ui/Spinner";
import { Time } from "../ui/Time";
import { toast } from "../ui/toasts";
import { deviceOf } from "./device";

/** The devices on which one is signed in, each to be signed out. */
export function Sessions() {
  const query = useInfiniteQuery(
    UserService.method.listSessions,
    { pageToken: "" },
    { pageParamKey: "pageToken", getNextPageParam: (last) => last.nextPageToken || undefined },
  );
  const sessions = query.data?.pages.flatMap((page) => page.sessions);
  return (
    <>
      {query.isPending && <Loading />}
      {query.isError && !sessions && <Faulted error={query.error} retry={query.refetch} />}
      <ul className="divide-y divide-line">
        {sessions?.map((session) => (
          <SessionLine key={session.id} session={session} />
        ))}
      </ul>
      <More query={query} />
    </>
  );
}

function SessionLine({ session }: { session: Session }) {
  const client = useQueryClient();
  const { mutate, isPending } = useMutation(UserService.method.revokeSession, {
    onSuccess: () => {
      toast("That device is signed out.");
      return client.invalidateQueries({
        queryKey: createConnectQueryKey({
          schema: UserService.method.listSessions,
          cardinality: "infinite",
        }),
      });
    },
    onError: (err) => toast(sayFault(err), "failed"),
  });
  const name = nameOf(session);
  return (
    <li className="flex items-center gap-3 py-3">
      <div className="min-w-0 flex-1">
        <p className="truncate font-semibold">{name}</p>
        <p className="text-sm text-soft">
          {session.address && `${session.address}, `}last seen <Time at={session.lastUsedAt} />
        </p>
      </div>
      {session.current ? (
        <span className="rounded-full bg-glow px-3 py-1 text-sm font-semibold text-on-glow">This device</span>
      ) : (
        <Button
          aria-label={`Sign out ${name}`}
          busy={isPending}
          look="outline"
          onClick={() => mutate({ sessionId: session.id })}
          size="small"
        >
          Sign out
        </Button>
      )}
    </li>
  );
}

/** What the client said of itself at sign-in, or what its browser says. */
function nameOf({ details, userAgent }: Session): string {
  return typeof details?.device === "string" ? details.device : deviceOf(userAgent);
}
