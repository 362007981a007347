import { Role } from "@throng/gen/throng/access/v1/access_pb";
import { Community, register } from "../src/testing/community";
import { serve } from "./mock/server";

/** The operator of the demo community, who may run campaigns too; another one's handle and password may be given. */
export const organizer = {
  handle: process.env.THRONG_ORGANIZER ?? "olivia",
  name: "",
  password: process.env.THRONG_ORGANIZER_PASSWORD ?? "throng-demo",
};

/**
 * The server to test: the one at THRONG_URL, or, for `THRONG_URL=mock`, the built
 * app on a community in memory.
 */
export async function target(): Promise<{ url: string; close(): void }> {
  const url = process.env.THRONG_URL ?? "http://127.0.0.1:8080";
  if (url === "mock") {
    return serve(inMemory());
  }
  const answer = await fetch(url).catch((err: unknown) => err);
  if (!(answer instanceof Response) || !answer.ok) {
    throw new Error(`no Throng answers at ${url}: start one with \`make dev\`, or set THRONG_URL`);
  }
  return { url, close: () => {} };
}

function inMemory(): Community {
  const community = new Community();
  const account = register(community, { handle: organizer.handle, password: organizer.password });
  account.user.role = Role.ADMIN;
  return community;
}
