import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { offer } from "../testing/community";
import { school } from "../testing/school";
import { visit } from "../testing/visit";

const titles = async (name: string) =>
  within(await screen.findByRole("list", { name }))
    .getAllByRole("heading", { level: 2 })
    .map((each) => each.textContent);

test("courses are found by what begins like the words or is like them, and the address keeps them", async () => {
  const { community } = school();
  offer(community, { number: "BIO-7", title: "Bees" });
  const { user, router } = visit(community, "/courses");
  await screen.findByText("Bees");
  expect(await titles("Courses")).toEqual(["Bees", "Compilers"]);
  await user.type(screen.getByRole("searchbox"), "cs-");
  await waitFor(async () => expect(await titles("Courses")).toEqual(["Compilers"]));
  expect(router.state.location.search).toEqual({ q: "cs-" });
  await user.clear(screen.getByRole("searchbox"));
  await user.type(screen.getByRole("searchbox"), "compliers");
  await waitFor(() => expect(router.state.location.search).toEqual({ q: "compliers" }));
  await waitFor(async () => expect(await titles("Courses")).toEqual(["Compilers"]));
  await user.clear(screen.getByRole("searchbox"));
  await user.type(screen.getByRole("searchbox"), "zzz");
  await screen.findByText("No course is like “zzz”");
});

test("a long list goes on from its cursor", async () => {
  const { community } = school();
  for (let n = 10; n < 35; n++) {
    offer(community, { number: `A-${n}`, title: `Course ${n}` });
  }
  const { user } = visit(community, "/courses");
  await screen.findByText("Course 10");
  await user.click(screen.getByRole("button", { name: "Load more" }));
  await screen.findByText("Compilers");
  expect(await titles("Courses")).toHaveLength(26);
});

test("they are reached from the navigation and lead to their own page", async () => {
  const { community, path } = school();
  const { user, router } = visit(community, "/people", { as: "ada" });
  const [bar] = await screen.findAllByRole("navigation", { name: "Main" });
  await user.click(within(bar as HTMLElement).getByRole("link", { name: "Courses" }));
  await user.click(await screen.findByRole("link", { name: "Compilers" }));
  await screen.findByRole("heading", { level: 1, name: "Compilers" });
  expect(router.state.location.pathname).toBe(path);
  expect(screen.queryByRole("link", { name: "New course" })).toBeNull();
});

test("instructors are found by name, and lead to what they teach", async () => {
  const { community, engages } = school();
  engages("Lovelace");
  const { user } = visit(community, "/instructors");
  await screen.findByText("Ann Lovelace");
  await user.type(screen.getByRole("searchbox"), "hop");
  await waitFor(() => expect(screen.queryByText("Ann Lovelace")).toBeNull());
  await user.click(screen.getByRole("link", { name: "Grace B. Hopper" }));
  await screen.findByText("Compilers");
  expect(await titles("Courses")).toEqual(["Compilers"]);
  screen.getByText("primary");
});
