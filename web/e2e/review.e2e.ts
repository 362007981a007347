import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { outline, unnamed } from "./accessible";
import { signUpElsewhere } from "./account";
import { openPage, phone, shoot, startBrowser, type Watched } from "./browser";
import { person, signIn } from "./person";
import { landscape } from "./png";
import { organizer, target } from "./target";

// A shop and two people, each with a device of his own, from a new product to a
// review that is hidden and brought back. The tests build upon one another, in order.

const vera = person("Vera");
const walt = person("Walt");
const run = vera.handle.slice(-6);
const name = `Harbour boots ${run}`;
const words = `Dry feet at the pier ${run}`;

let browser: Browser;
let server: Awaited<ReturnType<typeof target>>;
let theirs: Watched;
let veras: Watched;
let walts: Watched;
let product = "";

beforeAll(async () => {
  server = await target();
  browser = await startBrowser();
  await signUpElsewhere(server.url, vera);
  await signUpElsewhere(server.url, walt);
  theirs = await openPage(browser, { baseURL: server.url, colorScheme: "light" });
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

test("the shop adds a product", async () => {
  const { page } = theirs;
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Products" }).click();
  await page.getByRole("link", { name: "New product" }).click();
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Key", { exact: true }).fill("two words");
  await page.getByRole("button", { name: "Size", exact: true }).click();
  await page.getByRole("button", { name: "Another", exact: true }).click();
  await page.getByRole("textbox", { name: "Characteristic 2" }).fill("Grip");
  await page.getByRole("button", { name: "Add product" }).click();
  await page.getByText("1 to 64 characters without blanks.").waitFor();
  await page.getByLabel("Key", { exact: true }).fill(`boots-${run}`);
  await shoot(page, "product-new", true);
  await page.getByRole("button", { name: "Add product" }).click();
  await page.getByRole("heading", { level: 1, name }).waitFor();
  await page.getByText("Nobody has reviewed it yet.").waitFor();
  product = new URL(page.url()).pathname;
  expect(product).toMatch(/^\/products\/[0-9a-f-]{36}$/);
});

test("somebody finds it, and writes what he thinks of it, with pictures", async () => {
  const { page } = veras;
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Products" }).click();
  await page.getByRole("searchbox").fill(name.toUpperCase());
  await page.getByRole("link", { name }).click();
  await page.getByRole("button", { name: "Write a review" }).click();
  const form = page.getByRole("form", { name: "Write a review" });
  await form.getByLabel("Your review").fill("Not a drop.");
  await form.getByRole("button", { name: "Publish" }).click();
  await form.getByText("Choose 1 to 5 stars.").waitFor();
  await shoot(page, "review-missing-phone-dark");
  await form.getByRole("radio", { name: "4 stars: Good" }).press("Space");
  await form.getByRole("radio", { name: "Yes", exact: true }).check();
  await form.getByRole("radio", { name: "Perfect", exact: true }).press("Space");
  await form.getByRole("radio", { name: "5 of 5" }).press("Space");
  await form.getByLabel("Headline (optional)").fill(words);
  for (const seed of [1, 2]) {
    await form
      .locator("input[type=file]")
      .setInputFiles({ name: `pier${seed}.png`, mimeType: "image/png", buffer: landscape(320, 200, seed) });
  }
  await expect.poll(() => form.getByRole("progressbar").count()).toBe(0);
  expect(await unnamed(page)).toEqual([]);
  await shoot(page, "review-write-phone-dark", true);
  await form.getByRole("button", { name: "Publish" }).click();
  const tile = page.getByRole("article").first();
  await tile.getByRole("heading", { name: words }).waitFor();
  await tile.getByText("yours").waitFor();
  await page.getByRole("button", { name: "Only 4 stars: 1 review" }).waitFor();
  await fits(page);
  await shoot(page, "product-phone-dark", true);
});

test("the keyboard alone leads through its pictures", async () => {
  const { page } = walts;
  await page.goto(product);
  const first = page.getByRole("button", { name: "Open picture 1 of 2" });
  await first.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: `Picture 1 of 2 by ${vera.name}` }).waitFor();
  await page.keyboard.press("ArrowRight");
  const dialog = page.getByRole("dialog", { name: `Picture 2 of 2 by ${vera.name}` });
  const picture = dialog.locator("img");
  await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(320);
  for (let presses = 0; presses < 8; presses++) {
    await page.keyboard.press("Tab");
    const outside = await page.evaluate(
      () => document.activeElement !== document.body && !document.activeElement?.closest("dialog"),
    );
    expect(outside).toBe(false);
  }
  await shoot(page, "photo-desktop-light");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  expect(await first.evaluate((element) => element === document.activeElement)).toBe(true);
});

test("another says once that it helped", async () => {
  const { page } = walts;
  await page.getByRole("button", { name: "Helpful, 0 people" }).click();
  await page.getByRole("button", { name: "This helped you, 1 person" }).waitFor();
  await page.reload();
  await page.getByRole("button", { name: "This helped you, 1 person" }).waitFor();
});

test("he finds it by its stars and by its words, and not by others", async () => {
  const { page } = walts;
  await page.getByRole("button", { name: "Only 5 stars: 0 reviews" }).click();
  await page.getByText("No review is like that").waitFor();
  await page.getByRole("button", { name: "Only 4 stars: 1 review" }).click();
  await page.getByRole("heading", { name: words }).waitFor();
  await page.getByLabel("Search these reviews").fill("NOT A DROP");
  await expect.poll(() => new URL(page.url()).search).toContain("q=");
  await page.getByRole("heading", { name: words }).waitFor();
  await page.getByLabel("Search these reviews").fill("umbrella");
  await page.getByText("No review is like that").waitFor();
  await page.getByRole("button", { name: "Show all" }).click();
  await page.getByRole("heading", { name: words }).waitFor();
  await fits(page);
  await shoot(page, "product-desktop-light", true);
});

test("who has reviewed it finds the review in place of the form, also the next time", async () => {
  const { page } = veras;
  for (let visits = 0; visits < 2; visits++) {
    const own = page.getByRole("region", { name: "Your review" });
    await own.getByText(words).waitFor();
    expect(await page.getByRole("button", { name: "Write a review" }).count()).toBe(0);
    await page.reload();
  }
});

test("the shop answers", async () => {
  const { page } = theirs;
  await page.goto(product);
  await choose(page, "Answer as the shop");
  const dialog = page.getByRole("dialog", { name: "Answer as the shop" });
  await dialog.getByLabel("Answer").fill("We are glad.");
  await dialog.getByRole("button", { name: "Answer" }).click();
  await page.getByRole("region", { name: "The shop's answer" }).getByText("We are glad.").waitFor();
  await again(veras.page, () => veras.page.getByText("We are glad.").isVisible());
});

test("a report reaches the moderators with its reason, and they hide the review", async () => {
  await choose(walts.page, "Report review");
  const dialog = walts.page.getByRole("dialog", { name: "Report this review?" });
  await dialog.getByLabel("What is wrong with it (optional)").fill(`It was raining ${run}`);
  await dialog.getByRole("button", { name: "Report" }).click();
  await walts.page.getByText("Thank you. The moderators will look at it.").waitFor();
  await walts.page.reload();
  await walts.page.getByRole("button", { name: "More about this review" }).click();
  await walts.page.getByRole("menuitem", { name: "You reported it" }).waitFor();
  await walts.page.keyboard.press("Escape");

  const { page } = theirs;
  await page.goto("/products");
  await page.getByRole("link", { name: "Moderation" }).click();
  const card = page.getByRole("listitem").filter({ hasText: words });
  await card.getByText(`It was raining ${run}`).waitFor();
  await card.getByText("What was done to it").click();
  await card.getByText(/answered as the shop/).waitFor();
  expect([...(await unnamed(page)), ...(await outline(page))]).toEqual([]);
  await fits(page);
  await shoot(page, "moderation-desktop-light", true);
  await card.getByRole("button", { name: "Hide" }).click();
  await page.getByRole("dialog").getByLabel("Why (optional)").fill("Weather is no merit.");
  await page.getByRole("dialog").getByRole("button", { name: "Hide" }).click();
  await card.getByText("Hidden", { exact: true }).waitFor();
  await again(walts.page, () => walts.page.getByText("Nobody has reviewed it yet.").isVisible());
});

test("who wrote it still sees it, and that nobody else does", async () => {
  const { page } = veras;
  const own = page.getByRole("region", { name: "Your review" });
  await again(page, () => own.getByText(/Only you and the moderators see it/).isVisible());
  await own.getByText("Not a drop.").waitFor();
  await fits(page);
  await shoot(page, "review-hidden-phone-dark", true);
});

test("they think again, and it is back with its place in the sums", async () => {
  const { page } = theirs;
  const card = page.getByRole("listitem").filter({ hasText: words });
  await card.getByRole("button", { name: "Bring back" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Keep" }).click();
  await card.getByText("Kept", { exact: true }).waitFor();
  await card.getByText("Weather is no merit.").waitFor();
  await again(walts.page, () =>
    walts.page.getByRole("button", { name: "Only 4 stars: 1 review" }).isVisible(),
  );
  await walts.page.getByRole("heading", { name: words }).waitFor();
});

test("every control of these pages has a name", async () => {
  const problems: string[] = [];
  for (const [{ page }, paths] of [
    [theirs, ["/products", "/products/new", product]],
    [veras, ["/products?q=nothing+is+called+so", product]],
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

test("she deletes it where it stands as hers, and may write another", async () => {
  const { page } = veras;
  await page.goto(product);
  await page.getByRole("region", { name: "Your review" }).getByRole("button", { name: "Delete" }).click();
  const asks = page.getByRole("dialog", { name: "Delete your review?" });
  await asks.getByRole("button", { name: "Delete review" }).click();
  await page.getByText("Nobody has reviewed it yet.").waitFor();
  await page.getByRole("button", { name: "Write a review" }).waitFor();
});

/** Takes an action of the one review's menu. */
async function choose(page: Page, action: string) {
  await page.getByRole("button", { name: "More about this review" }).click();
  await page.getByRole("menuitem", { name: action }).click();
}

/** Loads a page until it shows what somebody else has done. */
async function again(page: Page, holds: () => Promise<boolean>) {
  await expect
    .poll(
      async () => {
        await page.goto(product);
        await page.getByRole("region", { name: "Reviews", exact: true }).waitFor();
        await page.waitForTimeout(300);
        return holds();
      },
      { timeout: 20_000, interval: 500 },
    )
    .toBe(true);
}

/** Nothing sticks out at the sides. */
async function fits(page: Page) {
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
}
