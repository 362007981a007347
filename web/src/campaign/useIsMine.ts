import type { Standing } from "@throng/gen/throng/campaign/v1/board_pb";
import type { Participation } from "@throng/gen/throng/campaign/v1/campaign_pb";
import { useCallback } from "react";
import { useSession } from "../app/services";
import { idOf } from "./standings";

/**
 * Tells which standings are the reader's. The page knows sooner than a stream in
 * which teams he is, for that one has left a team is no change of the board.
 */
export function useIsMine(participation: Participation | undefined): (standing: Standing) => boolean {
  const me = useSession()?.userId;
  const teams = participation?.teams;
  return useCallback(
    (standing) => {
      if (standing.who.case !== "team") {
        return idOf(standing) === me;
      }
      return teams ? teams.some((team) => team.id === idOf(standing)) : standing.mine;
    },
    [me, teams],
  );
}
