import { useInfiniteQuery } from "@connectrpc/connect-query";
import { skipToken } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { UserService } from "@throng/gen/throng/user/v1/user_pb";
import { useEffect, useState } from "react";
import { useTitle } from "../app/useTitle";
import { Icon } from "../ui/Icon";
import { More } from "../ui/More";
import { Faulted, Notice } from "../ui/Notice";
import { Spinner } from "../ui/Spinner";
import { UserRows } from "./UserRow";

const route = getRouteApi("/people");
const pauseMs = 250;

/** Finds people by handle and name while one types; the address keeps the words. */
export function PeoplePage() {
  const { q = "" } = route.useSearch();
  const [words, setWords] = useState(q);
  const query = usePeople(q);
  useTitle("People");
  useWritten(words, q);

  const found = query.data?.pages ?? [];
  const empty = query.isSuccess && found.every((page) => page.users.length === 0);
  return (
    <>
      <h1 className="mb-3 text-xl">People</h1>
      <search className="relative mb-2.5 block">
        <label className="sr-only" htmlFor="people">
          Search people by name or handle
        </label>
        <Icon className="pointer-events-none absolute top-3.5 left-4 text-soft" name="people" size={20} />
        <input
          autoCapitalize="none"
          autoComplete="off"
          className="panel w-full border border-edge py-3 pr-11 pl-12 text-lg hover:border-ink"
          data-search
          id="people"
          maxLength={64}
          onChange={(event) => setWords(event.target.value)}
          placeholder="Name or @handle"
          spellCheck={false}
          type="search"
          value={words}
        />
        {query.isFetching && q && (
          <span className="absolute top-4 right-4 text-soft">
            <Spinner />
          </span>
        )}
      </search>
      <p className="sr-only" role="status">
        {query.isSuccess &&
          (empty ? "Nobody found." : `${found.flatMap((page) => page.users).length} people found.`)}
      </p>
      {query.isError && found.length === 0 && <Faulted error={query.error} retry={query.refetch} />}
      {!q && (
        <Notice title="Who are you looking for?" word="who">
          Type a few letters of a name or a handle.
        </Notice>
      )}
      {q && empty && (
        <Notice title={`Nobody goes by “${q}”`} word="hm">
          Try fewer letters, or another spelling.
        </Notice>
      )}
      <ul aria-label="People found" className="flex flex-col gap-2.5">
        {found.map((page, index) => (
          <UserRows key={index === 0 ? "first" : page.users[0]?.id} users={page.users} />
        ))}
      </ul>
      <More query={query} />
    </>
  );
}

function usePeople(q: string) {
  const words = q.replace(/^@/, "");
  return useInfiniteQuery(
    UserService.method.searchUsers,
    words ? { query: words, pageToken: "" } : skipToken,
    {
      pageParamKey: "pageToken",
      getNextPageParam: (last) => last.nextPageToken || undefined,
      placeholderData: (before) => (words ? before : undefined),
    },
  );
}

/** Writes the words into the address once the typing pauses. */
function useWritten(words: string, q: string) {
  const navigate = useNavigate();
  useEffect(() => {
    const next = words.trim();
    if (next === q) {
      return;
    }
    const timer = setTimeout(
      () => void navigate({ to: "/people", search: next ? { q: next } : {}, replace: true }),
      pauseMs,
    );
    return () => clearTimeout(timer);
  }, [words, q, navigate]);
}
