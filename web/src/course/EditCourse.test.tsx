import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { Role } from "@throng/gen/throng/course/v1/assignment_pb";
import { expect, test } from "vitest";
import { offer } from "../testing/community";
import { school } from "../testing/school";
import { visit } from "../testing/visit";

const fill = (label: string, value: string) =>
  fireEvent.change(screen.getByLabelText(label), { target: { value } });

test("a course is added with a syllabus and the product of its reviews", async () => {
  const { community, boots, asked } = school();
  const { user } = visit(community, "/courses/new", { as: "olga" });
  await screen.findByLabelText("Number");
  fill("Number", "bio-7");
  fill("Title", "Bees");
  await user.type(screen.getByRole("combobox"), "riv");
  await user.click(await screen.findByRole("option", { name: "River boots" }));
  await user.click(screen.getByRole("button", { name: "Add a section" }));
  await user.click(screen.getByRole("button", { name: "Add a section" }));
  fill("Section 1", "Hives");
  fill("Section 2", "Honey");
  await user.click(screen.getByRole("button", { name: "Move section 2 up" }));
  await user.click(screen.getByRole("button", { name: "Add course" }));
  await screen.findByRole("heading", { level: 1, name: "Edit BIO-7" });
  expect(asked("CreateCourse")).toMatchObject([
    {
      number: "BIO-7",
      title: "Bees",
      productId: boots.id,
      syllabus: { sections: [{ title: "Honey" }, { title: "Hives" }] },
    },
  ]);
});

test("what breaks the contract's rules is told at its field", async () => {
  const { community, asked } = school();
  const { user } = visit(community, "/courses/new", { as: "olga" });
  await user.type(await screen.findByLabelText("Number"), "two words");
  await user.click(screen.getByRole("button", { name: "Add a section" }));
  await user.click(screen.getByRole("button", { name: "Add course" }));
  await screen.findByText("1 to 32 of A-Z, 0-9 and . _ / -, a letter or a digit first.");
  screen.getByText("Fill this in.");
  screen.getByText("Give each section a title.");
  const number = screen.getByLabelText("Number");
  await waitFor(() => expect(document.activeElement).toBe(number));
  fill("Number", "CS-101");
  fill("Title", "Other");
  await user.click(screen.getByRole("button", { name: "Remove section 1" }));
  await user.click(screen.getByRole("button", { name: "Add course" }));
  await screen.findByText("There is another course with this number.");
  expect(asked("CreateCourse").length).toBeGreaterThan(0);
});

test("only what is changed is sent", async () => {
  const { community, path, taught, asked } = school();
  const { user } = visit(community, `${path}/edit`, { as: "olga" });
  await screen.findByLabelText("Title");
  fill("Title", "Interpreters");
  await user.click(await screen.findByRole("button", { name: "Remove River boots" }));
  await user.click(screen.getByRole("button", { name: "Save" }));
  await screen.findByText("The course is saved.");
  const [sent] = asked("UpdateCourse");
  expect(sent).toMatchObject({ courseId: taught.course.id, title: "Interpreters", productId: "" });
  expect(sent?.text).toBeUndefined();
  expect(sent?.syllabus).toBeUndefined();
  expect(taught.course.title).toBe("Interpreters");
});

test("a primary instructor is replaced only when that is said", async () => {
  const { community, path, taught, grace, engages, asked } = school();
  const ada = engages("Lovelace");
  const { user } = visit(community, `${path}/edit`, { as: "olga" });
  await user.type(await screen.findByLabelText("Add an instructor"), "love");
  await user.click(await screen.findByRole("option", { name: /Ann Lovelace/ }));
  await user.click(screen.getByRole("button", { name: "Add as primary" }));
  const dialog = await screen.findByRole("dialog", { name: "Replace the primary instructor?" });
  expect(taught.primary).toBe(grace.id);
  await user.click(within(dialog).getByRole("button", { name: "Replace" }));
  await waitFor(() => expect(taught.primary).toBe(ada.id));
  expect(asked("AssignInstructor").map(({ replace }) => replace)).toEqual([false, true]);
  await waitFor(() => expect(screen.queryByRole("button", { name: "Remove Grace B. Hopper" })).toBeNull());
});

test("assistants come and go, and take the first place where it is free", async () => {
  const { community, path, taught, engages } = school();
  const ada = engages("Lovelace");
  const { user } = visit(community, `${path}/edit`, { as: "olga" });
  const box = await screen.findByLabelText("Add an instructor");
  await user.type(box, "love");
  await waitFor(() => expect(screen.getAllByRole("option")).toHaveLength(1));
  await user.keyboard("{ArrowDown}{Enter}");
  expect((box as HTMLInputElement).value).toBe("Ann Lovelace");
  await user.click(screen.getByRole("button", { name: "Add as assistant" }));
  await waitFor(() => expect([...taught.assistants]).toEqual([ada.id]));
  await user.click(await screen.findByRole("button", { name: "Remove Grace B. Hopper" }));
  await waitFor(() => expect(taught.primary).toBeUndefined());
  await user.click(await screen.findByRole("button", { name: "Make Ann Lovelace primary" }));
  await waitFor(() => expect(taught.primary).toBe(ada.id));
  expect(taught.assistants.size).toBe(0);
});

test("a course is deleted when that is meant", async () => {
  const { community, path } = school();
  const { user, router } = visit(community, `${path}/edit`, { as: "olga" });
  await user.click(await screen.findByRole("button", { name: "Delete course" }));
  const dialog = await screen.findByRole("dialog", { name: "Delete CS-101?" });
  await user.click(within(dialog).getByRole("button", { name: "Delete course" }));
  await screen.findByText("There are no courses yet");
  expect(router.state.location.pathname).toBe("/courses");
});

test("members are told that only organizers change courses", async () => {
  visit(school().community, "/courses/new", { as: "ada" });
  await screen.findByText("Only organizers change courses");
});

test("an instructor who leads courses is not deleted: they are named, and lead to their editors", async () => {
  const { community, grace, assigns } = school();
  const other = offer(community, { number: "CS-102", title: "Linkers" });
  assigns(grace, Role.PRIMARY, other.course.id);
  const { user } = visit(community, `/instructors/${grace.id}`, { as: "olga" });
  await user.click(await screen.findByRole("button", { name: "Delete instructor" }));
  const asks = await screen.findByRole("dialog", { name: "Delete Grace B. Hopper?" });
  await user.click(within(asks).getByRole("button", { name: "Delete instructor" }));
  const needed = await screen.findByRole("dialog", { name: "Grace B. Hopper is needed" });
  within(needed).getByText("This is the primary instructor of CS-101, CS-102.");
  const links = within(needed).getAllByRole("link");
  expect(links.map((link) => link.textContent)).toEqual(["CS-101 Compilers", "CS-102 Linkers"]);
  expect(links[1]?.getAttribute("href")).toBe(`/courses/${other.course.id}/edit`);
  expect(community.instructors.has(grace.id)).toBe(true);
});

test("another one is deleted", async () => {
  const { community, engages } = school();
  const ada = engages("Lovelace");
  const { user } = visit(community, `/instructors/${ada.id}`, { as: "olga" });
  await user.click(await screen.findByRole("button", { name: "Delete instructor" }));
  const asks = await screen.findByRole("dialog", { name: "Delete Ann Lovelace?" });
  await user.click(within(asks).getByRole("button", { name: "Delete instructor" }));
  await screen.findByText("Ann Lovelace is deleted.");
  expect(community.instructors.has(ada.id)).toBe(false);
});

test("an instructor is added with all that is said of him", async () => {
  const { community, asked } = school();
  const { user } = visit(community, "/instructors/new", { as: "olga" });
  await screen.findByLabelText("First name");
  fill("First name", "Ada");
  fill("Average of 5", "4.73");
  fill("Learners", "many");
  await user.click(screen.getByRole("button", { name: "Add instructor" }));
  await screen.findByText("Without ratings there is no average.");
  screen.getByText("Fill this in.");
  screen.getByText(/greater than or equal to 0 and less than or equal to 10000000000/);
  fill("Last name", "Lovelace");
  fill("Ratings", "12");
  fill("Learners", "3000");
  await user.click(screen.getByRole("button", { name: "Add instructor" }));
  await screen.findByRole("heading", { level: 1, name: "Ada Lovelace" });
  screen.getByText("4.73/5");
  expect(asked("CreateInstructor").at(-1)).toMatchObject({ averageRatingHundredths: 473, ratings: 12n });
});

test("an instructor is changed", async () => {
  const { community, grace } = school();
  const { user } = visit(community, `/instructors/${grace.id}/edit`, { as: "olga" });
  await screen.findByLabelText("Organization (optional)");
  fill("Organization (optional)", "Yale");
  await user.click(screen.getByRole("button", { name: "Save" }));
  await screen.findByText("Rear Admiral, Yale");
  expect(community.instructors.get(grace.id)?.averageRatingHundredths).toBe(473);
});
