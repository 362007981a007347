import { timestampDate } from "@bufbuild/protobuf/wkt";
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { observe } from "../testing/community";
import { fair, hours } from "../testing/fair";
import { visit } from "../testing/visit";

function set(label: string, value: string) {
  fireEvent.change(screen.getByLabelText(label), { target: { value } });
}

test("a campaign is announced, its times by the clocks of its zone", async () => {
  const { community, asked, run } = fair();
  const { user, router } = visit(community, "/campaigns/new", { as: "olga" });
  await user.type(await screen.findByLabelText("Title"), "Lake days");
  set("Time zone", "America/New_York");
  set("Start", "2031-05-03T10:00");
  set("End", "2031-05-04T10:00");
  set("Points a check-in", "5");
  await user.click(screen.getByRole("button", { name: "Announce" }));
  await screen.findByRole("heading", { level: 1, name: "Lake days" });
  const [sent] = asked("CreateCampaign") as { startsAt?: never; rules?: object; idempotencyKey: string }[];
  expect(sent?.startsAt && timestampDate(sent.startsAt).toISOString()).toBe("2031-05-03T14:00:00.000Z");
  expect(sent?.rules).toMatchObject({ scoring: { case: "points", value: { perCheckIn: 5 } }, teamSize: 10 });
  expect(router.state.location.pathname).not.toBe(`/campaigns/${run.campaign.id}`);
});

test("a campaign is at a place of the weather, or at any other", async () => {
  const { community, path, run, asked } = fair({ locationId: "old mill" });
  const sydney = observe(community, "Sydney").location;
  const { user } = visit(community, `${path}/manage`, { as: "olga" });
  const place = await screen.findByRole<HTMLInputElement>("combobox", { name: /Place/ });
  expect(place.value).toBe("old mill");
  await user.clear(place);
  await user.type(place, "syd");
  await user.click(await screen.findByRole("option", { name: "Sydney" }));
  expect(place.value).toBe("Sydney");
  await user.click(screen.getByRole("button", { name: "Save" }));
  await screen.findByText("The campaign is saved.");
  expect(run.campaign.locationId).toBe(sydney.id);
  await user.clear(place);
  await user.type(place, "Sydney's other side{Enter}");
  await user.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() =>
    expect(asked("UpdateCampaign").at(-1)).toMatchObject({ locationId: "Sydney's other side" }),
  );
});

test("what breaks the contract's rules is told at its field, and the first is focused", async () => {
  const { community, asked } = fair();
  const { user } = visit(community, "/campaigns/new", { as: "olga" });
  const title = await screen.findByLabelText("Title");
  set("Members a team", "0.5");
  await user.click(screen.getByRole("button", { name: "Announce" }));
  await waitFor(() => expect(document.activeElement).toBe(title));
  for (const label of ["Title", "Start", "End", "Members a team"]) {
    expect(screen.getByLabelText(label).getAttribute("aria-invalid")).toBe("true");
  }
  expect(screen.getByText("Say when it starts.")).toBeTruthy();
  expect(asked("CreateCampaign").length).toBeLessThanOrEqual(1);
});

test("an end before the start is told", async () => {
  const { community } = fair();
  const { user } = visit(community, "/campaigns/new", { as: "olga" });
  await user.type(await screen.findByLabelText("Title"), "Lake days");
  set("Start", "2031-05-03T10:00");
  set("End", "2031-05-02T10:00");
  await user.click(screen.getByRole("button", { name: "Announce" }));
  await screen.findByText("A campaign ends after it starts, and a year later at most.");
});

test("a member is told that only organizers make campaigns", async () => {
  visit(fair().community, "/campaigns/new", { as: "ada" });
  await screen.findByText("Only organizers make campaigns");
});

test("of a running campaign words and end can be changed, rules and start cannot", async () => {
  const { community, path, asked } = fair();
  const { user } = visit(community, `${path}/manage`, { as: "olga" });
  const title = await screen.findByLabelText("Title");
  for (const label of ["Time zone", "Start", "Members a team"]) {
    const field = screen.getByLabelText(label);
    expect((field as HTMLInputElement).matches(":disabled") || field.closest("fieldset")?.disabled).toBe(
      true,
    );
  }
  await user.clear(title);
  await user.type(title, "River week");
  await user.click(screen.getByRole("button", { name: "Save" }));
  await screen.findByText("The campaign is saved.");
  await screen.findByRole("heading", { level: 1, name: "River week" });
  const [sent] = asked("UpdateCampaign");
  expect(sent?.title).toBe("River week");
  expect(sent?.rules).toBeUndefined();
  expect(sent?.endsAt).toBeUndefined();
});

test("an upcoming campaign's rules can still be changed", async () => {
  const { community, path, run } = fair({ startsAt: hours(24), endsAt: hours(48) });
  const { user } = visit(community, `${path}/manage`, { as: "olga" });
  await user.click(await screen.findByRole("radio", { name: /Togetherness/ }));
  await user.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(run.campaign.rules?.scoring.case).toBe("togetherness"));
});

test("the boards are frozen after asking, and go on after asking", async () => {
  const { community, path, run } = fair();
  const { user } = visit(community, `${path}/manage`, { as: "olga" });
  await user.click(await screen.findByRole("button", { name: "Freeze" }));
  const asks = await screen.findByRole("dialog", { name: "Freeze the boards?" });
  await user.click(within(asks).getByRole("button", { name: "Freeze" }));
  await screen.findByText(/^Frozen since/);
  expect(run.campaign.frozenSince).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Unfreeze" }));
  const asksAgain = await screen.findByRole("dialog", { name: "Unfreeze the boards?" });
  await user.click(within(asksAgain).getByRole("button", { name: "Unfreeze" }));
  await screen.findByText("Live for everybody.");
});

test("nobody else manages it", async () => {
  const { community, path } = fair();
  visit(community, `${path}/manage`, { as: "ada" });
  await screen.findByText("Only who runs this campaign can manage it");
  expect(screen.queryByRole("link", { name: "Manage" })).toBeNull();
});
