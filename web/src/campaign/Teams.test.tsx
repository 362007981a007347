import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { fair } from "../testing/fair";
import { visit } from "../testing/visit";

const rows = () =>
  within(screen.getByRole("list", { name: "Teams" }))
    .queryAllByRole("listitem")
    .map((each) => within(each).getByRole("link").textContent);

test("whoever takes part makes a team and is its captain", async () => {
  const { community, path, ada, joins, run } = fair();
  joins(ada);
  const { user, router } = visit(community, `${path}/teams`, { as: "ada" });
  await user.click(await screen.findByRole("button", { name: "Make a team" }));
  const dialog = await screen.findByRole("dialog", { name: "Make a team" });
  await user.type(within(dialog).getByLabelText("Name"), "  Otters ");
  await user.click(within(dialog).getByRole("button", { name: "Make it" }));
  await screen.findByRole("heading", { level: 2, name: "Otters" });
  expect(router.state.location.pathname).toBe(`${path}/teams/${[...run.teams.keys()][0]}`);
  const member = within(await screen.findByRole("list", { name: "Members" })).getByRole("listitem");
  expect(member.textContent).toContain("Ada");
  expect(member.textContent).toContain("captain");
});

test("a name that is taken or too short is told at its field", async () => {
  const { community, path, ada, ben, joins, team } = fair();
  joins(ada);
  team("Otters", ben);
  const { user } = visit(community, `${path}/teams`, { as: "ada" });
  await user.click(await screen.findByRole("button", { name: "Make a team" }));
  const name = within(await screen.findByRole("dialog")).getByLabelText("Name");
  await user.type(name, "OTTERS{Enter}");
  await screen.findByText("Another team of this campaign has this name. Try another.");
  expect(name.getAttribute("aria-invalid")).toBe("true");
  await user.clear(name);
  await user.type(name, "o{Enter}");
  await waitFor(() => expect(screen.queryByText(/Another team/)).toBeNull());
  expect(name.getAttribute("aria-invalid")).toBe("true");
});

test("teams are found by how their names begin, and the address keeps it", async () => {
  const { community, path, ben, cleo, team } = fair();
  team("Otters", ben);
  team("Herons", cleo);
  const { user, router } = visit(community, `${path}/teams`);
  await screen.findByText("Otters");
  expect(rows()).toEqual(["Herons", "Otters"]);
  await user.type(screen.getByRole("searchbox"), "ot");
  await waitFor(() => expect(rows()).toEqual(["Otters"]));
  expect(router.state.location.search).toEqual({ q: "ot" });
  await user.type(screen.getByRole("searchbox"), "x");
  await screen.findByText("No team's name begins with “otx”");
});

test("a team is joined, and stands among one's own", async () => {
  const { community, path, ada, ben, joins, team } = fair();
  joins(ada);
  team("Otters", ben);
  const { user } = visit(community, `${path}/teams`, { as: "ada" });
  await user.click(await screen.findByRole("button", { name: "Join Otters" }));
  await screen.findByText("yours");
  await screen.findByText("2 of 10 members");
  // One may be in one team only.
  await screen.findByText("You are in as many teams as one may be here.");
});

test("a team that has filled meanwhile says so, and the page catches up", async () => {
  const { community, path, ada, ben, joins, team, run } = fair();
  joins(ada);
  const otters = team("Otters", ben);
  const { user } = visit(community, `${path}/teams`, { as: "ada" });
  const join = await screen.findByRole("button", { name: "Join Otters" });
  const entry = run.teams.get(otters.id);
  for (let n = 0; n < 9; n++) {
    entry?.members.push({ userId: community.nextId(), joinedAt: entry.members[0]?.joinedAt as never });
  }
  otters.memberCount = 10;
  await user.click(join);
  await screen.findByText("This team is full.");
  await screen.findByRole("button", { name: "Otters is full" });
});

test("a captain with others is told to hand over, does so, and leaves", async () => {
  const { community, path, ada, ben, team, run } = fair();
  const otters = team("Otters", ada, ben);
  const { user } = visit(community, `${path}/teams/${otters.id}`, { as: "ada" });
  await user.click(await screen.findByRole("button", { name: "Leave" }));
  const told = await screen.findByRole("dialog", { name: "A team needs its captain" });
  await user.click(within(told).getByRole("button", { name: "Understood" }));
  await user.click(await screen.findByRole("button", { name: "More about Ben" }));
  await user.click(screen.getByRole("menuitem", { name: "Make captain" }));
  await user.click(
    within(await screen.findByRole("dialog", { name: "Make Ben captain?" })).getByRole("button", {
      name: "Make captain",
    }),
  );
  await screen.findByText("Ben is the captain now.");
  await waitFor(() => expect(screen.queryByRole("button", { name: "More about Ben" })).toBeNull());
  await user.click(screen.getByRole("button", { name: "Leave" }));
  const asks = await screen.findByRole("dialog", { name: "Leave Otters?" });
  await user.click(within(asks).getByRole("button", { name: "Leave" }));
  await screen.findByRole("button", { name: "Join Otters" });
  expect(run.teams.get(otters.id)?.members.map(({ userId }) => userId)).toEqual([ben.id]);
});

test("the last one who leaves closes the team, and is told so before", async () => {
  const { community, path, ada, team } = fair();
  const otters = team("Otters", ada);
  const { user } = visit(community, `${path}/teams/${otters.id}`, { as: "ada" });
  await user.click(await screen.findByRole("button", { name: "Leave" }));
  const asks = await screen.findByRole("dialog", { name: "Leave Otters?" });
  expect(asks.textContent).toContain("the team closes");
  await user.click(within(asks).getByRole("button", { name: "Leave" }));
  await screen.findByText("This team is not there");
});

test("a visitor sees teams and members, and nothing to press", async () => {
  const { community, path, ben, team } = fair();
  const otters = team("Otters", ben);
  visit(community, `${path}/teams/${otters.id}`);
  await screen.findByText("captain");
  expect(screen.queryByRole("button", { name: /Join|Leave/ })).toBeNull();
});
