import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { note } from "../testing/community";
import { shop } from "../testing/shop";
import { visit } from "../testing/visit";

async function decide(user: ReturnType<typeof visit>["user"], which: "Hide" | "Keep", reason: string) {
  const dialog = within(await screen.findByRole("dialog", { name: `${which} this review?` }));
  await user.type(dialog.getByLabelText("Why (optional)"), reason);
  await user.click(dialog.getByRole("button", { name: which }));
}

test("reported reviews wait with their reasons; a moderator hides one, and can bring it back", async () => {
  const { community, ben, judges, isReported, asked } = shop();
  const held = judges(ben, { body: "buy my hats" });
  isReported(held, "spam", "advertising");
  const { user } = visit(community, "/moderation", { as: "mo" });
  const card = within((await screen.findByText("buy my hats")).closest("li") as HTMLElement);
  await card.findByRole("link", { name: "River boots" });
  card.getByText("2 reports");
  card.getByText("advertising");
  await user.click(card.getByRole("button", { name: "Hide" }));
  await decide(user, "Hide", "an advertisement");
  await card.findByText("Hidden");
  expect(held.hidden).toBe(true);
  expect(asked("ResolveReport")).toMatchObject([{ reason: "an advertisement" }]);
  await user.click(card.getByRole("button", { name: "Bring back" }));
  await decide(user, "Keep", "it was a joke");
  await card.findByText("Kept");
  expect(held.hidden).toBe(false);
});

test("what was done to a review is told, by whom and why", async () => {
  const { community, ben, judges, isReported } = shop();
  const held = judges(ben, { summary: "Hats", body: "buy my hats" });
  isReported(held, "one", "", "", "", "five");
  const { user } = visit(community, `/moderation/${held.review.id}`, { as: "mo" });
  await screen.findByText("It is hidden until a moderator decides.");
  await screen.findByRole("heading", { name: "Hats" });
  screen.getByText("buy my hats");
  const record = screen.getByRole("list", { name: "What was done to it" });
  expect(record.textContent).toContain("Hidden until somebody decides");
  expect(within(record).getAllByText(/reported it/).length).toBeGreaterThanOrEqual(5);
  await user.click(screen.getByRole("button", { name: "Keep" }));
  await decide(user, "Keep", "fair");
  await screen.findByText("Everybody sees it.");
  await within(record).findByText("fair");
  within(record).getByRole("link", { name: "mo" });
});

test("a review that nobody has reported is hidden from its page, and the way back is shown", async () => {
  const { community, path, ben, judges } = shop();
  const held = judges(ben, { body: "an insult" });
  const { user, router } = visit(community, path, { as: "mo" });
  await user.click(await screen.findByRole("button", { name: "More about this review" }));
  await user.click(await screen.findByRole("menuitem", { name: "Hide review" }));
  await decide(user, "Hide", "an insult");
  await screen.findByText("A moderator has hidden it.");
  expect(router.state.location.pathname).toBe(`/moderation/${held.review.id}`);
  await router.navigate({ to: "/products/$productId", params: { productId: held.review.productId } });
  await screen.findByText("Nobody has reviewed it yet.");
  await waitFor(() => expect(screen.queryByText("an insult")).toBeNull());
});

test("of a deleted review the record is left, and no word to say", async () => {
  const { community, ben, judges } = shop();
  const held = judges(ben);
  note(community, held, "DELETED", ben, "");
  visit(community, `/moderation/${held.review.id}`, { as: "mo" });
  await screen.findByText("Who wrote it has deleted it.");
  expect(screen.getByRole("list", { name: "What was done to it" }).textContent).toContain("Ben deleted it");
  expect(screen.queryByRole("button", { name: "Hide" })).toBeNull();
});

test("an empty queue says so", async () => {
  visit(shop().community, "/moderation", { as: "mo" });
  await screen.findByText("Nothing waits");
});

test("nobody else moderates, and nothing is asked for him", async () => {
  const { community, asked } = shop();
  visit(community, "/moderation", { as: "ada" });
  await screen.findByText("Only moderators decide on reviews");
  expect(asked("ListReported")).toHaveLength(0);
});
