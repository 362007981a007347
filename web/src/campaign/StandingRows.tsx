import { Link } from "@tanstack/react-router";
import type { Scope, Standing } from "@throng/gen/throng/campaign/v1/board_pb";
import type { Rules } from "@throng/gen/throng/campaign/v1/campaign_pb";
import type { Team } from "@throng/gen/throng/campaign/v1/team_pb";
import { memo } from "react";
import { Badge } from "../ui/Badge";
import { Avatar, lookOf } from "../user/Avatar";
import { nameOf } from "../user/name";
import { present } from "./queries";
import { sayScore } from "./rules";
import { idOf } from "./standings";
import { useFlip } from "./useFlip";

interface StandingRowsProps {
  label: string;
  standings: Standing[];
  rules: Rules | undefined;
  scope: Scope;
  /** Whether a standing is the reader's own, or of a team of his. */
  isMine(standing: Standing): boolean;
  onTeam(team: Team): void;
}

/** Places of a board, which glide when they change. */
export function StandingRows({ label, standings, rules, scope, isMine, onTeam }: StandingRowsProps) {
  const list = useFlip<HTMLOListElement>();
  return (
    <ol aria-label={label} className="relative flex flex-col gap-1.5" ref={list}>
      {standings.map((standing) => (
        <Row
          key={idOf(standing)}
          mine={isMine(standing)}
          onTeam={onTeam}
          rules={rules}
          scope={scope}
          standing={standing}
        />
      ))}
    </ol>
  );
}

interface RowProps {
  standing: Standing;
  rules: Rules | undefined;
  scope: Scope;
  mine: boolean;
  onTeam(team: Team): void;
}

const Row = memo(function Row({ standing, rules, scope, mine, onTeam }: RowProps) {
  const { rank, scoreMicros } = standing;
  return (
    <li
      className={`relative flex min-h-14 items-center gap-2 rounded-2xl px-3 py-2 sm:gap-3 sm:px-4 ${mine ? "bg-glow text-on-glow" : "bg-panel hover:bg-raised"}`}
      data-mine={mine || undefined}
      data-row={idOf(standing)}
    >
      <span className="min-w-6 shrink-0 text-right text-lg font-extrabold tabular-nums sm:min-w-9">
        <span className="sr-only">Place </span>
        {rank.toLocaleString()}
      </span>
      <Face standing={standing} />
      <span className="flex min-w-0 flex-1 flex-col items-start gap-x-3 min-[30rem]:flex-row min-[30rem]:items-center">
        <Name onTeam={onTeam} standing={standing} />
        {mine && <Badge look="brand">{standing.who.case === "team" ? "your team" : "you"}</Badge>}
      </span>
      <span className="shrink-0 text-right font-semibold tabular-nums">
        {sayScore(scoreMicros, rules, scope)}
      </span>
    </li>
  );
});

function Face({ standing: { who } }: { standing: Standing }) {
  return who.case === "team" ? (
    <TeamMark name={who.value.name} />
  ) : (
    <Avatar size="small" user={present(who.value)} />
  );
}

const cover =
  "max-w-full truncate text-left font-bold after:absolute after:inset-0 after:rounded-2xl hover:underline";

/** The name covers the row: a team tells how its score came about, a person leads to his page. */
function Name({ standing, onTeam }: { standing: Standing; onTeam(team: Team): void }) {
  const { who } = standing;
  if (who.case === "team") {
    const team = who.value;
    return (
      <button aria-haspopup="dialog" className={cover} onClick={() => onTeam(team)} type="button">
        <bdi>{team.name}</bdi>
      </button>
    );
  }
  const user = present(who.value);
  return user ? (
    <Link className={cover} params={{ handle: user.handle }} to="/@{$handle}">
      <bdi>{nameOf(user)}</bdi>
    </Link>
  ) : (
    <span className="max-w-full truncate font-bold">{nameOf(user)}</span>
  );
}

/** A team's colours: the same for the same name. */
function TeamMark({ name }: { name: string }) {
  return (
    <span
      aria-hidden="true"
      className={`grid size-9 shrink-0 place-items-center rounded-[34%] font-extrabold ${lookOf(name)}`}
    >
      {[...name.trim()][0]?.toUpperCase()}
    </span>
  );
}
