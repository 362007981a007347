import { Code, ConnectError } from "@connectrpc/connect";
import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { village } from "../testing/people";
import { visit } from "../testing/visit";

test("home shows the posts of those one follows, newest first, with their authors", async () => {
  const { community, ben, cleo, says } = village();
  says(ben, "first");
  says(cleo, "from a stranger");
  says(ben, "second");
  visit(community, "/", { as: "ada" });
  const feed = await screen.findByRole("feed", { name: "Home timeline" });
  const articles = within(feed).getAllByRole("article");
  expect(articles.map((each) => within(each).getByText(/first|second/).textContent)).toEqual([
    "second",
    "first",
  ]);
  expect(articles[0]?.getAttribute("aria-posinset")).toBe("1");
  expect(
    within(articles[0] as HTMLElement)
      .getByRole("link", { name: "Ben" })
      .getAttribute("href"),
  ).toBe("/@ben");
});

test("an empty home leads to people", async () => {
  const { community } = village();
  visit(community, "/", { as: "cleo" });
  expect((await screen.findByRole("link", { name: "Find people" })).getAttribute("href")).toBe("/people");
});

test("further pages are asked for by token, and the end is told", async () => {
  const { community, ben, says, asked } = village();
  for (let n = 0; n < 45; n++) {
    says(ben, `post ${n}`);
  }
  const { user } = visit(community, "/", { as: "ada" });
  for (const count of [20, 40]) {
    await waitFor(() => expect(screen.getAllByRole("article")).toHaveLength(count));
    await user.click(await screen.findByRole("button", { name: "Load more" }));
  }
  await waitFor(() => expect(screen.getAllByRole("article")).toHaveLength(45));
  await screen.findByText("That is everything so far.");
  const tokens = asked("GetHomeTimeline").map((message) => message.pageToken);
  expect(new Set(tokens).size).toBe(3);
});

test("what is new waits for the reader, then stands on top, once", async () => {
  const { community, ben, says } = village();
  says(ben, "old");
  const { user } = visit(community, "/", { as: "ada" });
  await screen.findByText("old");
  await waitFor(() => expect(community.watchers.size).toBe(1));
  says(ben, "new");
  await user.click(await screen.findByRole("button", { name: "1 new post" }));
  const articles = await screen.findAllByRole("article");
  expect(articles).toHaveLength(2);
  expect(articles[0]?.textContent).toContain("new");
  expect(screen.queryByRole("button", { name: /new post$/ })).toBeNull();
});

test("a home that cannot be fetched says so and is tried again", async () => {
  const { community, ben, says } = village();
  says(ben, "hello");
  community.faults.set("GetHomeTimeline", new ConnectError("boom", Code.Internal));
  const { user } = visit(community, "/", { as: "ada" });
  const alert = await screen.findByText("Something went wrong on our side.");
  expect(alert).toBeTruthy();
  community.faults.clear();
  await user.click(screen.getByRole("button", { name: "Try again" }));
  await screen.findByText("hello");
});
