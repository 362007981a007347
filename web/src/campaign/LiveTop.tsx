import { useQuery } from "@connectrpc/connect-query";
import { Scope, type Standing } from "@throng/gen/throng/campaign/v1/board_pb";
import { type Campaign, CampaignService } from "@throng/gen/throng/campaign/v1/campaign_pb";
import type { Team } from "@throng/gen/throng/campaign/v1/team_pb";
import { useState } from "react";
import { useSession } from "../app/services";
import { Button } from "../ui/Button";
import { Loading } from "../ui/Spinner";
import { useCalm } from "../ui/useCalm";
import { nameOf } from "../user/name";
import { Beyond } from "./Beyond";
import { BoardStatus } from "./BoardStatus";
import { EmptyBoard } from "./EmptyBoard";
import { present } from "./queries";
import { sayScore } from "./rules";
import { StandingRows } from "./StandingRows";
import { idOf, type LiveBoard } from "./standings";
import { useLiveBoard } from "./useLiveBoard";

/** What every kind of board is given. */
export interface BoardProps {
  campaign: Campaign;
  scope: Scope;
  isMine(standing: Standing): boolean;
  onTeam(team: Team): void;
}

const steps = [20, 50, 100];
const followMs = 2_000;

/** The top of a board, live, with the reader's own places wherever they are. */
export function LiveTop({ campaign, scope, isMine, onTeam }: BoardProps) {
  const [step, setStep] = useState(0);
  const top = steps[step] ?? 100;
  const { board, live } = useLiveBoard(campaign.id, scope, top, true);
  const mine = useOwnPlaces(campaign.id, scope, board?.position);
  const standings = board?.standings ?? [];
  const shown = new Set(standings.map(idOf));
  const below = mine.filter((each) => !shown.has(idOf(each)));
  const rows = { rules: campaign.rules, scope, isMine, onTeam };
  return (
    <>
      <p className="sr-only" role="status">
        {useCalm(board ? sayLead(board, mine, campaign, scope) : "")}
      </p>
      {!board && <Loading label="Fetching the board…" />}
      {board && <BoardStatus board={board} campaign={campaign} live={live} />}
      {board && standings.length === 0 && <EmptyBoard campaign={campaign} scope={scope} />}
      {below.length > 0 && (
        <section aria-label="Your places" className="mb-4">
          <h2 className="mb-1.5 px-1 text-base">{scope === Scope.MEMBERS ? "Your place" : "Your teams"}</h2>
          <StandingRows {...rows} label="Your places" standings={below} />
        </section>
      )}
      <StandingRows {...rows} label="Board" standings={standings} />
      {board && step < steps.length - 1 && board.size > BigInt(top) && (
        <p className="py-6 text-center">
          <Button look="outline" onClick={() => setStep(step + 1)}>
            Show more
          </Button>
        </p>
      )}
      {board && step === steps.length - 1 && board.size > BigInt(top) && (
        <Beyond {...rows} campaign={campaign} top={standings} />
      )}
    </>
  );
}

/** Where the reader is, or his teams, asked for anew while the board has moved on. */
function useOwnPlaces(campaignId: string, scope: Scope, position: bigint | undefined): Standing[] {
  const session = useSession();
  const { data } = useQuery(
    CampaignService.method.getLeaderboard,
    { campaignId, scope, aroundMe: true, pageSize: 1 },
    {
      enabled: session !== null,
      refetchInterval: ({ state }) => (state.data?.position ?? 0n) < (position ?? 0n) && followMs,
    },
  );
  return session ? (data?.mine ?? []) : [];
}

/** The board in a sentence, for those who do not see it move. */
function sayLead(board: LiveBoard, mine: Standing[], campaign: Campaign, scope: Scope): string {
  const [first] = board.standings;
  if (!first) {
    return "";
  }
  const own = mine[0] && ` Your best place is ${mine[0].rank.toLocaleString()}.`;
  return `${nameOfStanding(first)} leads with ${sayScore(first.scoreMicros, campaign.rules, scope)}.${own ?? ""}`;
}

function nameOfStanding({ who }: Standing): string {
  return who.case === "team" ? who.value.name : nameOf(present(who.value));
}
