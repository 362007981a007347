import { Code, type Interceptor } from "@connectrpc/connect";
import { faultOf } from "./fault";
import { isRepeatable } from "./method";

const tries = 3;
const firstPauseMs = 200;
// Whoever is told to wait longer than this should tell the user instead.
const longestHintMs = 5_000;

/**
 * Repeats calls that could not be taken, at most three tries in all. Only reads
 * and calls with an idempotency key are repeated; an overloaded server is asked
 * again only if it said when.
 */
export function withRetries(): Interceptor {
  return (next) => async (req) => {
    if (req.stream || !isRepeatable(req.method, req.message)) {
      return next(req);
    }
    for (let attempt = 1; ; attempt++) {
      try {
        return await next(req);
      } catch (err) {
        const pause = attempt < tries ? pauseAfter(err, attempt) : undefined;
        if (pause === undefined) {
          throw err;
        }
        await sleep(pause, req.signal);
      }
    }
  };
}

/** How long to wait after a failure; undefined means that it is final. */
function pauseAfter(err: unknown, attempt: number): number | undefined {
  const { code, retryAfterMs } = faultOf(err);
  if (code !== Code.Unavailable && code !== Code.ResourceExhausted) {
    return undefined;
  }
  if (retryAfterMs !== undefined) {
    // Never sooner than asked for, and not all clients at the same moment.
    return retryAfterMs <= longestHintMs ? retryAfterMs * (1 + Math.random() / 4) : undefined;
  }
  return code === Code.Unavailable
    ? firstPauseMs * 2 ** (attempt - 1) * (0.5 + Math.random() / 2)
    : undefined;
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) {
      stop();
    }
  });
}
