import { Code, ConnectError } from "@connectrpc/connect";
import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { village } from "../testing/people";
import { visit } from "../testing/visit";

test("a post stands with what it answers and what answers it", async () => {
  const { community, ada, ben, cleo, says } = village();
  const question = says(ben, "Who has a boat?");
  const answer = says(ada, "I have.", question.id);
  says(cleo, "May I come?", answer.id);
  visit(community, `/posts/${answer.id}`);
  await screen.findByText("Who has a boat?");
  const replies = await screen.findByRole("feed", { name: "Replies" });
  await within(replies).findByText("May I come?");
  await within(replies).findByRole("link", { name: "Cleo" });
  expect(within(screen.getByRole("main")).getByRole("link", { name: "Sign in" })).toBeTruthy();
});

test("a reply is written below the post and counted", async () => {
  const { community, ben, says, asked } = village();
  const post = says(ben, "Who has a boat?");
  const { user } = visit(community, `/posts/${post.id}`, { as: "ada" });
  await user.type(await screen.findByLabelText("Your reply"), "I have.");
  await user.click(screen.getByRole("button", { name: "Reply" }));
  const replies = await screen.findByRole("feed", { name: "Replies" });
  await within(replies).findByText("I have.");
  expect(asked("CreatePost")[0]?.replyToId).toBe(post.id);
  expect(screen.getByRole("link", { name: "Reply, 1 reply" })).toBeTruthy();
});

test("a like shows at once and is undone when it fails", async () => {
  const { community, ben, says } = village();
  const post = says(ben, "Who has a boat?");
  const { user } = visit(community, `/posts/${post.id}`, { as: "ada" });
  await user.click(await screen.findByRole("button", { name: "Like, 0 likes" }));
  const liked = screen.getByRole("button", { name: "Like, 1 like" });
  expect(liked.getAttribute("aria-pressed")).toBe("true");
  await waitFor(() => expect(community.likes.size).toBe(1));

  community.faults.set("UnlikePost", new ConnectError("boom", Code.Internal));
  await user.click(liked);
  await screen.findByText("Something went wrong on our side.");
  expect(screen.getByRole("button", { name: "Like, 1 like" }).getAttribute("aria-pressed")).toBe("true");
});

test("one's own post is deleted after asking, and is gone from home", async () => {
  const { community, ada, says } = village();
  const post = says(ada, "a mistake");
  const { user } = visit(community, "/", { as: "ada" });
  await user.click(await screen.findByRole("button", { name: "More about this post" }));
  await user.click(screen.getByRole("menuitem", { name: "Delete post" }));
  expect(community.posts.has(post.id)).toBe(true);
  await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Delete post" }));
  await waitFor(() => expect(screen.queryByText("a mistake")).toBeNull());
  expect(community.posts.size).toBe(0);
});

test("another's post offers no deletion", async () => {
  const { community, ben, says } = village();
  says(ben, "mine");
  const { user } = visit(community, "/", { as: "ada" });
  await user.click(await screen.findByRole("button", { name: "More about this post" }));
  expect(screen.queryByRole("menuitem", { name: "Delete post" })).toBeNull();
});

test.each(["01890a5d-ac96-774b-bcce-b302099a8057", "no-id-at-all"])(
  "%s is a post that is not there",
  async (id) => {
    visit(village().community, `/posts/${id}`);
    await screen.findByText("This post is not there");
  },
);
