import { Code, ConnectError } from "@connectrpc/connect";
import { act, screen, waitFor, within } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { write } from "../testing/community";
import { village } from "../testing/people";
import { visit } from "../testing/visit";

afterEach(() => {
  vi.useRealTimers();
  setVisibility("visible");
});

function setVisibility(state: DocumentVisibilityState) {
  Object.defineProperty(document, "visibilityState", { configurable: true, value: state });
  act(() => void document.dispatchEvent(new Event("visibilitychange")));
}

/** The texts on the page, of which each post of these tests has one of its own. */
const texts = () => screen.queryAllByRole("article").map((each) => /«.*»/.exec(each.textContent)?.[0]);

/** Ada is at home, where one post stands, and the stream is open. */
async function atHome() {
  const people = village();
  people.says(people.ben, "«old»");
  const visited = visit(people.community, "/", { as: "ada" });
  await screen.findByText("«old»");
  await waitFor(() => expect(people.community.watchers.size).toBe(1));
  return { ...people, ...visited };
}

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

test("news are counted, told to screen readers, and take the focus along when they are shown", async () => {
  const { ben, cleo, ada, community, says, user } = await atHome();
  community.follows.add(`${ada.id} ${cleo.id}`);
  says(ben, "«one»");
  const told = () => screen.getAllByRole("status").map((each) => each.textContent);
  await waitFor(() => expect(told()).toContain("1 new post"));
  says(cleo, "«two»");
  const pill = await screen.findByRole("button", { name: "2 new posts" });
  // Whoever listens is not interrupted for every post.
  expect(told()).toContain("1 new post");
  expect(document.title).toBe("(2) Home · Throng");
  expect(texts()).toEqual(["«old»"]);
  await user.click(pill);
  await waitFor(() => expect(texts()).toEqual(["«two»", "«one»", "«old»"]));
  await waitFor(() => expect(document.activeElement?.textContent).toContain("«two»"));
  expect(screen.queryByRole("button", { name: /new post/ })).toBeNull();
  expect(document.title).toBe("Home · Throng");
});

test("a key shows the news", async () => {
  const { ben, says, user } = await atHome();
  says(ben, "«new»");
  await screen.findByRole("button", { name: "1 new post" });
  await user.keyboard(".");
  await waitFor(() => expect(texts()).toEqual(["«new»", "«old»"]));
});

test("what one wrote on another device comes in by itself, the posts of others do not", async () => {
  const { ada, ben, says } = await atHome();
  says(ben, "«by ben»");
  says(ada, "«by myself»");
  await waitFor(() => expect(texts()).toEqual(["«by myself»", "«old»"]));
  await screen.findByRole("button", { name: "1 new post" });
});

test("a post that comes late stands where its id belongs", async () => {
  const { ben, says, begins, user } = await atHome();
  const finish = begins(ben, "«late»");
  says(ben, "«quick»");
  await user.click(await screen.findByRole("button", { name: "1 new post" }));
  await waitFor(() => expect(texts()).toEqual(["«quick»", "«old»"]));
  finish();
  await user.click(await screen.findByRole("button", { name: "1 new post" }));
  await waitFor(() => expect(texts()).toEqual(["«quick»", "«late»", "«old»"]));
});

test("a line that broke loses nothing and repeats nothing", async () => {
  const { ben, community, says, begins, user } = await atHome();
  const finish = begins(ben, "«late»");
  says(ben, "«before»");
  await screen.findByRole("button", { name: "1 new post" });
  community.hangUp();
  await waitFor(() => expect(community.watchers.size).toBe(0));
  says(ben, "«meanwhile»");
  finish();
  await waitFor(() => expect(community.watchers.size).toBe(1));
  says(ben, "«after»");
  await user.click(await screen.findByRole("button", { name: "4 new posts" }));
  await waitFor(() => expect(texts()).toEqual(["«after»", "«meanwhile»", "«before»", "«late»", "«old»"]));
});

test("a page out of sight for long lets the stream go, and takes it up where it was", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const { ben, community, says, asked } = await atHome();
  const looks = asked("GetHomeTimeline").length;
  setVisibility("hidden");
  await vi.advanceTimersByTimeAsync(30_000);
  expect(community.watchers.size).toBe(1);
  await vi.advanceTimersByTimeAsync(31_000);
  await waitFor(() => expect(community.watchers.size).toBe(0));
  says(ben, "«unseen»");
  setVisibility("visible");
  await screen.findByRole("button", { name: "1 new post" });
  expect(community.watchers.size).toBe(1);
  expect(asked("GetHomeTimeline")).toHaveLength(looks);
});

test("more news than a page has are asked for anew, and none is missing", async () => {
  const { ben, community, says, user, router } = await atHome();
  await router.navigate({ to: "/people" });
  await waitFor(() => expect(community.watchers.size).toBe(0));
  for (let n = 0; n < 30; n++) {
    says(ben, `«${n}»`);
  }
  await router.navigate({ to: "/" });
  const pill = await screen.findByRole("button", { name: "20+ new posts" });

  community.faults.set("GetHomeTimeline", new ConnectError("boom", Code.Internal));
  await user.click(pill);
  await screen.findByText("Something went wrong on our side.");
  expect(texts()).toEqual(["«old»"]);

  community.faults.clear();
  await user.click(screen.getByRole("button", { name: "20+ new posts" }));
  await waitFor(() => expect(texts()).toHaveLength(20));
  await user.click(await screen.findByRole("button", { name: "Load more" }));
  await waitFor(() => expect(texts()).toHaveLength(31));
  expect(texts()).toEqual([...Array.from({ length: 30 }, (_, n) => `«${29 - n}»`), "«old»"]);
});

test("a post that comes while a further page is fetched stays", async () => {
  const { community, ada, ben, says } = village();
  for (let n = 0; n < 25; n++) {
    says(ben, `«${n}»`);
  }
  const { user } = visit(community, "/", { as: "ada" });
  await waitFor(() => expect(community.watchers.size).toBe(1));
  const more = await screen.findByRole("button", { name: "Load more" });
  let release = () => {};
  community.holds.set(
    "GetHomeTimeline",
    new Promise((resolve) => {
      release = resolve;
    }),
  );
  await user.click(more);
  write(community, ada.id, { text: "«mine»" });
  await waitFor(() => expect(texts()).toHaveLength(21));
  release();
  await waitFor(() => expect(texts()).toHaveLength(26));
  expect(texts()[0]).toBe("«mine»");
  expect(new Set(texts()).size).toBe(26);
});

test("a timeline that lacks something says so in one line, and looks again", async () => {
  const { community, ben, says } = village();
  says(ben, "hello");
  community.freshness = { complete: true, itemsDegraded: 2 };
  const { user } = visit(community, "/", { as: "ada" });
  await screen.findByText("2 posts are left out.");
  community.freshness = { complete: false };
  await user.click(screen.getByRole("button", { name: "Look again" }));
  await screen.findByText("Some posts are missing.");
  community.freshness = { complete: true };
  await user.click(screen.getByRole("button", { name: "Look again" }));
  await waitFor(() => expect(screen.queryByRole("button", { name: "Look again" })).toBeNull());
  expect(screen.getAllByRole("article")).toHaveLength(1);
});

test("a further page that lacks something says so where it begins", async () => {
  const { community, ben, says } = village();
  for (let n = 0; n < 25; n++) {
    says(ben, `«${n}»`);
  }
  const { user } = visit(community, "/", { as: "ada" });
  const more = await screen.findByRole("button", { name: "Load more" });
  expect(screen.queryByRole("button", { name: "Look again" })).toBeNull();
  community.freshness = { complete: false };
  await user.click(more);
  const line = await screen.findByText("Some posts are missing.");
  expect(line.previousElementSibling?.textContent).toContain("«5»");
  expect(line.nextElementSibling?.textContent).toContain("«4»");
});
