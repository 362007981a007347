import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Scope } from "@throng/gen/throng/campaign/v1/board_pb";
import { CampaignSchema, RulesSchema, State } from "@throng/gen/throng/campaign/v1/campaign_pb";
import { expect, test } from "vitest";
import { sayMicros } from "./micros";
import { closedBecause, limitsOf, sayRules, sayScore } from "./rules";

const rules = (init: MessageInitShape<typeof RulesSchema>) => create(RulesSchema, init);
const points = rules({ scoring: { case: "points", value: { perCheckIn: 10, dailyCap: 50 } } });
const together = rules({ teamsPerPerson: 3, teamNeeded: true, scoring: { case: "togetherness", value: {} } });

test("a rule of 0 is what the contract means by it", () => {
  expect(limitsOf(rules({ scoring: { case: "points", value: {} } }))).toEqual({
    teamSize: 10,
    teamsPerPerson: 1,
    checkInsPerDay: 10,
    teamNeeded: false,
    points: { perCheckIn: 1, dailyCap: 0 },
  });
});

test("points are told with what they count and where they stop", () => {
  const text = sayRules(points).join(" ");
  expect(text).toContain("at most 10 members, and you can be in one team at a time");
  expect(text).toContain("10 times a day, with or without a team");
  expect(text).toContain("A check-in makes 10 points");
  expect(text).toContain("at most 50 points a day");
});

test("togetherness is told in words", () => {
  const text = sayRules(together).join(" ");
  expect(text).toContain("up to 3 teams");
  expect(text).toContain("as a member of a team");
  expect(text).toContain("close in time");
});

test.each([
  [1_000_000n, points, Scope.TEAMS, "1 point"],
  [1_250_000_000n, points, Scope.MEMBERS, "1,250 points"],
  [11_904_762n, together, Scope.TEAMS, "11.9"],
  [1_000_000n, together, Scope.MEMBERS, "1 check-in"],
  [3_000_000n, together, Scope.FRIENDS, "3 check-ins"],
])("%s millionths are %4$s", (micros, which, scope, text) => {
  expect(sayScore(micros, which, scope)).toBe(text);
});

test("millionths are exact beyond what a float holds", () => {
  expect(sayMicros(9_007_199_254_740_993_000_001n, 6)).toBe("9,007,199,254,740,993.000001");
  expect(sayMicros(-1_500_000n)).toBe("-1.5");
});

test.each([
  [{ state: State.UPCOMING }, {}, "campaign_not_started"],
  [{ state: State.ENDED }, {}, "campaign_ended"],
  [{}, { joined: false }, "not_joined"],
  [{ rules: together }, {}, "team_needed"],
  [{ rules: together }, { teams: [1] }, undefined],
  [{}, { checkInsLeftToday: 0 }, "daily_check_ins"],
  [{}, {}, undefined],
] as const)("of %o and %o comes %s", (campaign, part, reason) => {
  expect(
    closedBecause(create(CampaignSchema, { state: State.RUNNING, rules: points, ...campaign }), {
      joined: true,
      teams: [],
      checkInsLeftToday: 3,
      ...part,
    }),
  ).toBe(reason);
});
