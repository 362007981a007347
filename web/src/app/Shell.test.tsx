import { Code, ConnectError } from "@connectrpc/connect";
import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { village } from "../testing/people";
import { visit } from "../testing/visit";

test("visitors are welcomed", async () => {
  visit(village().community, "/");
  await screen.findByRole("heading", { name: "A crowd is made of people." });
});

test("an address that is none says so", async () => {
  visit(village().community, "/nowhere/at/all");
  await screen.findByText("There is nothing at this address");
});

test("a server out of reach is told, and found again", async () => {
  const { community } = village();
  for (const method of ["GetHomeTimeline", "GetMe", "GetCounts"]) {
    community.faults.set(method, new ConnectError("down", Code.Unavailable));
  }
  const { user } = visit(community, "/", { as: "ada" });
  await screen.findByText(/What you see may be old/, {}, { timeout: 4000 });
  community.faults.clear();
  await user.click(screen.getByRole("button", { name: "Retry" }));
  await waitFor(() => expect(screen.queryByText(/What you see may be old/)).toBeNull());
  await screen.findByText("It is quiet here");
});

test("single keys move through posts, like, write and help", async () => {
  const { community, ben, says } = village();
  says(ben, "one");
  says(ben, "two");
  const { user } = visit(community, "/", { as: "ada" });
  await screen.findByText("one");
  const [first, second] = screen.getAllByRole("article");
  await user.keyboard("j");
  expect(document.activeElement).toBe(first);
  await user.keyboard("j");
  expect(document.activeElement).toBe(second);
  await user.keyboard("k");
  expect(document.activeElement).toBe(first);
  await user.keyboard("l");
  await waitFor(() => expect(community.likes.size).toBe(1));
  await user.keyboard("?");
  await screen.findByRole("dialog", { name: "Keyboard shortcuts" });
  await user.click(screen.getByRole("button", { name: "Close" }));
  await user.keyboard("n");
  await screen.findByRole("dialog", { name: "New post" });
  await user.keyboard("j");
  expect((screen.getAllByLabelText("Your post").at(-1) as HTMLTextAreaElement).value).toBe("j");
});

test("single keys can be switched off", async () => {
  const { community, ben, says } = village();
  says(ben, "one");
  const { user, router } = visit(community, "/settings", { as: "ada" });
  await user.click(await screen.findByRole("checkbox", { name: /Single-key shortcuts/ }));
  await router.navigate({ to: "/" });
  await screen.findByText("one");
  await user.keyboard("j");
  expect(document.activeElement?.tagName).not.toBe("ARTICLE");
  await router.navigate({ to: "/settings" });
  await user.click(await screen.findByRole("checkbox", { name: /Single-key shortcuts/ }));
});

test("nothing of one account is shown to the next", async () => {
  const { community, ben, says } = village();
  says(ben, "for followers");
  const { throng, user } = visit(community, "/", { as: "ada" });
  await screen.findByText("for followers");
  await throng.logout();
  await screen.findByRole("heading", { name: "A crowd is made of people." });
  await user.click(screen.getAllByRole("link", { name: "Sign in" })[0] as HTMLElement);
  await user.type(await screen.findByLabelText("Handle or e-mail"), "cleo");
  await user.type(screen.getByLabelText("Password"), "correct horse");
  await user.click(screen.getByRole("button", { name: "Sign in" }));
  await screen.findByText("It is quiet here");
  expect(screen.queryByText("for followers")).toBeNull();
});
