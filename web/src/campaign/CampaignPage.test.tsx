import { Code, ConnectError } from "@connectrpc/connect";
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { fair, hours } from "../testing/fair";
import { visit } from "../testing/visit";

afterEach(() => void vi.useRealTimers());

const form = async () => screen.findByRole("form", { name: "Check in" });
const articles = () => within(screen.getByRole("feed", { name: "Check-ins" })).queryAllByRole("article");
const rules = (more: object) => ({
  $typeName: "throng.campaign.v1.Rules" as const,
  teamSize: 0,
  teamsPerPerson: 0,
  checkInsPerDay: 0,
  teamNeeded: false,
  scoring: {
    case: "points" as const,
    value: { $typeName: "throng.campaign.v1.Points" as const, perCheckIn: 10, dailyCap: 0 },
  },
  ...more,
});

test("a campaign tells what it is, who runs it, when, and by which rules", async () => {
  const { community, path } = fair({ rules: rules({ teamSize: 4 }), locationId: "berlin" });
  visit(community, path);
  await screen.findByText("Clean the river with us.");
  expect((await screen.findByRole("link", { name: "Olga" })).getAttribute("href")).toBe("/@olga");
  await screen.findByText("berlin");
  await screen.findByText(/posts carry #river/);
  expect(screen.getAllByText(/\(Europe\/Berlin\)/).length).toBeGreaterThan(1);
  await screen.findByText(/at most 4 members/);
  await screen.findByText(/A check-in makes 10 points/);
});

test("the countdown is seen by the second and told by the hour", async () => {
  const { community, path } = fair({ startsAt: hours(-1), endsAt: hours(2.01) });
  visit(community, path);
  const told = await screen.findByText("Ends in 2 hours");
  expect(told.getAttribute("role")).toBe("status");
  const shown = document.querySelector("[data-countdown]")?.textContent ?? "";
  expect(shown).toMatch(/02h00min\d\ds/);
});

test("before it starts, the time until then is counted", async () => {
  const { community, path } = fair({ startsAt: hours(49), endsAt: hours(60) });
  visit(community, path);
  await screen.findByText("Starts in 2 days");
  expect(screen.getByText("Upcoming")).toBeTruthy();
});

test("whoever joins says whether he was a customer before, and is asked if he does not", async () => {
  const { community, path, ada, run, asked } = fair();
  const { user } = visit(community, path, { as: "ada" });
  await user.click(await screen.findByRole("button", { name: "Join" }));
  await screen.findByText("Choose one of the two.");
  expect(asked("JoinCampaign")).toHaveLength(0);
  await user.click(screen.getByRole("radio", { name: "Yes" }));
  await user.click(screen.getByRole("button", { name: "Join" }));
  await screen.findByText("You take part");
  await screen.findByText(/You have been a customer before/);
  expect(run.participants.get(ada.id)?.returning).toBe(true);
  await screen.findByText("10 of 10");
});

test("a check-in with a picture stands on top, once, and one fewer is left", async () => {
  const { community, path, ada, ben, joins, checksIn, asked } = fair();
  joins(ada);
  checksIn(ben, "before");
  const { user } = visit(community, path, { as: "ada" });
  await screen.findByText("before");
  const box = await form();
  fireEvent.change(box.querySelector("input[type=file]") as HTMLInputElement, {
    target: { files: [new File(["bytes"], "one.png", { type: "image/png" })] },
  });
  await waitFor(() => expect(within(box).queryByRole("progressbar")).toBeNull());
  await user.type(within(box).getByLabelText("Words to your check-in"), "At the mill");
  await user.click(within(box).getByRole("button", { name: "Check in" }));
  await screen.findByText("You are checked in.");
  await waitFor(() => expect(articles()).toHaveLength(2));
  expect(articles()[0]?.textContent).toContain("At the mill");
  await within(articles()[0] as HTMLElement).findByRole("img", { name: "Picture by Ada" });
  await screen.findByText("9 of 10");
  expect(asked("CheckIn")[0]?.mediaIds).toEqual([...community.media.keys()]);
  expect((within(box).getByLabelText("Words to your check-in") as HTMLTextAreaElement).value).toBe("");
});

test("a second try sends the same key, a second check-in with the same words another", async () => {
  const { community, path, ada, joins, asked, run } = fair();
  joins(ada);
  community.faults.set("CheckIn", new ConnectError("boom", Code.Internal));
  const { user } = visit(community, path, { as: "ada" });
  const button = within(await form()).getByRole("button", { name: "Check in" });
  await user.click(button);
  await screen.findByText("Something went wrong on our side.");
  await user.click(button);
  await waitFor(() => expect(asked("CheckIn")).toHaveLength(2));
  community.faults.clear();
  await waitFor(() => expect(button.getAttribute("aria-disabled")).toBeNull());
  await user.click(button);
  await waitFor(() => expect(run.checkIns).toHaveLength(1));
  await waitFor(() => expect(button.getAttribute("aria-disabled")).toBeNull());
  await user.click(button);
  await waitFor(() => expect(run.checkIns).toHaveLength(2));
  const keys = asked("CheckIn").map((message) => message.idempotencyKey);
  expect(new Set(keys.slice(0, 3)).size).toBe(1);
  expect(keys[3]).not.toBe(keys[0]);
});

test.each([
  ["it has not started", { startsAt: hours(1), endsAt: hours(2) }, /Check-ins open/],
  ["a team is needed", { rules: rules({ teamNeeded: true }) }, /only members of a team may check in/],
] as const)("where %s, the reason is told and nothing is sent", async (_, init, reason) => {
  const { community, path, ada, joins, asked } = fair(init);
  joins(ada);
  const { user } = visit(community, path, { as: "ada" });
  const button = within(await form()).getByRole("button", { name: "Check in" });
  const described = document.getElementById(button.getAttribute("aria-describedby") ?? "");
  expect(described?.textContent).toMatch(reason);
  await user.click(button);
  expect(asked("CheckIn")).toHaveLength(0);
});

test("past the day's cap the reason is told", async () => {
  const { community, path, ada, joins, checksIn } = fair({ rules: rules({ checkInsPerDay: 1 }) });
  joins(ada);
  checksIn(ada);
  visit(community, path, { as: "ada" });
  await within(await form()).findByText(/last check-in of this day/);
});

test("a refusal of the server is told in words", async () => {
  const { community, path, ada, joins, run } = fair();
  joins(ada);
  const { user } = visit(community, path, { as: "ada" });
  const button = within(await form()).getByRole("button", { name: "Check in" });
  run.participants.delete(ada.id);
  await user.click(button);
  await screen.findByText("Join the campaign first.");
});

test("a campaign that is over takes no check-ins and nobody in", async () => {
  const { community, path, ada } = fair({ startsAt: hours(-9), endsAt: hours(-1) });
  visit(community, path, { as: "ada" });
  await screen.findByText("Nobody checked in");
  expect(screen.queryByRole("form", { name: "Check in" })).toBeNull();
  expect(screen.queryByRole("button", { name: "Join" })).toBeNull();
  expect(ada.handle).toBe("ada");
});

test("the feed goes on page by page", async () => {
  const { community, path, ben, checksIn } = fair();
  for (let n = 0; n < 25; n++) {
    checksIn(ben, `check-in ${n}`);
  }
  const { user } = visit(community, path);
  await screen.findByText("check-in 24");
  await user.click(await screen.findByRole("button", { name: "Load more" }));
  await screen.findByText("check-in 0");
  expect(articles()).toHaveLength(25);
});

test("check-ins of others wait for the reader, also those from before his own", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const { community, path, ada, ben, joins, checksIn } = fair();
  joins(ada);
  checksIn(ben, "old");
  const user = userEvent.setup({ advanceTimers: vi.advanceTimersByTime });
  visit(community, path, { as: "ada" });
  await screen.findByText("old");
  checksIn(ben, "meanwhile");
  await user.click(within(await form()).getByRole("button", { name: "Check in" }));
  await waitFor(() => expect(articles()).toHaveLength(2));
  await vi.advanceTimersByTimeAsync(10_000);
  await user.click(await screen.findByRole("button", { name: "1 new check-in" }));
  await screen.findByText("meanwhile");
  expect(articles()).toHaveLength(3);
  await waitFor(() => expect(screen.queryByRole("button", { name: /new check-in/ })).toBeNull());
});

test("an organizer withdraws a check-in, with a reason", async () => {
  const { community, path, ben, checksIn, asked, run } = fair();
  checksIn(ben, "not at the river");
  const { user } = visit(community, path, { as: "olga" });
  await user.click(await screen.findByRole("button", { name: "More about this check-in" }));
  await user.click(screen.getByRole("menuitem", { name: "Withdraw check-in" }));
  const dialog = await screen.findByRole("dialog", { name: "Withdraw this check-in?" });
  await user.type(within(dialog).getByLabelText("Why (optional)"), "elsewhere");
  await user.click(within(dialog).getByRole("button", { name: "Withdraw" }));
  await waitFor(() => expect(articles()).toHaveLength(0));
  expect(asked("VoidCheckIn")[0]).toMatchObject({ reason: "elsewhere" });
  expect(run.checkIns).toHaveLength(0);
});

test("others are not offered to withdraw one", async () => {
  const { community, path, ben, checksIn } = fair();
  checksIn(ben, "hello");
  visit(community, path, { as: "ada" });
  await screen.findByText("hello");
  await screen.findByRole("button", { name: "Join" });
  expect(screen.queryByRole("button", { name: "More about this check-in" })).toBeNull();
});

test("a check-in of somebody who left stays, without a name", async () => {
  const { community, path, ben, checksIn } = fair();
  checksIn(ben, "I was here");
  community.accounts.delete(ben.id);
  visit(community, path);
  await screen.findByText("I was here");
  expect(articles()[0]?.textContent).toContain("Somebody who left");
});

test("an address that is no campaign says so", async () => {
  const { community } = fair();
  visit(community, "/campaigns/01890a5d-ac96-774b-bcce-b302099a8057");
  await screen.findByText("There is no such campaign");
});
