import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { outline, unnamed } from "./accessible";
import { signUpElsewhere } from "./account";
import { openPage, phone, shoot, startBrowser, type Watched } from "./browser";
import { person, signIn } from "./person";
import { landscape } from "./png";
import { organizer, target } from "./target";

// A school and a reader on a phone, from two instructors and a course to a primary
// one who is replaced. The tests build upon one another, in order.

const vera = person("Vera");
const run = vera.handle.slice(-6);
const number = `T-${run.toUpperCase()}`;
const title = `Tides and harbours ${run}`;
const product = `Harbour course ${run}`;

let browser: Browser;
let server: Awaited<ReturnType<typeof target>>;
let theirs: Watched;
let veras: Watched;
let course = "";

beforeAll(async () => {
  server = await target();
  browser = await startBrowser();
  await signUpElsewhere(server.url, vera);
  theirs = await openPage(browser, { baseURL: server.url, colorScheme: "light" });
  veras = await openPage(browser, {
    baseURL: server.url,
    colorScheme: "dark",
    viewport: phone,
    hasTouch: true,
  });
  await signIn(theirs.page, organizer);
  await signIn(veras.page, vera);
});

afterEach(() => {
  expect([theirs, veras].flatMap(({ faults }) => faults)).toEqual([]);
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

test("the school adds two instructors, one with a picture", async () => {
  const { page } = theirs;
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Courses" }).click();
  await page.getByRole("link", { name: "Instructors" }).click();
  for (const [first, last] of [
    ["Grace", `Hopper ${run}`],
    ["Ada", `Lovelace ${run}`],
  ] as const) {
    await page.getByRole("link", { name: "New instructor" }).click();
    await page.getByLabel("First name").fill(first);
    await page.getByLabel("Average of 5").fill("4.73");
    await page.getByRole("button", { name: "Add instructor" }).click();
    await page.getByText("Without ratings there is no average.").waitFor();
    await page.getByLabel("Last name").fill(last);
    await page.getByLabel("Ratings").fill("321");
    await page.getByLabel("Learners").fill("12345");
    await page.getByLabel("Academic title (optional)").fill("Ph.D.");
    if (first === "Grace") {
      await page
        .locator("input[type=file]")
        .setInputFiles({ name: "grace.png", mimeType: "image/png", buffer: landscape(320, 320, 3) });
      await page.getByRole("button", { name: "Remove picture" }).waitFor();
    }
    await page.getByRole("button", { name: "Add instructor" }).click();
    await page.getByRole("heading", { level: 1, name: `${first} ${last}` }).waitFor();
    await page.getByText("4.73/5").waitFor();
    await page.goto("/instructors");
  }
});

test("it adds a course with a syllabus and the product of its reviews", async () => {
  const { page } = theirs;
  await page.goto("/products/new");
  await page.getByLabel("Name", { exact: true }).fill(product);
  await page.getByLabel("Key", { exact: true }).fill(`course-${run}`);
  await page.getByRole("button", { name: "Add product" }).click();
  await page.getByRole("heading", { level: 1, name: product }).waitFor();
  await page.goto("/courses");
  await page.getByRole("link", { name: "New course" }).click();
  await page.getByLabel("Number").fill("two words");
  await page.getByLabel("Title").fill(title);
  await page.getByRole("button", { name: "Add course" }).click();
  await page.getByText(/a letter or a digit first/).waitFor();
  await page.getByLabel("Number").fill(number.toLowerCase());
  await page.getByRole("combobox", { name: /^Product whose reviews/ }).fill(product.slice(0, -2));
  await page.getByRole("option", { name: product }).click();
  await page.getByRole("button", { name: "Add a section" }).click();
  await page.getByLabel("Section 1", { exact: true }).fill("The moon");
  await page.getByLabel("What section 1 is about (optional)").fill("It pulls.");
  await shoot(page, "course-new", true);
  await page.getByRole("button", { name: "Add course" }).click();
  await page.getByRole("heading", { level: 1, name: `Edit ${number}` }).waitFor();
  course = new URL(page.url()).pathname.replace(/\/edit$/, "");
  expect(course).toMatch(/^\/courses\/[0-9a-f-]{36}$/);
});

test("a primary instructor is replaced only when that is said", async () => {
  const { page } = theirs;
  await add(page, `Hopper ${run}`);
  await page.getByRole("list", { name: "Instructors" }).getByText(`Grace Hopper ${run}`).waitFor();
  await add(page, `Lovelace ${run}`);
  const dialog = page.getByRole("dialog", { name: "Replace the primary instructor?" });
  await dialog.waitFor();
  expect(await unnamed(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Replace" }).click();
  await dialog.waitFor({ state: "detached" });
  const list = page.getByRole("list", { name: "Instructors" });
  await list.getByText(`Ada Lovelace ${run}`).waitFor();
  await list.getByText(`Grace Hopper ${run}`).waitFor({ state: "detached" });
  await shoot(page, "course-edit", true);
});

test("somebody finds the course, misspelt too, and reads its page", async () => {
  const { page } = veras;
  await page.goto("/courses");
  await page.getByRole("searchbox").fill(number.toLowerCase());
  await page.getByRole("link", { name: title }).waitFor();
  await page.getByRole("searchbox").fill(`Tides and harbors ${run}`);
  await expect.poll(() => new URL(page.url()).search).toContain("harbors");
  await page.getByRole("link", { name: title }).click();
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
  const instructors = page.getByRole("region", { name: "Instructors" });
  await instructors.getByRole("link", { name: `Ada Lovelace ${run}` }).waitFor();
  await instructors.getByText("4.73/5").waitFor();
  await page.getByRole("navigation", { name: "Sections" }).getByRole("link", { name: "Syllabus" }).click();
  const syllabus = page.getByRole("region", { name: "Syllabus" });
  expect(await syllabus.evaluate((element) => element === document.activeElement)).toBe(true);
  await syllabus.getByText("The moon").click();
  await syllabus.getByText("It pulls.").waitFor();
  expect([...(await unnamed(page)), ...(await outline(page))]).toEqual([]);
  await fits(page);
  await shoot(page, "course-phone-dark", true);
});

test("a review of the product is one of the course", async () => {
  const { page } = veras;
  await page.getByRole("link", { name: "All reviews" }).click();
  await page.getByRole("button", { name: "Write a review" }).click();
  const form = page.getByRole("form", { name: "Write a review" });
  await form.getByRole("radio", { name: "4 stars: Good" }).press("Space");
  await form.getByRole("radio", { name: "Yes", exact: true }).check();
  await form.getByLabel("Headline (optional)").fill(`High tide ${run}`);
  await form.getByLabel("Your review").fill("I learnt to swim.");
  await form.getByRole("button", { name: "Publish" }).click();
  await page.getByRole("article").first().getByText("yours").waitFor();
  await expect
    .poll(
      async () => {
        await page.goto(course);
        await page.getByRole("region", { name: "Reviews" }).waitFor();
        return page.getByRole("heading", { name: `High tide ${run}` }).isVisible();
      },
      { timeout: 30_000, interval: 500 },
    )
    .toBe(true);
});

test("who is primary is not deleted, and leads to where that can be changed", async () => {
  const { page } = theirs;
  await page.goto(`/instructors?q=Lovelace+${run}`);
  await page.getByRole("link", { name: `Ada Lovelace ${run}` }).click();
  await page.getByRole("button", { name: "Delete instructor" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete instructor" }).click();
  const needed = page.getByRole("dialog", { name: `Ada Lovelace ${run} is needed` });
  await needed.getByRole("alert").getByText(number).waitFor();
  await needed.getByRole("link", { name: number }).click();
  await page.getByRole("button", { name: `Remove Ada Lovelace ${run}` }).click();
  await page.getByText("Nobody yet.").waitFor();
  await page.getByRole("button", { name: "Delete course" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete course" }).click();
  await page.getByRole("heading", { level: 1, name: "Courses" }).waitFor();
  await page.goto(course);
  await page.getByText("There is no such course").waitFor();
});

test("every control of these pages has a name", async () => {
  const problems: string[] = [];
  for (const [{ page }, paths] of [
    [theirs, ["/courses", "/courses/new", "/instructors", "/instructors/new"]],
    [veras, ["/courses?q=nothing+is+called+so", "/instructors", "/courses/new"]],
  ] as const) {
    for (const path of paths) {
      await page.goto(path);
      await page.getByRole("heading", { level: 1 }).first().waitFor({ state: "attached" });
      await page.waitForTimeout(400);
      problems.push(...(await unnamed(page)), ...(await outline(page)));
      await fits(page);
    }
  }
  expect(problems).toEqual([]);
});

/** Makes somebody the primary instructor of the course whose editor is open. */
async function add(page: Page, name: string) {
  await page.getByRole("combobox", { name: "Add an instructor" }).fill(name);
  await page.getByRole("option", { name }).click();
  await page.getByRole("button", { name: "Add as primary" }).click();
}

/** Nothing sticks out at the sides. */
async function fits(page: Page) {
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
}
