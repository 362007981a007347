import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { outline, unnamed } from "./accessible";
import { signUpElsewhere } from "./account";
import { openPage, phone, shoot, startBrowser, type Watched } from "./browser";
import { person, signIn } from "./person";
import { landscape } from "./png";
import { organizer, target } from "./target";

// An organizer and two people, each with a device of his own, from an announcement
// to a board that moves under their eyes. The tests build upon one another, in order.

const vera = person("Vera");
const walt = person("Walt");
const title = `Harbour days ${vera.handle.slice(-6)}`;
const otters = `Otters ${vera.handle.slice(-6)}`;
const herons = `Herons ${vera.handle.slice(-6)}`;

let browser: Browser;
let server: Awaited<ReturnType<typeof target>>;
let theirs: Watched;
let veras: Watched;
let walts: Watched;
let campaign = "";

beforeAll(async () => {
  server = await target();
  browser = await startBrowser();
  await signUpElsewhere(server.url, vera);
  await signUpElsewhere(server.url, walt);
  theirs = await openPage(browser, {
    baseURL: server.url,
    colorScheme: "light",
    timezoneId: "America/New_York",
  });
  veras = await openPage(browser, {
    baseURL: server.url,
    colorScheme: "dark",
    viewport: phone,
    hasTouch: true,
  });
  walts = await openPage(browser, { baseURL: server.url, colorScheme: "light" });
  await signIn(theirs.page, organizer);
  await signIn(veras.page, vera);
  await signIn(walts.page, walt);
});

afterEach(() => {
  expect([theirs, veras, walts].flatMap(({ faults }) => faults)).toEqual([]);
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

/** Minutes from now as a clock in Berlin shows them, as they are typed into a field. */
function berlin(minutes: number): string {
  const parts = new Intl.DateTimeFormat("sv-SE", {
    timeZone: "Europe/Berlin",
    dateStyle: "short",
    timeStyle: "short",
  });
  return parts.format(Date.now() + minutes * 60_000).replace(" ", "T");
}

test("an organizer announces a campaign, which runs", async () => {
  const { page } = theirs;
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Campaigns" }).click();
  await page.getByRole("link", { name: "New campaign" }).click();
  await page.getByLabel("Title").fill(title);
  await page.getByLabel("What it is about").fill("Check in wherever you are at the water.");
  await page.locator("input[type=file]").setInputFiles({
    name: "harbour.png",
    mimeType: "image/png",
    buffer: landscape(640, 260, 3),
  });
  await page.getByLabel("Time zone").selectOption("Europe/Berlin");
  await page.getByLabel("Start").fill(berlin(-2));
  await page.getByLabel("End", { exact: true }).fill(berlin(120));
  await page.getByLabel("Points a check-in").fill("10");
  await expect.poll(() => page.getByText("Sending the picture…").count()).toBe(0);
  await shoot(page, "campaign-new", true);
  await page.getByRole("button", { name: "Announce" }).click();
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
  await page.getByText("Running").first().waitFor();
  campaign = new URL(page.url()).pathname;
  expect(campaign).toMatch(/^\/campaigns\/[0-9a-f-]{36}$/);
  await page.getByText("(Europe/Berlin)").first().waitFor();
  await shoot(page, "campaign-desktop-light");
});

test("two people find it and join", async () => {
  for (const [{ page }, answer] of [
    [veras, "No, I am new"],
    [walts, "Yes"],
  ] as const) {
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Campaigns" }).click();
    await page.getByRole("link", { name: title }).click();
    await page.getByText(answer, { exact: true }).click();
    await page.getByRole("button", { name: "Join", exact: true }).click();
    await page.getByRole("heading", { name: "You take part" }).waitFor();
  }
  await shoot(veras.page, "campaign-phone-dark", true);
});

test("each makes a team, and one name cannot be had twice", async () => {
  for (const [{ page }, name] of [
    [veras, otters],
    [walts, herons],
  ] as const) {
    await page.getByRole("link", { name: "Find or make a team" }).click();
    await page.getByRole("button", { name: "Make a team" }).click();
    const dialog = page.getByRole("dialog", { name: "Make a team" });
    if (page === walts.page) {
      await dialog.getByLabel("Name").fill(otters.toUpperCase());
      await dialog.getByRole("button", { name: "Make it" }).click();
      await dialog.getByText("Another team of this campaign has this name.").waitFor();
    }
    await dialog.getByLabel("Name").fill(name);
    await dialog.getByRole("button", { name: "Make it" }).click();
    await page.getByRole("heading", { level: 2, name }).waitFor();
  }
});

test("one leaves the team that he made and joins the other's", async () => {
  const { page } = walts;
  await page.getByRole("button", { name: "Leave" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Leave" }).click();
  await page.getByText("This team is not there").waitFor();
  await page.getByRole("navigation", { name: "Campaign" }).getByRole("link", { name: "Teams" }).click();
  await page.getByRole("searchbox").fill(otters.slice(0, 9));
  await page.getByRole("button", { name: `Join ${otters}` }).click();
  await page.getByText("2 of 10 members").waitFor();
  await page.getByRole("link", { name: otters }).click();
  const members = page.getByRole("list", { name: "Members" });
  await members.getByText(walt.name).waitFor();
  await members.getByText("captain").waitFor();
  await shoot(page, "team-desktop-light", true);
});

test("a check-in with a picture moves the other's open board", async () => {
  const { page: watched } = walts;
  await watched.goto(`${campaign}/board`);
  await watched.getByText("Live", { exact: true }).waitFor();
  await watched.getByText("Nobody is on the board yet").waitFor();

  const { page } = veras;
  await page.goto(campaign);
  await checkIn(page, "First at the pier", landscape(320, 200, 1));
  await page.getByRole("feed", { name: "Check-ins" }).getByText("First at the pier").waitFor();
  const picture = page
    .getByRole("feed", { name: "Check-ins" })
    .getByRole("img", { name: `Picture by ${vera.name}` });
  await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(320);
  await page.getByText("9 of 10").waitFor();

  const row = watched.getByRole("list", { name: "Board" }).getByRole("listitem").filter({ hasText: otters });
  await row.getByText("10 points").waitFor({ timeout: 10_000 });
  await row.getByText("your team").waitFor();
  await fits(watched);
  await shoot(watched, "board-desktop-light");
});

test("a score is explained", async () => {
  const { page } = walts;
  await page.getByRole("button", { name: otters }).click();
  const dialog = page.getByRole("dialog", { name: otters });
  await dialog.getByText("1 × 10 points.").waitFor();
  await dialog.getByRole("region", { name: "Who adds what" }).getByText(vera.name).waitFor();
  expect(await unnamed(page)).toEqual([]);
  await shoot(page, "score-desktop-light");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
});

test("members are ranked, and places that change are seen to change", async () => {
  const { page } = veras;
  await page.goto(`${campaign}/board?scope=members`);
  await page.getByText("Live", { exact: true }).waitFor();
  await expect.poll(() => places(page)).toEqual([vera.name]);
  await walts.page.goto(campaign);
  await checkIn(walts.page, "Here too");
  await checkIn(walts.page, "And again");
  await expect.poll(() => places(page), { timeout: 10_000 }).toEqual([walt.name, vera.name]);
  await fits(page);
  await shoot(page, "members-phone-dark");
});

test("the board of a moment that has passed is looked at", async () => {
  const { page } = veras;
  await page.getByRole("button", { name: "Look back" }).click();
  const slider = page.getByRole("slider", { name: "Board at" });
  await slider.press("Home");
  await page.getByText("Nobody was on the board then").waitFor();
  await slider.press("End");
  await shoot(page, "look-back-phone-dark");
  await page.getByRole("button", { name: "Back to now" }).click();
  await page.getByText("Live", { exact: true }).waitFor();
});

test("a frozen board stands for everybody but its organizer", async () => {
  const { page } = theirs;
  await page.goto(`${campaign}/manage`);
  await page.getByRole("button", { name: "Freeze", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Freeze", exact: true }).click();
  await page.getByText(/^Frozen since/).waitFor();
  await shoot(page, "manage-desktop-light", true);

  await veras.page.goto(campaign);
  await checkIn(veras.page, "Unseen by the public");
  await page.goto(`${campaign}/board`);
  await page.getByRole("list", { name: "Board" }).getByText("40 points").waitFor();
  await walts.page.goto(`${campaign}/board`);
  await walts.page.getByRole("list", { name: "Board" }).getByText("30 points").waitFor();
  await walts.page.getByText("Board frozen").first().waitFor();

  await page.goto(`${campaign}/manage`);
  await page.getByRole("button", { name: "Unfreeze" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Unfreeze" }).click();
  await page.getByText("Live for everybody.").waitFor();
  await walts.page.getByRole("list", { name: "Board" }).getByText("40 points").waitFor();
});

test("an organizer withdraws a check-in, and its points go", async () => {
  const { page } = theirs;
  await page.goto(campaign);
  const checkInOf = page.getByRole("article").filter({ hasText: "Unseen by the public" });
  await checkInOf.getByRole("button", { name: "More about this check-in" }).click();
  await page.getByRole("menuitem", { name: "Withdraw check-in" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Withdraw" }).click();
  await checkInOf.waitFor({ state: "detached" });
  await walts.page.getByRole("list", { name: "Board" }).getByText("30 points").waitFor();
});

test("every control of these pages has a name", async () => {
  const problems: string[] = [];
  for (const [{ page }, paths] of [
    [theirs, ["/campaigns", "/campaigns/new", `${campaign}/manage`]],
    [veras, ["/campaigns?show=upcoming", campaign, `${campaign}/board`, `${campaign}/teams`]],
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

async function checkIn(page: Page, words: string, picture?: Buffer) {
  const form = page.getByRole("form", { name: "Check in" });
  await form.getByLabel("Words to your check-in").fill(words);
  if (picture) {
    await form
      .locator("input[type=file]")
      .setInputFiles({ name: "here.png", mimeType: "image/png", buffer: picture });
    await form.getByRole("list", { name: "Pictures" }).getByRole("img").waitFor();
  }
  await form.getByRole("button", { name: "Check in" }).click();
  await page.getByRole("feed", { name: "Check-ins" }).getByText(words).waitFor();
}

function places(page: Page): Promise<string[]> {
  return page.getByRole("list", { name: "Board" }).getByRole("link").allTextContents();
}

/** Nothing sticks out at the sides. */
async function fits(page: Page) {
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
}
