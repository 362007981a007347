import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { screen, waitFor, within } from "@testing-library/react";
import { PhotoSchema } from "@throng/gen/throng/review/v1/review_pb";
import { expect, test } from "vitest";
import { report } from "../testing/community";
import { shop } from "../testing/shop";
import { visit } from "../testing/visit";

const tiles = () => within(screen.getByRole("feed", { name: "Reviews" })).queryAllByRole("article");
const bodies = () => tiles().map((tile) => /body \d/.exec(tile.textContent ?? "")?.[0]);

/** Seven people who say one thing each, with 1 to 5 stars and over again. */
function crowd() {
  const place = shop();
  const held = [0, 1, 2, 3, 4, 5, 6].map((n) =>
    place.judges(place.joins(`reader${n}`), { body: `body ${n}`, rating: (n % 5) + 1, recommend: n !== 0 }),
  );
  return { ...place, held };
}

test("what reviews come to: mean, share that recommends, stars, and characteristics on their scales", async () => {
  const { community, path, boots, ada, ben, judges } = shop();
  const [size, grip] = boots.characteristics.map(({ id }) => id);
  const value = (characteristicId = "", value = 0) =>
    ({ $typeName: "throng.review.v1.CharacteristicValue", characteristicId, value }) as const;
  judges(ada, { rating: 4, values: [value(size, 3), value(grip, 5)] });
  judges(ben, { rating: 5, recommend: false, values: [value(size, 4)] });
  visit(community, path);
  const sums = await screen.findByRole("region", { name: "All reviews together" });
  await within(sums).findByRole("img", { name: "4.5 of 5 stars" });
  expect(within(sums).getByText("2 reviews")).toBeTruthy();
  expect(sums.textContent).toContain("50 % recommend it");
  expect(within(sums).getByRole("button", { name: "Only 4 stars: 1 review" })).toBeTruthy();
  expect(within(sums).getByRole("button", { name: "Only 1 star: 0 reviews" })).toBeTruthy();
  const sides = within(sums).getByRole("list", { name: "Characteristics" });
  expect(sides.textContent).toContain("3.5 of 5: ½ a size too big, by 2 reviews");
  expect(sides.textContent).toContain("5.0 of 5, by 1 review");
});

test("reviews come two at a time, and the first of those asked for takes the focus", async () => {
  const { community, path, asked } = crowd();
  const { user } = visit(community, `${path}?sort=newest`);
  await waitFor(() => expect(bodies()).toEqual(["body 6", "body 5"]));
  await user.click(screen.getByRole("button", { name: "More reviews" }));
  expect(bodies()).toEqual(["body 6", "body 5", "body 4", "body 3"]);
  expect(document.activeElement).toBe(tiles()[2]);
  await user.click(screen.getByRole("button", { name: "More reviews" }));
  await user.click(screen.getByRole("button", { name: "More reviews" }));
  expect(tiles()).toHaveLength(7);
  expect(screen.queryByRole("button", { name: "More reviews" })).toBeNull();
  expect(asked("ListReviews")).toHaveLength(1);
});

test("a row of the breakdown chooses its reviews, and the address says so", async () => {
  const { community, path } = crowd();
  const { user, router } = visit(community, `${path}?sort=newest`);
  const row = await screen.findByRole("button", { name: "Only 2 stars: 2 reviews" });
  await user.click(row);
  await waitFor(() => expect(bodies()).toEqual(["body 6", "body 1"]));
  expect(row.getAttribute("aria-pressed")).toBe("true");
  expect(router.state.location.search).toEqual({ sort: "newest", stars: 2 });
  await user.click(screen.getByRole("button", { name: "All stars" }));
  await waitFor(() => expect(bodies()).toEqual(["body 6", "body 5"]));
});

test("they are sorted as one likes, and searched for words", async () => {
  const { community, path, held, asked } = crowd();
  for (const [index, each] of held.entries()) {
    each.review.helpfulCount = BigInt(100 - index);
  }
  const { user } = visit(community, path);
  await screen.findByRole("feed");
  await user.selectOptions(await screen.findByLabelText("Sort"), "Most helpful");
  await waitFor(() => expect(bodies()).toEqual(["body 0", "body 1"]));
  await user.type(screen.getByLabelText("Search these reviews"), "BODY 4");
  await waitFor(() => expect(bodies()).toEqual(["body 4"]));
  expect(asked("ListReviews").at(-1)?.text).toBe("BODY 4");
  await user.type(screen.getByLabelText("Search these reviews"), "44");
  await screen.findByText("No review is like that");
  await user.click(screen.getByRole("button", { name: "Show all" }));
  await waitFor(() => expect(bodies()).toEqual(["body 0", "body 1"]));
  expect((screen.getByLabelText("Search these reviews") as HTMLInputElement).value).toBe("");
});

test("a search goes on by itself for a while, and further when it is asked to", async () => {
  const { community, path, asked } = crowd();
  community.looksThrough = 1;
  const { user } = visit(community, `${path}?sort=newest&q=body%200`);
  const further = await screen.findByRole("button", { name: "Look further" });
  expect(tiles()).toHaveLength(0);
  expect(asked("ListReviews")).toHaveLength(5);
  await user.click(further);
  await waitFor(() => expect(bodies()).toEqual(["body 0"]));
  expect(asked("ListReviews")).toHaveLength(7);
  await waitFor(() => expect(screen.queryByRole("button", { name: "Look further" })).toBeNull());
});

test("reviews that cannot be fetched further are asked for again", async () => {
  const { community, path } = crowd();
  community.looksThrough = 3;
  const { user } = visit(community, `${path}?sort=newest&q=body`);
  await waitFor(() => expect(bodies()).toEqual(["body 6", "body 5"]));
  community.faults.set("ListReviews", new ConnectError("boom", Code.Internal));
  await user.click(screen.getByRole("button", { name: "More reviews" }));
  await screen.findByText("Something went wrong on our side.");
  community.faults.clear();
  await user.click(screen.getByRole("button", { name: "Try again" }));
  await waitFor(() => expect(bodies().slice(0, 4)).toEqual(["body 6", "body 5", "body 4", "body 3"]));
});

test("a review tells all that was said: words, values, pictures, and the shop's answer", async () => {
  const { community, path, boots, ada, judges } = shop();
  const [size] = boots.characteristics;
  const held = judges(ada, {
    summary: "Dry <b>feet</b>",
    body: `${"long ".repeat(120)}end`,
    values: [
      { $typeName: "throng.review.v1.CharacteristicValue", characteristicId: size?.id ?? "", value: 4 },
    ],
  });
  held.review.response = "Thank you.";
  held.review.photos = ["https://pictures.test/1.jpg", "javascript:alert(1)"].map((url) =>
    create(PhotoSchema, { url }),
  );
  const { user } = visit(community, path);
  const tile = (await screen.findAllByRole("article"))[0] as HTMLElement;
  within(tile).getByRole("heading", { name: "Dry <b>feet</b>" });
  within(tile).getByText("Recommends it");
  within(tile).getByText("½ a size too big");
  within(tile).getByText("Thank you.");
  const links = within(tile).getAllByRole("link");
  expect(links.map((link) => link.getAttribute("href"))).toEqual(["https://pictures.test/1.jpg"]);
  const open = within(tile).getByRole("button", { name: "Read on" });
  await user.click(open);
  expect(open.getAttribute("aria-expanded")).toBe("true");
});

test("that a review helped is said once, and remembered", async () => {
  const { community, path, ben, judges, asked } = shop();
  judges(ben, { body: "warm" });
  const { user } = visit(community, path, { as: "ada" });
  await user.click(await screen.findByRole("button", { name: "Helpful, 0 people" }));
  const said = await screen.findByRole("button", { name: "This helped you, 1 person" });
  await user.click(said);
  await waitFor(() => expect(community.helped.size).toBe(1));
  expect(asked("MarkHelpful")).toHaveLength(1);
});

test("what one has said of reviews is known wherever one signs in", async () => {
  const { community, path, ada, ben, cleo, judges, asked } = shop();
  const [said, other] = [judges(ben, { body: "warm" }), judges(cleo, { body: "cold" })];
  community.helped.add(`${said.review.id} ${ada.id}`);
  said.review.helpfulCount = 1n;
  report(community, said, ada.id, "rude");
  const { user } = visit(community, `${path}?sort=helpful`, { as: "ada" });
  await user.click(await screen.findByRole("button", { name: "This helped you, 1 person" }));
  screen.getByRole("button", { name: "Helpful, 0 people" });
  await user.click(screen.getAllByRole("button", { name: "More about this review" })[0] as HTMLElement);
  const told = screen.getByRole("menuitem", { name: "You reported it" });
  expect(told.getAttribute("aria-disabled")).toBe("true");
  await user.click(told);
  expect(screen.queryByRole("menuitem", { name: "Report review" })).toBeNull();
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(asked("MarkHelpful")).toHaveLength(0);
  const both = [said.review.id, other.review.id].sort();
  expect(asked("GetMyActivity").map(({ reviewIds }) => reviewIds)).toEqual([[], both]);
});

test("what fails is undone and told", async () => {
  const { community, path, ben, judges } = shop();
  judges(ben);
  community.faults.set("MarkHelpful", new ConnectError("boom", Code.Internal));
  const { user } = visit(community, path, { as: "ada" });
  await user.click(await screen.findByRole("button", { name: "Helpful, 0 people" }));
  await screen.findByText("Something went wrong on our side.");
  await screen.findByRole("button", { name: "Helpful, 0 people" });
});

test("a visitor who would say so is shown to the door, and comes back", async () => {
  const { community, path, ben, judges, asked } = shop();
  judges(ben);
  const { user, router } = visit(community, path);
  await user.click(await screen.findByRole("button", { name: "Helpful, 0 people" }));
  await screen.findByRole("heading", { name: "Sign in" });
  expect(router.state.location.search).toEqual({ next: path });
  expect(asked("GetMyActivity")).toHaveLength(0);
});

test("a review is reported with a reason", async () => {
  const { community, path, ben, judges, asked } = shop();
  const held = judges(ben);
  const { user } = visit(community, path, { as: "ada" });
  await user.click(await screen.findByRole("button", { name: "More about this review" }));
  await user.click(screen.getByRole("menuitem", { name: "Report review" }));
  const dialog = await screen.findByRole("dialog", { name: "Report this review?" });
  await user.type(within(dialog).getByLabelText("What is wrong with it (optional)"), "spam");
  await user.click(within(dialog).getByRole("button", { name: "Report" }));
  await screen.findByText("Thank you. The moderators will look at it.");
  expect(asked("ReportReview")).toMatchObject([{ reviewId: held.review.id, reason: "spam" }]);
  await waitFor(() => expect(asked("GetMyActivity")).toHaveLength(4));
  await user.click(screen.getByRole("button", { name: "More about this review" }));
  await screen.findByRole("menuitem", { name: "You reported it" });
});

test("of one's own review there is nothing to report; it can be deleted, and the sums follow", async () => {
  const { community, path, ada, judges } = shop();
  judges(ada, { body: "mine" }).review.helpfulCount = 3n;
  const { user } = visit(community, path, { as: "ada" });
  await screen.findByText("yours");
  await screen.findByText("It helped 3 people.");
  expect(screen.queryByRole("button", { name: /Helpful/ })).toBeNull();
  await user.click(screen.getByRole("button", { name: "More about this review" }));
  expect(screen.queryByRole("menuitem", { name: "Report review" })).toBeNull();
  await user.click(screen.getByRole("menuitem", { name: "Delete review" }));
  const asks = await screen.findByRole("dialog", { name: "Delete your review?" });
  await user.click(within(asks).getByRole("button", { name: "Delete review" }));
  await screen.findByText("Nobody has reviewed it yet.");
  expect([...community.reviews.values()].map(({ deleted }) => deleted)).toEqual([true]);
});

test("whoever wrote a review finds it in place of the form, and may delete it there", async () => {
  const { community, path, ada, ben, judges } = shop();
  judges(ada, { rating: 2, summary: "They squeak", body: "A lot." });
  for (const n of [1, 2, 3]) {
    judges(ben, { body: `body ${n}` });
  }
  const { user } = visit(community, `${path}?sort=newest`, { as: "ada" });
  const own = within(await screen.findByRole("region", { name: "Your review" }));
  own.getByRole("img", { name: "You gave it 2 of 5 stars" });
  own.getByText("They squeak");
  expect(screen.queryByRole("button", { name: "Write a review" })).toBeNull();
  await user.click(own.getByRole("button", { name: "Delete" }));
  const asks = await screen.findByRole("dialog", { name: "Delete your review?" });
  await user.click(within(asks).getByRole("button", { name: "Delete review" }));
  await screen.findByRole("button", { name: "Write a review" });
  await screen.findByText("3 reviews");
  expect(screen.queryByRole("region", { name: "Your review" })).toBeNull();
});

test("of one's own review that is hidden one is told, with all that it says", async () => {
  const { community, path, ada, judges } = shop();
  judges(ada, { summary: "Look at this", body: "mine alone" }).hidden = true;
  visit(community, path, { as: "ada" });
  const own = within(await screen.findByRole("region", { name: "Your review" }));
  own.getByText(/Only you and the moderators see it/);
  own.getByText("mine alone");
  await screen.findByText("No reviews yet");
  expect(screen.queryByRole("button", { name: /^Write/ })).toBeNull();
});

test("who cannot be told what he has written may try to write", async () => {
  const { community, path } = shop();
  community.faults.set("GetMyActivity", new ConnectError("boom", Code.Internal));
  visit(community, path, { as: "ada" });
  await screen.findByRole("button", { name: "Write a review" });
  await screen.findByRole("button", { name: "Write the first" });
});

test("the shop answers, and takes the answer back", async () => {
  const { community, path, ben, judges } = shop();
  const held = judges(ben);
  const { user } = visit(community, path, { as: "olga" });
  const menu = async (label: string) => {
    await user.click(await screen.findByRole("button", { name: "More about this review" }));
    await user.click(await screen.findByRole("menuitem", { name: label }));
    return within(await screen.findByRole("dialog", { name: "Answer as the shop" }));
  };
  const first = await menu("Answer as the shop");
  await user.click(first.getByRole("button", { name: "Answer" }));
  await first.findByText("Fill this in.");
  await user.type(first.getByLabelText("Answer"), "We are glad.");
  await user.click(first.getByRole("button", { name: "Answer" }));
  await within(await screen.findByRole("region", { name: "The shop's answer" })).findByText("We are glad.");
  const second = await menu("Change the shop's answer");
  await user.clear(second.getByLabelText("Answer"));
  await user.click(second.getByRole("button", { name: "Take back" }));
  await waitFor(() => expect(screen.queryByRole("region", { name: "The shop's answer" })).toBeNull());
  expect(held.review.response).toBe("");
});

test("a product that is not there says so", async () => {
  const { community } = shop();
  visit(community, "/products/00000000-0000-7000-8000-000000000000");
  await screen.findByText("There is no such product");
});
