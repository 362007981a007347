import { useQuery } from "@connectrpc/connect-query";
import { UserService } from "@throng/gen/throng/user/v1/user_pb";

/** An account by its handle. */
export function useUser(handle: string) {
  return useQuery(UserService.method.getUser, { key: { case: "handle", value: handle.toLowerCase() } });
}
