import { fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { shop } from "../testing/shop";
import { visit } from "../testing/visit";

test("a product is added with what its reviews rate", async () => {
  const { community, asked } = shop();
  const { user } = visit(community, "/products/new", { as: "olga" });
  fireEvent.change(await screen.findByLabelText("Name"), { target: { value: "Hat" } });
  fireEvent.change(screen.getByLabelText("Key"), { target: { value: "hat-1" } });
  await user.click(screen.getByRole("button", { name: "Size" }));
  expect(screen.queryByRole("button", { name: "Size" })).toBeNull();
  await user.click(screen.getByRole("button", { name: "Another" }));
  await user.type(screen.getByLabelText("Characteristic 2"), "Brim");
  await user.click(screen.getByRole("button", { name: "Add product" }));
  await screen.findByRole("heading", { level: 1, name: "Hat" });
  expect(asked("CreateProduct")).toMatchObject([
    { key: "hat-1", name: "Hat", characteristics: [{ name: "Size", labels: [] }, { name: "Brim" }] },
  ]);
});

test("what breaks the contract's rules is told at its field", async () => {
  const { community } = shop();
  const { user } = visit(community, "/products/new", { as: "olga" });
  await user.type(await screen.findByLabelText("Key"), "two words");
  await user.click(screen.getByRole("button", { name: "Another" }));
  await user.click(screen.getByRole("button", { name: "Add product" }));
  await screen.findByText("Give each a name.");
  screen.getByText("1 to 64 characters without blanks.");
  const name = screen.getByLabelText("Name");
  await waitFor(() => expect(document.activeElement).toBe(name));
  expect(name.getAttribute("aria-invalid")).toBe("true");
});

test("the key of another product is told at its field", async () => {
  const { community } = shop();
  const { user } = visit(community, "/products/new", { as: "olga" });
  await user.type(await screen.findByLabelText("Name"), "Hat");
  await user.type(screen.getByLabelText("Key"), "boots-1");
  await user.click(screen.getByRole("button", { name: "Add product" }));
  await screen.findByText("Another product has this key.");
});

test("a member is told that only organizers add products", async () => {
  visit(shop().community, "/products/new", { as: "ada" });
  await screen.findByText("Only organizers add products");
});
