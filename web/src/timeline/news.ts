import { durationMs } from "@bufbuild/protobuf/wkt";
import { Code, createClient, type Transport } from "@connectrpc/connect";
import { TimelineService } from "@throng/gen/throng/timeline/v1/timeline_pb";
import { faultOf } from "@throng/sdk";
import { pause } from "../app/pause";
import type { Arrival } from "./order";

const pollMs = 20_000;
// The server sends something every 15 s; after three silences the line is dead.
const silenceMs = 45_000;
const longestPauseMs = 30_000;
// A refused stream is asked for again after this time of polling.
const refusedMs = 5 * 60_000;
// A page from the server's cache is this old at most, give or take.
const freshenMs = 1_000;
const mostLooks = 4;

export interface NewsOptions {
  transport: Transport;
  signal: AbortSignal;
  /** Where to go on from; whoever follows again goes on there. */
  resume: { token: string };
  onNews(arrival: Arrival): void;
}

/**
 * Tells what comes into the home timeline until the signal ends it: by the
 * server's stream, or by asking for the first page now and then where there is
 * no stream to be had. A line that broke is taken up where it was.
 */
export async function followHome(options: NewsOptions): Promise<void> {
  const { signal, resume } = options;
  let failures = 0;
  while (!signal.aborted) {
    let wait = 0;
    try {
      await watch(options, () => {
        failures = 0;
      });
    } catch (err) {
      const { code, retryAfterMs = 0 } = faultOf(err);
      if (code === Code.Unimplemented || code === Code.NotFound) {
        await poll(options, Number.POSITIVE_INFINITY);
        return;
      }
      failures++;
      if (refusesToken(code, failures)) {
        resume.token = "";
      }
      if (code === Code.ResourceExhausted && failures > 1) {
        await poll(options, refusedMs);
      }
      wait = retryAfterMs;
    }
    const backoff = Math.min(1000 * 2 ** failures, longestPauseMs);
    await pause(Math.max(wait * (1 + Math.random() / 4), backoff * (0.5 + Math.random() / 2)), signal);
  }
}

/** A token that the server does not take must not be sent for ever; one for which it was not there is kept. */
function refusesToken(code: Code, failures: number): boolean {
  const away = [Code.Unavailable, Code.ResourceExhausted, Code.Canceled, Code.DeadlineExceeded];
  return code === Code.InvalidArgument || (failures > 3 && !away.includes(code));
}

async function watch({ transport, signal, resume, onNews }: NewsOptions, alive: () => void): Promise<void> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), silenceMs);
  const stopped = AbortSignal.any([signal, silence.signal]);
  let unlooked = resume.token === "";
  try {
    const stream = createClient(TimelineService, transport).watchHomeTimeline(
      { resumeToken: resume.token },
      { signal: stopped },
    );
    for await (const message of stream) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), silenceMs);
      alive();
      if (message.items.length > 0) {
        onNews({ items: message.items, more: false });
      }
      if (unlooked) {
        // What came between the loaded page and the stream's beginning. Until it
        // is known there is nothing to resume.
        await look({ transport, signal: stopped, onNews });
        unlooked = false;
      }
      resume.token = message.resumeToken;
    }
  } finally {
    clearTimeout(timer);
    // A stream that is left without this goes on unheard.
    silence.abort();
  }
}

async function poll(options: NewsOptions, forMs: number): Promise<void> {
  const end = Date.now() + forMs;
  while (!options.signal.aborted && Date.now() < end) {
    await look(options).catch(() => undefined);
    await pause(pollMs * (0.9 + Math.random() / 5), options.signal);
  }
}

/**
 * Asks for the first page, until it is one that was put together after the
 * asking: a cached one may lack what came last.
 */
async function look({ transport, signal, onNews }: Omit<NewsOptions, "resume">): Promise<void> {
  const began = Date.now();
  for (let looks = 1; looks <= mostLooks; looks++) {
    const page = await createClient(TimelineService, transport).getHomeTimeline({}, { signal });
    onNews({ items: page.items, more: page.nextPageToken !== "" });
    const age = page.freshness?.age;
    if (!age || durationMs(age) <= Date.now() - began) {
      return;
    }
    await pause(freshenMs, signal);
  }
}
