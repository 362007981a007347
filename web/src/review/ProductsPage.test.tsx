import { Code, ConnectError } from "@connectrpc/connect";
import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { stock } from "../testing/community";
import { shop } from "../testing/shop";
import { visit } from "../testing/visit";

const names = async () =>
  within(await screen.findByRole("list", { name: "Products" }))
    .getAllByRole("heading", { level: 2 })
    .map((each) => each.textContent);

test("products are listed by name, with what people make of them, asked for once a page", async () => {
  const { community, ada, ben, judges, asked } = shop();
  stock(community, { key: "hat", name: "Hat" });
  judges(ada, { rating: 4 });
  judges(ben, { rating: 5 });
  visit(community, "/products");
  await screen.findByText("2 reviews");
  expect(await names()).toEqual(["Hat", "River boots"]);
  await screen.findByRole("img", { name: "4.5 of 5 stars" });
  await screen.findByText("No reviews yet");
  expect(asked("BatchGetReviewMeta")).toHaveLength(1);
});

test("they are found by how their names begin, and the address keeps it", async () => {
  const { community } = shop();
  stock(community, { key: "hat", name: "Hat" });
  const { user, router } = visit(community, "/products");
  await screen.findByText("Hat");
  await user.type(screen.getByRole("searchbox"), "riv");
  await waitFor(async () => expect(await names()).toEqual(["River boots"]));
  expect(router.state.location.search).toEqual({ q: "riv" });
  await user.clear(screen.getByRole("searchbox"));
  await user.type(screen.getByRole("searchbox"), "none");
  await screen.findByText("No product's name begins with “none”");
});

test("they are reached from the navigation and lead to their own page", async () => {
  const { community, path } = shop();
  const { user, router } = visit(community, "/people", { as: "ada" });
  const [bar] = await screen.findAllByRole("navigation", { name: "Main" });
  await user.click(within(bar as HTMLElement).getByRole("link", { name: "Products" }));
  await user.click(await screen.findByRole("link", { name: "River boots" }));
  await screen.findByRole("heading", { level: 1, name: "River boots" });
  expect(router.state.location.pathname).toBe(path);
});

test("what one may not do is not offered", async () => {
  const { community } = shop();
  visit(community, "/products", { as: "ada" });
  await screen.findByText("River boots");
  expect(screen.queryByRole("link", { name: "New product" })).toBeNull();
  expect(screen.queryByRole("link", { name: "Moderation" })).toBeNull();
});

test("a list that cannot be fetched says so", async () => {
  const { community } = shop();
  community.faults.set("ListProducts", new ConnectError("boom", Code.Internal));
  const { user } = visit(community, "/products");
  await screen.findByText("Something went wrong on our side.");
  community.faults.clear();
  await user.click(screen.getByRole("button", { name: "Try again" }));
  await screen.findByText("River boots");
});
