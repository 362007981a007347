import { Strategy } from "@throng/gen/throng/timeline/v1/timeline_pb";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Community, write } from "../src/testing/community";
import { desktop, openPage, phone, shoot, startBrowser } from "./browser";
import { seeded } from "./mock/seed";
import { serve } from "./mock/server";

// Pictures of every page, on a community in memory, for people to look at: run
// with THRONG_URL=mock and SHOTS set to a folder.
const wanted = process.env.SHOTS && process.env.THRONG_URL === "mock";

const devices: [name: string, options: BrowserContextOptions][] = [
  ["desktop-light", { viewport: desktop, colorScheme: "light" }],
  ["desktop-dark", { viewport: desktop, colorScheme: "dark" }],
  ["phone-light", { viewport: phone, colorScheme: "light", hasTouch: true, deviceScaleFactor: 2 }],
  ["narrow-light", { viewport: { width: 320, height: 640 }, colorScheme: "light", hasTouch: true }],
  ["phone-dark", { viewport: phone, colorScheme: "dark", hasTouch: true, deviceScaleFactor: 2 }],
];

let browser: Browser | undefined;
let server: Awaited<ReturnType<typeof serve>> | undefined;
let community: Community;

beforeAll(async () => {
  if (!wanted) {
    return;
  }
  browser = await startBrowser();
  community = seeded();
  server = await serve(community);
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});

describe.runIf(wanted).each(devices)("%s", (device, options) => {
  test("every page opens", async () => {
    if (!browser || !server) {
      throw new Error("not started");
    }
    const { page, faults } = await openPage(browser, {
      ...options,
      baseURL: server.url,
      reducedMotion: "reduce",
    });
    await asVisitor(page, device);
    await asMember(page, device);
    const other = await openPage(browser, { ...options, baseURL: server.url, reducedMotion: "reduce" });
    await asOrganizer(other.page, device);
    const third = await openPage(browser, { ...options, baseURL: server.url, reducedMotion: "reduce" });
    await asShop(third.page, device);
    expect([...faults, ...other.faults, ...third.faults]).toEqual([]);
  });
});

/** Takes a picture of a page, which has to fit its window. */
async function look(page: Page, name: string, fullPage = false) {
  expect(
    await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
    name,
  ).toBeLessThanOrEqual(0);
  await shoot(page, name, fullPage);
}

async function asVisitor(page: Page, device: string) {
  await page.goto("/");
  await page.getByRole("heading", { name: "A crowd is made of people." }).waitFor();
  await look(page, `${device}-welcome`);
  await page.goto("/signup");
  await page.getByLabel("Handle").fill("a b");
  await page.getByRole("button", { name: "Create account" }).click();
  await page.locator("[aria-invalid=true]").first().waitFor();
  await look(page, `${device}-signup`, true);
  await page.goto("/nowhere");
  await page.getByText("There is nothing at this address").waitFor();
  await look(page, `${device}-404`);
}

async function asMember(page: Page, device: string) {
  await page.goto("/signin");
  await page.getByLabel("Handle or e-mail").fill("ada");
  await page.getByLabel("Password", { exact: true }).fill("correct horse");
  await look(page, `${device}-signin`);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("feed").waitFor();
  await page.waitForLoadState("networkidle").catch(() => undefined);
  await look(page, `${device}-home`);
  await look(page, `${device}-home-full`, true);
  for (const [name, path, landmark] of [
    ["profile", "/@mateo", "Follow"],
    ["own-profile", "/@ada", "Edit profile"],
    ["people", "/people?q=o", "people found"],
    ["people-empty", "/people", "Who are you looking for"],
    ["followers", "/@ada/followers", "Followers"],
    ["settings", "/settings", "This device"],
  ] as const) {
    await page.goto(path);
    await page.getByText(landmark).first().waitFor();
    await look(page, `${device}-${name}`, name === "settings");
  }
  await page.goto("/@ada");
  await page
    .getByRole("article")
    .first()
    .click({ position: { x: 200, y: 70 } });
  await page.getByRole("feed", { name: "Replies" }).getByRole("article").first().waitFor();
  await look(page, `${device}-post`);
  await campaigns(page, device);
  await reviews(page, device);
  await courses(page, device);
  await weather(page, device);
  await dialogs(page, device);
  await home(page, device);
}

/** Campaigns, as somebody who takes part in one sees them, and as who runs it does. */
async function campaigns(page: Page, device: string) {
  await page.goto("/campaigns");
  await page.getByRole("link", { name: "River days" }).waitFor();
  await look(page, `${device}-campaigns`, true);
  await page.getByRole("link", { name: "River days" }).click();
  await page.getByRole("form", { name: "Check in" }).waitFor();
  await page.getByText("How it works").click();
  await look(page, `${device}-campaign`, true);
  const tabs = page.getByRole("navigation", { name: "Campaign" });
  await tabs.getByRole("link", { name: "Board" }).click();
  await page.getByText("Live", { exact: true }).waitFor();
  await look(page, `${device}-board`);
  await page.getByRole("button", { name: "The Slow Barges" }).click();
  await page.getByRole("region", { name: "Who adds what" }).waitFor();
  await look(page, `${device}-score`);
  await page.getByRole("button", { name: "Close" }).click();
  await page.getByRole("button", { name: "Look back" }).click();
  await page.getByText(/^as it was on/).waitFor();
  await look(page, `${device}-look-back`);
  await page.getByRole("link", { name: "Members" }).click();
  await look(page, `${device}-members`);
  await tabs.getByRole("link", { name: "Teams" }).click();
  await page.getByRole("list", { name: "Teams" }).getByRole("link").first().waitFor();
  await look(page, `${device}-teams`);
  await page.getByRole("link", { name: "The Slow Barges" }).click();
  await page.getByRole("list", { name: "Members" }).getByRole("link").first().waitFor();
  await look(page, `${device}-team`, true);
  await page.goto("/campaigns");
  await page.getByRole("link", { name: "Harbour evening" }).click();
  await tabs.getByRole("link", { name: "Board" }).click();
  await page.getByRole("button", { name: "The Slow Barges" }).click();
  await page.getByRole("region", { name: "Who adds what" }).waitFor();
  await look(page, `${device}-togetherness`);
}

/** The pages of who runs a campaign. */
async function asOrganizer(page: Page, device: string) {
  await page.goto("/signin");
  await page.getByLabel("Handle or e-mail").fill("river_club");
  await page.getByLabel("Password", { exact: true }).fill("correct horse");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("form", { name: "New post" }).waitFor();
  await page.goto("/campaigns/new");
  await page.getByLabel("Title").fill("Lake days");
  await page.getByRole("button", { name: "Announce" }).click();
  await page.locator("[aria-invalid=true]").first().waitFor();
  await look(page, `${device}-campaign-new`, true);
  await page.goto("/campaigns?show=mine");
  await page.getByRole("link", { name: "River days" }).click();
  await page.getByRole("link", { name: "Manage" }).click();
  await page.getByRole("button", { name: "Freeze" }).waitFor();
  await look(page, `${device}-campaign-manage`, true);
}

/** Reviews, as somebody who reads and writes them sees them. */
async function reviews(page: Page, device: string) {
  await page.goto("/products");
  await page.getByText("4 reviews").waitFor();
  await look(page, `${device}-products`);
  await page.getByRole("link", { name: "River boots, tall" }).click();
  await page.getByRole("button", { name: "More reviews" }).click();
  await look(page, `${device}-product`, true);
  await page.getByRole("button", { name: "Open picture 2 of 3" }).click();
  await page.getByRole("dialog").locator("img").waitFor();
  await look(page, `${device}-photo`);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^Only 1 star:/ }).click();
  await page.getByRole("button", { name: "All stars" }).waitFor();
  await look(page, `${device}-product-stars`, true);
  await page.getByRole("button", { name: "More about this review" }).first().click();
  await page.getByRole("menuitem", { name: "Report review" }).click();
  await look(page, `${device}-report`);
  await page.getByRole("button", { name: "Close" }).click();
  await page.getByRole("button", { name: "Write a review" }).click();
  const form = page.getByRole("form", { name: "Write a review" });
  await look(page, `${device}-review-new`);
  await form.getByRole("radio", { name: "4 stars: Good" }).press("Space");
  await form.getByRole("radio", { name: "Comfortable", exact: true }).press("Space");
  await form.getByRole("button", { name: "Publish" }).click();
  await form.locator("[aria-invalid=true]").first().waitFor();
  await look(page, `${device}-review-missing`);
  await form.getByRole("button", { name: "Publish" }).scrollIntoViewIfNeeded();
  await look(page, `${device}-review-end`);
}

/** Courses, as somebody who looks for one sees them. */
async function courses(page: Page, device: string) {
  await page.goto("/courses?q=riv");
  await page.getByRole("link", { name: "How rivers work" }).waitFor();
  await look(page, `${device}-courses`);
  await page.getByRole("link", { name: "How rivers work" }).click();
  await page.getByRole("list", { name: "First reviews" }).waitFor();
  await page.getByText("Rain", { exact: true }).click();
  await look(page, `${device}-course`, true);
  await page.getByRole("navigation", { name: "Sections" }).getByRole("link", { name: "Syllabus" }).click();
  await look(page, `${device}-course-syllabus`);
  community.sections.set("assistants", "deadline_exceeded");
  community.sections.set("reviewMeta", "database_unavailable");
  await page.reload();
  await page.getByText("Who assists did not load.").waitFor();
  await look(page, `${device}-course-failures`, true);
  community.sections.clear();
  await page.getByRole("link", { name: "Margaret H. Hamilton" }).click();
  await page.getByRole("link", { name: "How rivers work" }).waitFor();
  await look(page, `${device}-instructor`);
}

/** The weather, from no place to a plot that is read. */
async function weather(page: Page, device: string) {
  await page.goto("/weather");
  await page.getByRole("combobox", { name: "Place" }).fill("syd");
  await page.getByRole("option", { name: "Sydney" }).waitFor();
  await page.keyboard.press("ArrowDown");
  await look(page, `${device}-weather-search`);
  await page.keyboard.press("Enter");
  const plot = page.getByRole("slider", { name: "Temperature in Sydney" });
  await plot.focus();
  for (let n = 0; n < 4; n++) {
    await page.keyboard.press("PageUp");
  }
  await look(page, `${device}-weather`, true);
  await page.getByText("As a table").click();
  await page.getByRole("row").nth(2).waitFor();
  await look(page, `${device}-weather-table`, true);
  await page.goto("/weather?place=Sydney&from=2025-05-01&to=2024-05-01");
  await page.getByText("The period ends before it begins.").waitFor();
  await look(page, `${device}-weather-wrong`);
  await page.goto("/weather?place=Sydney&measure=wind&from=2025-05-01&to=2025-07-31");
  await page.getByRole("slider").waitFor();
  await look(page, `${device}-weather-gap`, true);
}

/** The pages of who sells what is reviewed, and moderates. */
async function asShop(page: Page, device: string) {
  await page.goto("/signin");
  await page.getByLabel("Handle or e-mail").fill("mill_shop");
  await page.getByLabel("Password", { exact: true }).fill("correct horse");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("form", { name: "New post" }).waitFor();
  await page.goto("/products/new");
  await page.getByLabel("Name", { exact: true }).fill("Sieve");
  await page.getByRole("button", { name: "Size", exact: true }).click();
  await page.getByRole("button", { name: "Another", exact: true }).click();
  await page.getByText("What 1 to 5 mean").last().click();
  await page.getByRole("button", { name: "Add product" }).click();
  await page.locator("[aria-invalid=true]").first().waitFor();
  await look(page, `${device}-product-new`, true);
  await page.goto("/courses?q=riv-101");
  await page.getByRole("link", { name: "How rivers work" }).click();
  await page.getByRole("link", { name: "Edit course" }).click();
  await page.getByRole("button", { name: "Remove Jan de Vries" }).waitFor();
  await page.getByRole("combobox", { name: "Add an instructor" }).fill("ham");
  await page.getByRole("option").first().waitFor();
  await look(page, `${device}-course-edit`, true);
  await page.goto("/instructors/new");
  await page.getByLabel("Average of 5").fill("7");
  await page.getByRole("button", { name: "Add instructor" }).click();
  await page.locator("[aria-invalid=true]").first().waitFor();
  await look(page, `${device}-instructor-new`, true);
  await page.goto("/products");
  await page.getByRole("link", { name: "Moderation" }).click();
  await page.getByText("What was done to it").first().click();
  await page.getByRole("list", { name: "What was done to it" }).waitFor();
  await look(page, `${device}-moderation`, true);
  await page.getByRole("button", { name: "Hide" }).first().click();
  await page.getByRole("dialog").waitFor();
  await look(page, `${device}-verdict`);
}

/** What home looks like when something is going on. */
async function home(page: Page, device: string) {
  community.freshness = { complete: false };
  await page.goto("/");
  await page.getByRole("button", { name: "Look again" }).waitFor();
  await look(page, `${device}-left-out`);
  community.freshness = { complete: true, strategy: Strategy.ADAPTIVE };
  for (const handle of ["mateo", "kenji", "tobias", "lucy_w"]) {
    write(community, community.byHandle(handle)?.user.id ?? "", { text: `What a day, says ${handle}.` });
  }
  await page.getByRole("button", { name: /^\d new posts$/ }).waitFor();
  await look(page, `${device}-news`);
  await page.getByRole("button", { name: "More about this post" }).nth(1).click();
  await look(page, `${device}-home-menu`);
  await page.getByRole("menuitem", { name: "Why is this here?" }).click();
  await page.getByRole("region", { name: "How it came" }).waitFor();
  await look(page, `${device}-explain`);
}

async function dialogs(page: Page, device: string) {
  await page.goto("/@ada");
  await page.getByRole("button", { name: "Edit profile" }).click();
  await look(page, `${device}-edit`);
  await page.getByRole("button", { name: "Close" }).click();
  await page.getByRole("button", { name: "New post" }).filter({ visible: true }).click();
  await page.getByRole("dialog").getByLabel("Your post").fill("A few words, and @mateo knows which.");
  await look(page, `${device}-compose`);
  await page.getByRole("button", { name: "Close" }).click();
  await page.getByRole("button", { name: "More about this post" }).first().click();
  await look(page, `${device}-menu`);
  await page.getByRole("menuitem", { name: "Delete post" }).click();
  await look(page, `${device}-confirm`);
}
