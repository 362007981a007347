import { Code, ConnectError } from "@connectrpc/connect";
import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { school } from "../testing/school";
import { visit } from "../testing/visit";

const region = (name: string) => within(screen.getByRole("region", { name }));

test("a course shows who teaches it, what it teaches and what people say, all from one call", async () => {
  const { community, path, ada, ben, judges, boots, asked } = school();
  judges(ada, { rating: 4, summary: "Hard", body: "But fair." });
  judges(ben, { rating: 5 });
  const { user, router } = visit(community, path);
  await screen.findByRole("heading", { level: 1, name: "Compilers" });
  region("About").getByText("CS-101");
  region("About").getByText("How they are made.");
  const teachers = region("Instructors");
  teachers.getByRole("link", { name: "Grace B. Hopper" });
  teachers.getByText("Ph.D.");
  teachers.getByText("Rear Admiral, Navy");
  teachers.getByText("4.73/5");
  teachers.getByText(/by 321 ratings/);
  teachers.getByText("12,345 learners");
  const parts = within(region("Syllabus").getByRole("list")).getAllByRole("listitem");
  expect(parts.map((part) => part.textContent)).toEqual(["1LexersWords.", "2Parsers"]);
  const reviews = region("Reviews");
  reviews.getByRole("heading", { name: "Hard" });
  reviews.getByText("2 reviews");
  expect(asked("GetCoursePage")).toHaveLength(1);
  expect(asked("ListReviews")).toHaveLength(0);
  await user.click(reviews.getByRole("button", { name: "Only 4 stars: 1 review" }));
  await waitFor(() => expect(router.state.location.pathname).toBe(`/products/${boots.id}`));
  expect(router.state.location.search).toEqual({ stars: 4 });
});

test.each([
  ["course", "About", "What it is about did not load."],
  ["primary", "Instructors", "The primary instructor did not load."],
  ["assistants", "Instructors", "Who assists did not load."],
  ["syllabus", "Syllabus", "The syllabus did not load."],
  ["reviewMeta", "Reviews", "The sum of its reviews did not load."],
  ["reviews", "Reviews", "What people say did not load."],
])("when %s fails, its place says so and the others stay", async (section, name, said) => {
  const { community, path, ada, judges } = school();
  judges(ada, { summary: "Hard" });
  community.sections.set(section, "deadline_exceeded");
  const { user } = visit(community, path);
  await screen.findByText(said);
  region(name).getByText("It took too long.");
  expect(screen.getAllByText(/did not load/)).toHaveLength(1);
  expect(screen.getAllByRole("link", { name: /^(Grace B. Hopper|All reviews)$/ }).length).toBe(
    section === "primary" ? 1 : 2,
  );
  community.sections.clear();
  await user.click(screen.getByRole("button", { name: /^Try again: / }));
  await waitFor(() => expect(screen.queryByText(said)).toBeNull());
});

test("assistants beyond the first are fetched when they are asked for", async () => {
  const { community, path, engages, assists } = school();
  for (let n = 0; n < 23; n++) {
    assists(engages(`Helper${n}`));
  }
  const { user } = visit(community, path);
  const list = within(await screen.findByRole("list", { name: "Assistants" }));
  expect(list.getAllByRole("listitem")).toHaveLength(20);
  await user.click(screen.getByRole("button", { name: "More assistants" }));
  await list.findByText("Ann Helper22");
  expect(list.getAllByRole("listitem")).toHaveLength(23);
  expect(screen.queryByRole("button", { name: "More assistants" })).toBeNull();
});

test("the links on top lead to the sections, and the keyboard goes on there", async () => {
  const { community, path } = school();
  const { user } = visit(community, path);
  const links = within(await screen.findByRole("navigation", { name: "Sections" }));
  await user.click(links.getByRole("link", { name: "Syllabus" }));
  expect(document.activeElement).toBe(screen.getByRole("region", { name: "Syllabus" }));
  expect(links.getByRole("link", { name: "Syllabus" }).getAttribute("aria-current")).toBe("location");
});

test("a course without anything says so in each place", async () => {
  const { community, path, taught } = school();
  taught.course.productId = "";
  taught.primary = undefined;
  taught.syllabus.sections = [];
  visit(community, path);
  await screen.findByText("Nobody teaches it yet.");
  screen.getByText("Nothing is said of it yet.");
  screen.getByText("This course is not reviewed.");
  expect(screen.queryByRole("link", { name: "All reviews" })).toBeNull();
});

test("a course that is not there says so, and so does a page that cannot be fetched", async () => {
  const { community, path } = school();
  const { router } = visit(community, "/courses/00000000-0000-7000-8000-000000000000");
  await screen.findByText("There is no such course");
  community.faults.set("GetCoursePage", new ConnectError("boom", Code.Internal));
  await router.navigate({ to: path });
  await screen.findByText("Something went wrong on our side.");
  community.faults.clear();
});

test("only who may is led to the editor", async () => {
  const { community, path } = school();
  visit(community, path, { as: "ada" });
  await screen.findByText("CS-101");
  expect(screen.queryByRole("link", { name: "Edit course" })).toBeNull();
});
