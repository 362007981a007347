import { create } from "@bufbuild/protobuf";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  CampaignSchema,
  CreateCampaignRequestSchema,
  State,
  UpdateCampaignRequestSchema,
} from "@throng/gen/throng/campaign/v1/campaign_pb";
import { expect, test } from "vitest";
import { violations } from "../app/protovalidate";
import { createOf, type Draft, draftOf, lockedOf, updateOf } from "./draft";

const id = "01890a5d-ac96-774b-bcce-b302099a8057";
const key = "0123456789abcdef";
const filled: Draft = {
  ...draftOf(),
  title: " River days ",
  tag: "#River_Days",
  timeZone: "Europe/Berlin",
  startsAt: "2026-05-03T10:00",
  endsAt: "2026-05-03T18:00",
};
const campaign = create(CampaignSchema, {
  id,
  title: "River days",
  timeZone: "Europe/Berlin",
  startsAt: timestampFromDate(new Date("2026-05-03T08:00:00Z")),
  freezesAt: timestampFromDate(new Date("2026-05-03T15:00:00Z")),
  endsAt: timestampFromDate(new Date("2026-05-03T16:00:00Z")),
  rules: { teamSize: 5, scoring: { case: "points", value: { perCheckIn: 3 } } },
  state: State.UPCOMING,
});
const brokenBy = (draft: Draft) =>
  violations(CreateCampaignRequestSchema, create(CreateCampaignRequestSchema, createOf(draft, "", key))).map(
    ({ field, ruleId }) => [...(field?.elements.map((each) => each.fieldName) ?? []), ruleId].join(" "),
  );

test("what is filled in is what the contract asks for, in the campaign's time zone", () => {
  expect(brokenBy(filled)).toEqual([]);
  const message = create(CreateCampaignRequestSchema, createOf(filled, "", key));
  expect(message).toMatchObject({ title: "River days", tag: "river_days" });
  expect(message.startsAt && timestampDate(message.startsAt).toISOString()).toBe("2026-05-03T08:00:00.000Z");
});

test.each([
  [{ title: "  " }, "title"],
  [{ startsAt: "" }, "starts_at"],
  [{ endsAt: "2026-05-03T09:00" }, "campaign.window"],
  [{ endsAt: "2028-05-03T09:00" }, "campaign.window"],
  [{ freezesAt: "2026-05-03T09:00" }, "campaign.freeze"],
  [{ teamSize: "many" }, "team_size"],
  [{ checkInsPerDay: "99999999999" }, "check_ins_per_day"],
  [{ perCheckIn: "1.5" }, "per_check_in"],
  [{ tag: "a tag" }, "tag"],
] as const)("%o is refused by its rule", (change, rule) => {
  expect(brokenBy({ ...filled, ...change }).join()).toContain(rule);
});

test("a form that nobody touched changes nothing", () => {
  const draft = draftOf(campaign);
  expect(draft).toMatchObject({ startsAt: "2026-05-03T10:00", freezesAt: "2026-05-03T17:00", teamSize: "5" });
  expect(updateOf(id, draft, { ...draft })).toEqual({ campaignId: id });
});

test("only what was changed is sent", () => {
  const draft = draftOf(campaign);
  const change = (part: Partial<Draft>) =>
    create(UpdateCampaignRequestSchema, updateOf(id, draft, { ...draft, ...part }));
  expect(change({ title: "Other" })).toEqual(
    create(UpdateCampaignRequestSchema, { campaignId: id, title: "Other" }),
  );
  const never = change({ freezesAt: "" });
  expect(never.neverFreezes).toBe(true);
  expect(never.freezesAt).toBeUndefined();
  expect(change({ teamSize: "6" }).rules).toMatchObject({ teamSize: 6, scoring: { case: "points" } });
  // The same time of day in another zone is another moment.
  const moved = change({ timeZone: "UTC" });
  expect(moved.startsAt && timestampDate(moved.startsAt).toISOString()).toBe("2026-05-03T10:00:00.000Z");
});

test("what may change when follows from where the campaign stands", () => {
  const at = (state: State) => lockedOf({ ...campaign, state });
  expect(lockedOf(undefined)).toEqual({ rules: false, end: false, tag: false });
  expect(at(State.UPCOMING)).toEqual({ rules: false, end: false, tag: true });
  expect(at(State.RUNNING)).toEqual({ rules: true, end: false, tag: true });
  expect(at(State.ENDED)).toEqual({ rules: true, end: true, tag: true });
});
