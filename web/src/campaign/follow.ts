import { create } from "@bufbuild/protobuf";
import { Code, createClient, type Transport } from "@connectrpc/connect";
import {
  type Scope,
  type WatchLeaderboardResponse,
  WatchLeaderboardResponseSchema,
} from "@throng/gen/throng/campaign/v1/board_pb";
import { CampaignService } from "@throng/gen/throng/campaign/v1/campaign_pb";
import { faultOf } from "@throng/sdk";
import { pause } from "../app/pause";

const pollMs = 5_000;
// The server sends something every 15 s; after three silences the line is dead.
const silenceMs = 45_000;
const longestPauseMs = 30_000;
// A refused stream is asked for again after this time of polling.
const refusedMs = 2 * 60_000;

export interface FollowOptions {
  transport: Transport;
  signal: AbortSignal;
  campaignId: string;
  scope: Scope;
  top: number;
  /** Where to go on from; whoever follows again goes on there. */
  resume: { token: string };
  onMessage(message: WatchLeaderboardResponse): void;
  /** The line stands, or is being looked for. */
  onLine(stands: boolean): void;
}

/**
 * Tells what happens at the top of a board until the signal ends it: by the
 * server's stream, or by asking for the top now and then where there is no stream
 * to be had. A line that broke is taken up where it was.
 */
export async function followBoard(options: FollowOptions): Promise<void> {
  const { signal, resume, onLine } = options;
  let failures = 0;
  while (!signal.aborted) {
    let wait = 0;
    try {
      await watch(options, () => {
        failures = 0;
        onLine(true);
      });
    } catch (err) {
      const { code, retryAfterMs = 0 } = faultOf(err);
      if (signal.aborted) {
        return;
      }
      onLine(false);
      if (code === Code.Unimplemented) {
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
      if (failures > 2 && resume.token === "") {
        // A board that is never seen live can be seen at least.
        await look(options).catch(() => undefined);
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

async function watch(options: FollowOptions, alive: () => void): Promise<void> {
  const { transport, signal, campaignId, scope, top, resume, onMessage } = options;
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), silenceMs);
  try {
    const stream = createClient(CampaignService, transport).watchLeaderboard(
      { campaignId, scope, top, resumeToken: resume.token },
      { signal: AbortSignal.any([signal, silence.signal]) },
    );
    for await (const message of stream) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), silenceMs);
      onMessage(message);
      resume.token = message.resumeToken;
      alive();
    }
  } finally {
    clearTimeout(timer);
    // A stream that is left without this goes on unheard.
    silence.abort();
  }
}

async function poll(options: FollowOptions, forMs: number): Promise<void> {
  const end = Date.now() + forMs;
  // What a stream would go on from is older than what is asked for here.
  options.resume.token = "";
  while (!options.signal.aborted && Date.now() < end) {
    await look(options).then(
      () => options.onLine(true),
      () => options.onLine(false),
    );
    await pause(pollMs * (0.9 + Math.random() / 5), options.signal);
  }
}

/** Asks for the top and tells it as a stream would at its beginning. */
async function look({ transport, signal, campaignId, scope, top, onMessage }: FollowOptions) {
  const { standings, size, position, countedAt, frozen, final } = await createClient(
    CampaignService,
    transport,
  ).getLeaderboard({ campaignId, scope, pageSize: top }, { signal });
  onMessage(
    create(WatchLeaderboardResponseSchema, {
      snapshot: true,
      standings,
      size,
      position,
      ...(countedAt && { countedAt }),
      frozen,
      final,
    }),
  );
}
