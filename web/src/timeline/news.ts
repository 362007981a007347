import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { type TimelineItem, TimelineService } from "@throng/gen/throng/timeline/v1/timeline_pb";

const pollMs = 20_000;
// The server sends something every 15 s; after three silences the line is dead.
const silenceMs = 45_000;
const longestPauseMs = 30_000;

export interface NewsOptions {
  transport: Transport;
  signal: AbortSignal;
  /** Where to go on from, kept between visits of the page. */
  resume: { token: string };
  onNews(items: TimelineItem[], gap: boolean): void;
}

/**
 * Tells what comes into the home timeline until the signal ends it: by the
 * server's stream, or by asking for the first page now and then where there is
 * no stream to be had.
 */
export async function followHome(options: NewsOptions): Promise<void> {
  let failures = 0;
  while (!options.signal.aborted) {
    try {
      await watch(options, () => {
        failures = 0;
      });
    } catch (err) {
      if (noStream(err)) {
        await poll(options);
        return;
      }
      failures++;
      // A token that the server no longer knows must not be sent for ever.
      options.resume.token = failures > 3 ? "" : options.resume.token;
    }
    await pause(Math.min(1000 * 2 ** failures, longestPauseMs) * (0.5 + Math.random() / 2), options.signal);
  }
}

async function watch({ transport, signal, resume, onNews }: NewsOptions, alive: () => void): Promise<void> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), silenceMs);
  const stopped = AbortSignal.any([signal, silence.signal]);
  const resumed = resume.token !== "";
  let first = true;
  try {
    const stream = createClient(TimelineService, transport).watchHomeTimeline(
      { resumeToken: resume.token },
      { signal: stopped },
    );
    for await (const message of stream) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), silenceMs);
      alive();
      resume.token = message.resumeToken;
      if (message.items.length > 0) {
        onNews(message.items, false);
      }
      if (first && !resumed) {
        // What came between the loaded page and the stream's beginning.
        await look({ transport, signal, onNews });
      }
      first = false;
    }
  } finally {
    clearTimeout(timer);
  }
}

async function poll(options: NewsOptions): Promise<void> {
  while (!options.signal.aborted) {
    await look(options).catch(() => undefined);
    await pause(pollMs * (0.9 + Math.random() / 5), options.signal);
  }
}

/** Asks for the first page; more may lie between it and what is shown. */
async function look({ transport, signal, onNews }: Omit<NewsOptions, "resume">): Promise<void> {
  const page = await createClient(TimelineService, transport).getHomeTimeline({}, { signal });
  onNews(page.items, page.nextPageToken !== "");
}

/** The deployment has no streams, or this account has too many open. */
function noStream(err: unknown): boolean {
  return [Code.Unimplemented, Code.ResourceExhausted, Code.NotFound].includes(ConnectError.from(err).code);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
