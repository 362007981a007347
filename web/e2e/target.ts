import { Community } from "../src/testing/community";
import { serve } from "./mock/server";

/**
 * The server to test: the one at THRONG_URL, or, for `THRONG_URL=mock`, the built
 * app on a community in memory.
 */
export async function target(): Promise<{ url: string; close(): void }> {
  const url = process.env.THRONG_URL ?? "http://127.0.0.1:8080";
  if (url === "mock") {
    return serve(new Community());
  }
  const answer = await fetch(url).catch((err: unknown) => err);
  if (!(answer instanceof Response) || !answer.ok) {
    throw new Error(`no Throng answers at ${url}: start one with \`make dev\`, or set THRONG_URL`);
  }
  return { url, close: () => {} };
}
