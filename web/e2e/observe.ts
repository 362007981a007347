import { createClient } from "@connectrpc/connect";
import { UserService } from "@throng/gen/throng/user/v1/user_pb";
import { createThrong, memoryStorage } from "@throng/sdk";
import type { Person } from "./person";

/** What was measured at a place, in hundredths of its unit. */
export interface Reading {
  location: string;
  atMs: number;
  temperature?: number;
  humidity?: number;
  windSpeed?: number;
}

/**
 * Records observations through the API, as an import does: a stream of one message,
 * which browsers and so the SDK cannot send, written out by hand.
 */
export async function observe(baseUrl: string, operator: Person, observations: Reading[]): Promise<void> {
  const { transport } = createThrong({ baseUrl, storage: memoryStorage() });
  const { handle: login, password } = operator;
  const { tokens } = await createClient(UserService, transport).login({ login, password });
  const message = JSON.stringify({
    observations: observations.map(({ atMs, ...each }) => ({ ...each, atMs: String(atMs) })),
  });
  const res = await fetch(`${baseUrl}/throng.weather.v1.WeatherService/RecordObservations`, {
    method: "POST",
    headers: {
      "content-type": "application/connect+json",
      "connect-protocol-version": "1",
      authorization: `Bearer ${tokens?.accessToken}`,
    },
    body: enveloped(message),
  });
  const answer = await res.text();
  if (!res.ok || answer.includes('"error"')) {
    throw new Error(`observations were not recorded: ${res.status} ${answer}`);
  }
}

/** A message of a stream: flags, length, bytes. */
function enveloped(message: string): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(message);
  const envelope = new Uint8Array(5 + bytes.length);
  new DataView(envelope.buffer).setUint32(1, bytes.length);
  envelope.set(bytes, 5);
  return envelope;
}
