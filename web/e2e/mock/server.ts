import { existsSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { createConnectRouter } from "@connectrpc/connect";
import { createFetchHandler } from "@connectrpc/connect/protocol";
import { type Community, policy, receive, services } from "../../src/testing/community";

const dist = fileURLToPath(new URL("../../dist/", import.meta.url));
const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".webmanifest": "application/manifest+json",
};

/** The policy under which the app has to work. */
const contentSecurityPolicy =
  "default-src 'self'; img-src 'self' blob: data:; style-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/** Serves the built app and a community in memory, as the real server would. */
export async function serve(community: Community, port = 0) {
  const router = createConnectRouter({ interceptors: [policy(community)] });
  services(community)(router);
  const handlers = new Map(router.handlers.map((each) => [each.requestPath, createFetchHandler(each)]));

  const server = createServer(async (req, res) => {
    const url = new URL(req.url ?? "/", `http://${req.headers.host}`);
    const handle = handlers.get(url.pathname);
    if (handle) {
      await answer(res, await handle(await requestOf(req, res, url)));
    } else if (url.pathname.startsWith("/media/")) {
      await pictures(community, req, res, url);
    } else {
      file(res, url.pathname);
    }
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function requestOf(req: IncomingMessage, res: ServerResponse, url: URL): Promise<Request> {
  const stop = new AbortController();
  res.on("close", () => stop.abort());
  const body = req.method === "GET" ? null : await bytesOf(req);
  const headers = Object.entries(req.headers).map(
    ([name, value]) => [name, String(value)] as [string, string],
  );
  return new Request(url, {
    method: req.method ?? "GET",
    headers,
    body: body as BodyInit,
    signal: stop.signal,
  });
}

async function answer(res: ServerResponse, response: Response): Promise<void> {
  res.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body) {
    Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0])
      .on("error", () => res.destroy())
      .pipe(res);
  } else {
    res.end();
  }
}

async function pictures(community: Community, req: IncomingMessage, res: ServerResponse, url: URL) {
  const id = url.pathname.split("/").pop() ?? "";
  if (req.method === "PUT") {
    receive(community, id, await bytesOf(req), req.headers["content-type"] ?? "");
    res.writeHead(204).end();
    return;
  }
  const bytes = community.bytes.get(id);
  res.writeHead(bytes ? 200 : 404, { "content-type": community.media.get(id)?.contentType ?? "text/plain" });
  res.end(bytes);
}

/** Files of the app; every other address is a page, which the app itself finds. */
function file(res: ServerResponse, path: string): void {
  const known = path !== "/" && !path.includes("..") && existsSync(join(dist, path));
  if (!known && path.startsWith("/assets/")) {
    res.writeHead(404).end();
    return;
  }
  const name = known ? path : "/index.html";
  res.writeHead(200, {
    "content-type": types[extname(name)] ?? "application/octet-stream",
    "content-security-policy": contentSecurityPolicy,
    "x-content-type-options": "nosniff",
  });
  res.end(readFileSync(join(dist, name)));
}

async function bytesOf(req: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) {
    chunks.push(chunk as Buffer);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
