import { createRouterTransport } from "@connectrpc/connect";
import { createMemoryHistory } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { createThrong, memoryStorage } from "@throng/sdk";
import { App } from "../app/App";
import { noteReach } from "../app/reachability";
import { createAppRouter } from "../app/router";
import { createQueryClient } from "../app/services";
import type { Put } from "../media/put";
import { type Community, policy, receive, services, signIn } from "./community";

interface Visit {
  /** Handle of who is signed in from the start; a visitor without. */
  as?: string;
  put?: Put;
}

/** Opens the app at a path, as somebody, on a community in memory. */
export function visit(community: Community, path: string, { as, put }: Visit = {}) {
  const throng = createThrong({
    baseUrl: "http://throng.test",
    storage: memoryStorage(),
    interceptors: [noteReach],
    connect: ({ interceptors }) =>
      createRouterTransport(services(community), {
        transport: { interceptors },
        router: { interceptors: [policy(community)] },
      }),
  });
  const account = as === undefined ? undefined : community.byHandle(as);
  if (account) {
    const { accessToken, refreshToken, accessExpiresAt } = signIn(community, account);
    throng.session.adopt(account.user.id, {
      $typeName: "throng.user.v1.Tokens",
      accessToken,
      refreshToken,
      accessExpiresAt,
    });
  }
  const history = createMemoryHistory({ initialEntries: [path] });
  const router = createAppRouter(throng.session, history);
  const deliver: Put = async (url, body, { contentType, onProgress }) => {
    onProgress(0.5);
    const id = new URL(url).pathname.split("/").pop() ?? "";
    receive(community, id, new Uint8Array(await body.arrayBuffer()), contentType);
  };
  render(
    <App queryClient={createQueryClient()} router={router} services={{ throng, put: put ?? deliver }} />,
  );
  return { throng, router, user: userEvent.setup() };
}
