import { useQuery } from "@connectrpc/connect-query";
import { type User, UserService } from "@throng/gen/throng/user/v1/user_pb";
import { useSession } from "../app/services";

/** The account that is signed in, once it is known. */
export function useMe(): User | undefined {
  const session = useSession();
  const { data } = useQuery(
    UserService.method.getMe,
    {},
    { enabled: session !== null, staleTime: 5 * 60_000 },
  );
  return session ? data?.user : undefined;
}
