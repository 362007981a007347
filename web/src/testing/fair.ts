import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Role } from "@throng/gen/throng/access/v1/access_pb";
import type { CreateCampaignRequest } from "@throng/gen/throng/campaign/v1/campaign_pb";
import { announce, checkIn, joinTeam, makeTeam, type Run, register } from "./community";
import { village } from "./people";

const hour = 3_600_000;

/** Hours from now, as the contract has moments. */
export const hours = (n: number) => timestampFromMs(Date.now() + n * hour);

/** The village on the day of a campaign that Olga runs. */
export function fair(init: Partial<CreateCampaignRequest> = {}) {
  const people = village();
  const { community } = people;
  const olga = register(community, { handle: "olga", displayName: "Olga" }).user;
  olga.role = Role.ORGANIZER;
  const run: Run = announce(community, olga.id, {
    title: "River days",
    text: "Clean the river with us.",
    tag: "river",
    timeZone: "Europe/Berlin",
    startsAt: hours(-1),
    endsAt: hours(5),
    ...init,
  });
  const { id } = run.campaign;
  const joins = (who: { id: string }, returning = false) =>
    run.participants.set(who.id, { joinedAt: hours(0), returning });
  return {
    ...people,
    olga,
    run,
    path: `/campaigns/${id}`,
    joins,
    /** Makes a team of people, the first its captain. */
    team: (name: string, captain: { id: string }, ...others: { id: string }[]) => {
      const team = makeTeam(community, run, name, captain.id);
      for (const who of [captain, ...others]) {
        joins(who);
      }
      for (const who of others) {
        joinTeam(run, team.id, who.id);
      }
      return team;
    },
    checksIn: (who: { id: string }, text = "") => checkIn(community, run, who.id, { text }),
  };
}
