import { createQueryOptions, useTransport } from "@connectrpc/connect-query";
import { useQueries } from "@tanstack/react-query";
import type { Post } from "@throng/gen/throng/post/v1/post_pb";
import { UserService } from "@throng/gen/throng/user/v1/user_pb";
import type { MaybeUser } from "../user/name";

/** Who wrote the posts of a list; asked for page by page, so that each page asks once. */
export function useAuthors(pages: Post[][]): (post: Post) => MaybeUser {
  const transport = useTransport();
  return useQueries({
    queries: pages.map((posts) =>
      createQueryOptions(
        UserService.method.batchGetUsers,
        { ids: [...new Set(posts.map((post) => post.authorId))].sort() },
        { transport },
      ),
    ),
    combine: (results) => {
      const users = results.flatMap(({ data }) => data?.users ?? []);
      const known = new Map(users.map((user) => [user.id, user]));
      const asking = results.some((result) => result.isPending);
      return (post: Post) => known.get(post.authorId) ?? (asking ? undefined : null);
    },
  });
}
