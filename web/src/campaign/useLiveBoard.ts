import { useTransport } from "@connectrpc/connect-query";
import type { Scope, WatchLeaderboardResponse } from "@throng/gen/throng/campaign/v1/board_pb";
import { useEffect, useRef, useState } from "react";
import { useSession } from "../app/services";
import { useInSight } from "../app/useInSight";
import { followBoard } from "./follow";
import { type LiveBoard, withMessage } from "./standings";

// Rows that move more often than this are not followed by anybody's eyes.
const drawMs = 250;

/**
 * The top of a board as it is now, for as long as the page is in sight; undefined
 * until it is known. `live` is whether it follows the server.
 */
export function useLiveBoard(campaignId: string, scope: Scope, top: number, enabled: boolean) {
  const transport = useTransport();
  const me = useSession()?.userId;
  const inSight = useInSight();
  const [shown, setShown] = useState<{ key: string; board: LiveBoard | undefined }>();
  const [live, setLive] = useState(false);
  // A board is another's for another reader: his own rows are marked, and who
  // organizes sees more.
  const board = `${campaignId} ${scope} ${me ?? ""}`;
  const key = `${board} ${top}`;
  const held = useRef<{ key: string; resume: { token: string }; board: LiveBoard | undefined }>(undefined);

  useEffect(() => {
    if (!inSight || !enabled) {
      setLive(false);
      return;
    }
    if (held.current?.key !== key) {
      held.current = { key, resume: { token: "" }, board: undefined };
    }
    const state = held.current;
    const stop = new AbortController();
    const draw = calm(() => setShown({ key: board, board: state.board }), stop.signal);
    if (state.board) {
      draw();
    }
    const onMessage = (message: WatchLeaderboardResponse) => {
      const next = withMessage(state.board, message);
      if (next) {
        state.board = next;
        draw();
      }
    };
    void followBoard({
      transport,
      signal: stop.signal,
      campaignId,
      scope,
      top,
      resume: state.resume,
      onMessage,
      onLine: (stands) => !stop.signal.aborted && setLive(stands),
    });
    return () => stop.abort();
  }, [transport, key, board, campaignId, scope, top, inSight, enabled]);

  return { board: shown?.key === board ? shown.board : undefined, live };
}

/** Does a thing at once, and then at most so often, the last time included. */
function calm(act: () => void, signal: AbortSignal): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let again = false;
  const run = () => {
    act();
    timer = setTimeout(() => {
      timer = undefined;
      if (again) {
        again = false;
        run();
      }
    }, drawMs);
  };
  signal.addEventListener("abort", () => clearTimeout(timer));
  return () => {
    if (timer === undefined) {
      run();
    } else {
      again = true;
    }
  };
}
