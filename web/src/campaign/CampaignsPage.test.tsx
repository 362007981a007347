import { Code, ConnectError } from "@connectrpc/connect";
import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { announce } from "../testing/community";
import { fair, hours } from "../testing/fair";
import { visit } from "../testing/visit";

const titles = async () =>
  within(await screen.findByRole("list", { name: "Campaigns" }))
    .getAllByRole("heading", { level: 2 })
    .map((each) => each.textContent);

test("campaigns are listed by where they stand, with who runs them", async () => {
  const { community, olga } = fair();
  announce(community, olga.id, { title: "Next", startsAt: hours(24), endsAt: hours(48) });
  announce(community, olga.id, { title: "Last", startsAt: hours(-48), endsAt: hours(-24) });
  const { user } = visit(community, "/campaigns");
  await screen.findByText("River days");
  expect(await titles()).toEqual(["River days"]);
  await screen.findByText("Olga");
  await user.click(screen.getByRole("link", { name: "Upcoming" }));
  await screen.findByText("Next");
  expect(await titles()).toEqual(["Next"]);
  await user.click(screen.getByRole("link", { name: "Ended" }));
  await screen.findByText("Last");
  expect(await titles()).toEqual(["Last"]);
  expect(screen.getByRole("link", { name: "Ended" }).getAttribute("aria-current")).toBe("page");
  expect(screen.getByRole("link", { name: "Running" }).getAttribute("aria-current")).toBeNull();
});

test("they are reached from the navigation and lead to their own page", async () => {
  const { community } = fair();
  const { user, router } = visit(community, "/people", { as: "ada" });
  const [bar] = await screen.findAllByRole("navigation", { name: "Main" });
  await user.click(within(bar as HTMLElement).getByRole("link", { name: "Campaigns" }));
  await user.click(await screen.findByRole("link", { name: "River days" }));
  await screen.findByRole("heading", { level: 1, name: "River days" });
  expect(router.state.location.pathname).toMatch(/^\/campaigns\/[0-9a-f-]{36}$/);
});

test("only organizers are offered to make one, and see their own", async () => {
  const { community } = fair();
  const { user } = visit(community, "/campaigns", { as: "olga" });
  expect((await screen.findByRole("link", { name: "New campaign" })).getAttribute("href")).toBe(
    "/campaigns/new",
  );
  await user.click(screen.getByRole("link", { name: "Mine" }));
  await screen.findByText("River days");
});

test("a member is not offered it", async () => {
  const { community } = fair();
  visit(community, "/campaigns", { as: "ada" });
  await screen.findByText("River days");
  expect(screen.queryByRole("link", { name: "New campaign" })).toBeNull();
  expect(screen.queryByRole("link", { name: "Mine" })).toBeNull();
});

test("a list that is empty or cannot be fetched says so", async () => {
  const { community } = fair();
  const { user } = visit(community, "/campaigns?show=ended");
  await screen.findByText("Nothing has ended yet");
  community.faults.set("ListCampaigns", new ConnectError("boom", Code.Internal));
  await user.click(screen.getByRole("link", { name: "Upcoming" }));
  await screen.findByText("Something went wrong on our side.");
  community.faults.clear();
  await user.click(screen.getByRole("button", { name: "Try again" }));
  await screen.findByText("Nothing is announced");
});
