import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Role } from "@throng/gen/throng/access/v1/access_pb";
import { type Rules, RulesSchema } from "@throng/gen/throng/campaign/v1/campaign_pb";
import {
  announce,
  type Community,
  checkIn,
  joinTeam,
  makeTeam,
  type Run,
  receive,
} from "../../src/testing/community";
import { landscape } from "../png";

const hours = (n: number) => timestampFromMs(Date.now() + n * 3_600_000);
const points = create(RulesSchema, {
  teamSize: 5,
  checkInsPerDay: 12,
  scoring: { case: "points", value: { perCheckIn: 10, dailyCap: 60 } },
});
const together = create(RulesSchema, { teamsPerPerson: 2, scoring: { case: "togetherness", value: {} } });

const teams: [name: string, members: string[], checkIns: number][] = [
  ["Otters of the Old Mill", ["mateo", "kenji"], 3],
  ["Herons", ["noor"], 4],
  ["The Slow Barges", ["lucy_w", "ada"], 2],
  ["مراكب الصباح", ["tobias"], 1],
];
const words = [
  "At the old mill. The water is high, and so are we.",
  "Third bag is full. Who has more gloves?",
  "وصلنا إلى الجسر القديم.",
  "",
  "Two ducks and a shopping trolley.",
];

/** Campaigns as a visitor would like to find them: one that runs, one that is coming, one that is over. */
export function seedCampaigns(community: Community): void {
  const organizer = community.byHandle("river_club")?.user;
  if (!organizer) {
    return;
  }
  organizer.role = Role.ORGANIZER;
  const make = (title: string, tag: string, from: number, to: number, rules: Rules, seed?: number): Run => {
    const coverMediaId = seed === undefined ? "" : community.nextId();
    if (coverMediaId) {
      receive(community, coverMediaId, new Uint8Array(landscape(960, 380, seed)), "image/png");
    }
    return announce(community, organizer.id, {
      title,
      tag,
      text: "We clean the river from the old mill to the harbour, each team its own stretch. Check in where you are, with a picture if you like.\n\nGloves are there, bring boots.",
      timeZone: "Europe/Berlin",
      locationId: "Old mill",
      startsAt: hours(from),
      endsAt: hours(to),
      rules,
      ...(coverMediaId && { coverMediaId }),
    });
  };
  make("Winter lights", "winter_lights", -300, -200, points);
  make("Night ride", "night_ride", 50, 60, together, 2);
  fill(community, make("River days", "river_days", -26, 28.2, points, 1));
  fill(community, make("Harbour evening", "harbour", -2, 3, together));
}

/** Teams with check-ins that were made over the last hours. */
function fill(community: Community, run: Run): void {
  const idOf = (handle: string) => community.byHandle(handle)?.user.id ?? "";
  let said = 0;
  for (const [name, members, checkIns] of teams) {
    const [captain = "", ...others] = members.map(idOf);
    const team = makeTeam(community, run, name, captain);
    for (const other of others) {
      joinTeam(run, team.id, other);
    }
    for (const [index, who] of [captain, ...others].entries()) {
      run.participants.set(who, { joinedAt: hours(-20), returning: index === 1 });
      for (let n = 0; n < checkIns; n++) {
        const made = checkIn(community, run, who, { text: words[said++ % words.length] ?? "" });
        made.createdAt = hours(-0.1 * (10 - said / 2));
      }
    }
  }
  for (const [index, fact] of run.facts.entries()) {
    fact.at = Date.now() - (run.facts.length - index) * 400_000;
  }
}
