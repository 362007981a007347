import { Code, ConnectError } from "@connectrpc/connect";
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { fair, hours } from "../testing/fair";
import { visit } from "../testing/visit";

const list = (name = "Board") => screen.findByRole("list", { name });
/** Otters of Ada and Ben, and Herons of Cleo, who leads. */
function atTheRiver(...init: Parameters<typeof fair>) {
  const here = fair(...init);
  const { ada, ben, cleo, team, checksIn } = here;
  const otters = team("Otters", ada, ben);
  const herons = team("Herons", cleo);
  checksIn(cleo);
  return { ...here, otters, herons };
}

const names = async (name = "Board") =>
  within(await list(name))
    .queryAllByRole("listitem")
    .map(
      (row) => within(row).queryByRole("button")?.textContent ?? within(row).getByRole("link").textContent,
    );

test("an open board changes by itself, by rank, with the reader's own team marked", async () => {
  const { community, path, ben, run, checksIn } = atTheRiver();
  visit(community, `${path}/board`, { as: "ada" });
  await screen.findByText("Live");
  expect(await names()).toEqual(["Herons"]);
  await waitFor(() => expect(run.watchers.size).toBe(1));
  checksIn(ben);
  checksIn(ben);
  await waitFor(async () => expect(await names()).toEqual(["Otters", "Herons"]));
  const [first, second] = within(await list()).getAllByRole("listitem");
  expect(first?.textContent).toContain("2 points");
  expect(first?.textContent).toContain("your team");
  expect(second?.textContent).not.toContain("your team");
});

test("a line that broke is taken up where it was", async () => {
  const { community, path, ben, run, checksIn, asked } = atTheRiver();
  visit(community, `${path}/board`);
  await screen.findByText("Live");
  community.hangUp();
  await waitFor(() => expect(run.watchers.size).toBe(0));
  await screen.findByText("Connecting…");
  checksIn(ben);
  checksIn(ben);
  await waitFor(() => expect(run.watchers.size).toBe(1));
  await waitFor(async () => expect(await names()).toEqual(["Otters", "Herons"]));
  const tokens = asked("WatchLeaderboard").map((message) => message.resumeToken);
  expect(tokens[0]).toBe("");
  expect(tokens.at(-1)).not.toBe("");
});

test("without streams the top is asked for now and then", async () => {
  const { community, path } = atTheRiver();
  community.faults.set("WatchLeaderboard", new ConnectError("no", Code.Unimplemented));
  visit(community, `${path}/board`);
  await screen.findByText("Herons");
  await screen.findByText("Live");
});

test("a team's score is explained in its terms", async () => {
  const { community, path, ada, ben, checksIn } = atTheRiver({
    rules: {
      $typeName: "throng.campaign.v1.Rules",
      teamSize: 0,
      teamsPerPerson: 0,
      checkInsPerDay: 0,
      teamNeeded: false,
      scoring: {
        case: "points",
        value: { $typeName: "throng.campaign.v1.Points", perCheckIn: 10, dailyCap: 15 },
      },
    },
  });
  checksIn(ada);
  checksIn(ada);
  checksIn(ben);
  const { user } = visit(community, `${path}/board`);
  await user.click(await screen.findByRole("button", { name: "Otters" }));
  const dialog = await screen.findByRole("dialog", { name: "Otters" });
  await within(dialog).findByText("3 × 10 points.");
  await within(dialog).findByText("−5");
  expect(within(dialog).getAllByText("25 points")).toHaveLength(2);
  expect(within(dialog).getByText("place 1")).toBeTruthy();
  const shares = within(dialog).getByRole("region", { name: "Who adds what" });
  expect(within(shares).getByText("15 points")).toBeTruthy();
  await user.click(within(dialog).getByRole("link", { name: "Go to the team" }));
  await screen.findByRole("heading", { level: 2, name: "Otters" });
});

test("togetherness is explained with its formula filled in", async () => {
  const { community, path, ada, ben, checksIn } = atTheRiver({
    rules: {
      $typeName: "throng.campaign.v1.Rules",
      teamSize: 0,
      teamsPerPerson: 0,
      checkInsPerDay: 0,
      teamNeeded: false,
      scoring: { case: "togetherness", value: { $typeName: "throng.campaign.v1.Togetherness" } },
    },
  });
  checksIn(ada);
  checksIn(ben);
  const { user } = visit(community, `${path}/board`);
  await user.click(await screen.findByRole("button", { name: "Otters" }));
  const dialog = await screen.findByRole("dialog", { name: "Otters" });
  await within(dialog).findByText(/^T \/ \(0\.05 × \(S \+ 1\)\) = 2 \/ \(0\.05 × \(/);
  await within(dialog).findByText("3 × N = 3 × 2.");
  await within(dialog).findByText(/2 of 2 members have checked in/);
});

test("members are ranked, and oneself is marked", async () => {
  const { community, path, ben, checksIn } = atTheRiver();
  checksIn(ben);
  const { user } = visit(community, `${path}/board`, { as: "ben" });
  await user.click(await screen.findByRole("link", { name: "Members" }));
  await waitFor(async () => expect(await names()).toEqual(["Cleo", "Ben"]));
  const row = within(await list()).getAllByRole("listitem")[1];
  expect(row?.getAttribute("data-mine")).toBe("true");
});

test("friends are oneself and whom one follows", async () => {
  const { community, path, ada, ben, checksIn } = atTheRiver();
  checksIn(ben);
  checksIn(ben);
  checksIn(ada);
  const { user } = visit(community, `${path}/board`, { as: "ada" });
  await user.click(await screen.findByRole("link", { name: "Friends" }));
  await waitFor(async () => expect(await names()).toEqual(["Ben", "Ada"]));
});

test("a visitor is offered neither friends nor himself", async () => {
  const { community, path } = atTheRiver();
  visit(community, `${path}/board`);
  await screen.findByText("Herons");
  expect(screen.queryByRole("link", { name: "Friends" })).toBeNull();
  expect(screen.queryByRole("button", { name: "Around me" })).toBeNull();
});

test("around me is asked for, and follows the board", async () => {
  const { community, path, ada, run, checksIn, asked } = atTheRiver();
  checksIn(ada);
  const { user, router } = visit(community, `${path}/board`, { as: "ada" });
  await user.click(await screen.findByRole("button", { name: "Around me" }));
  await waitFor(async () => expect(await names("Board around you")).toEqual(["Herons", "Otters"]));
  expect(router.state.location.search).toEqual({ around: true });
  await waitFor(() => expect(run.watchers.size).toBe(1));
  checksIn(ada);
  await waitFor(async () => expect(await names("Board around you")).toEqual(["Otters", "Herons"]));
  expect(asked("GetLeaderboard").some((message) => message.aroundMe && message.pageSize === 21)).toBe(true);
});

test("the board of a moment that has passed is shown as it was, and now is one press away", async () => {
  const { community, path, ben, run, checksIn, asked } = atTheRiver();
  for (const fact of run.facts) {
    fact.at -= 600_000;
  }
  checksIn(ben);
  checksIn(ben);
  const { user, router } = visit(community, `${path}/board`);
  await waitFor(async () => expect(await names()).toEqual(["Otters", "Herons"]));
  await user.click(screen.getByRole("button", { name: "Look back" }));
  const slider = await screen.findByRole("slider", { name: "Board at" });
  fireEvent.change(slider, { target: { value: String(Date.now() - 300_000) } });
  await screen.findByText(/^as it was on/);
  await waitFor(async () => expect(await names()).toEqual(["Herons"]));
  expect(asked("GetLeaderboard").at(-1)?.asOf).toBeTruthy();
  // What is explained is the score of that moment.
  await user.click(screen.getByRole("button", { name: "Herons" }));
  await screen.findByRole("dialog", { name: "Herons" });
  await waitFor(() => expect(asked("GetTeamScore")[0]?.asOf).toBeTruthy());
  await user.click(screen.getByRole("button", { name: "Close" }));
  expect(router.state.location.search).toHaveProperty("at");
  await waitFor(() => expect(run.watchers.size).toBe(0));
  await user.click(screen.getByRole("button", { name: "Back to now" }));
  await waitFor(async () => expect(await names()).toEqual(["Otters", "Herons"]));
  await screen.findByText("Live");
});

test("a frozen board says so and stands, and its organizer sees it live", async () => {
  const { community, path, ben, run, checksIn } = atTheRiver();
  for (const fact of run.facts) {
    fact.at -= 600_000;
  }
  run.campaign.frozenSince = hours(-0.1);
  checksIn(ben);
  checksIn(ben);
  visit(community, `${path}/board`, { as: "ada" });
  await waitFor(async () => expect(await names()).toEqual(["Herons"]));
  expect(screen.getAllByText("Board frozen").length).toBeGreaterThan(1);
  expect(screen.queryByText("Live")).toBeNull();
});

test("who runs it sees a frozen board go on", async () => {
  const { community, path, run, checksIn, ben } = atTheRiver();
  run.campaign.frozenSince = hours(-0.1);
  checksIn(ben);
  checksIn(ben);
  visit(community, `${path}/board`, { as: "olga" });
  await screen.findByText(/Everybody else sees the boards as they were/);
  await waitFor(async () => expect(await names()).toEqual(["Otters", "Herons"]));
});

test("the board of a campaign that is over is final", async () => {
  const { community, path } = atTheRiver({ startsAt: hours(-9), endsAt: hours(-1) });
  visit(community, `${path}/board`);
  await screen.findByText("Final");
  expect(await names()).toEqual(["Herons"]);
});

test("more of the top is shown when it is asked for, then what comes after", async () => {
  const { community, path, ben, team, checksIn, run } = fair();
  for (let n = 1; n <= 25; n++) {
    const captain = { id: community.nextId() };
    team(`Team ${n}`, captain);
    checksIn(captain);
  }
  const { user } = visit(community, `${path}/board`);
  await waitFor(async () => expect(await names()).toHaveLength(20));
  await user.click(screen.getByRole("button", { name: "Show more" }));
  await waitFor(async () => expect(await names()).toHaveLength(25));
  expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
  await waitFor(() => expect(run.watchers.size).toBe(1));
  expect(ben.handle).toBe("ben");
});

test("after the top of a hundred come further places, page by page", async () => {
  const { community, path, team, checksIn } = fair();
  for (let n = 1; n <= 103; n++) {
    const captain = { id: community.nextId() };
    team(`Team ${n}`, captain);
    checksIn(captain);
  }
  const { user } = visit(community, `${path}/board`);
  for (const count of [20, 50]) {
    await waitFor(async () => expect(await names()).toHaveLength(count));
    await user.click(screen.getByRole("button", { name: "Show more" }));
  }
  await user.click(await screen.findByRole("button", { name: "Show the places after these" }));
  await user.click(await screen.findByRole("button", { name: "Load more" }));
  await waitFor(async () =>
    expect(await names("Further places")).toEqual(["Team 101", "Team 102", "Team 103"]),
  );
}, 60_000);

test("one's team below the top is shown apart", async () => {
  const { community, path, ada, team, checksIn } = fair();
  for (let n = 1; n <= 21; n++) {
    const captain = { id: community.nextId() };
    team(`Team ${n}`, captain);
    checksIn(captain);
    checksIn(captain);
  }
  team("Otters", ada);
  checksIn(ada);
  visit(community, `${path}/board`, { as: "ada" });
  await waitFor(async () => expect(await names("Your places")).toEqual(["Otters"]));
});
